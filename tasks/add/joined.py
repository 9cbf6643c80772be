"""The rows of a period that was delivered already, as they are delivered again. Pure."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.add.differences import Difference, Names
from tasks.errors import BadInput
from tasks.tables.cut import made_ids

_LAST = b"evergreen.last_made_id"
"""Where a Parquet file says which number was given last, if its row is gone."""


def joined(
    old: pa.Table, new: pa.Table, found: Difference, names: Names, period: str, *, keep: bool
) -> pa.Table:
    """The table's rows, or with `keep` those delivered, as the table has them now, and then the new ones.

    A row that comes again keeps the id that was made for it: scores and labels may name it.
    """
    if names.made and names.id in old.column_names:
        new = _with_ids(old, new, found, names.id, period)
    if not keep:
        return new
    try:
        both = pa.concat_tables([old.select(new.column_names).cast(new.schema), new])
    except (pa.ArrowException, ValueError) as error:
        raise BadInput(f"{period}: what was delivered is of other types than the table: {error}") from error
    order = np.arange(old.num_rows)
    again = np.flatnonzero(found.pairs >= 0)
    order[found.pairs[again]] = old.num_rows + again
    further = old.num_rows + np.flatnonzero(found.pairs < 0)
    return both.take(np.concatenate([order, further]))


def _with_ids(old: pa.Table, new: pa.Table, found: Difference, column: str, period: str) -> pa.Table:
    """Ids of before, and new ones for the others: no row gets one that any row of the period ever had."""
    known = _texts(old.column(column), period, column)
    last = max(_last_of(old), _highest(known, period))
    ids = known.take(pa.array(found.pairs, mask=found.pairs < 0))
    without = ids.null_count
    ids = pc.replace_with_mask(ids, ids.is_null(), made_ids(period, last + 1, without))
    with_ids = new.set_column(new.column_names.index(column), column, ids)
    last += without
    if last == _highest(ids, period):
        return with_ids
    # The row that had the last number is gone, and what its id names is not to be another.
    return with_ids.replace_schema_metadata({**(new.schema.metadata or {}), _LAST: str(last).encode()})


def _texts(ids: pa.ChunkedArray, period: str, column: str) -> pa.Array:
    try:
        texts = pa.concat_arrays([pa.array([], pa.string()), *ids.cast(pa.string()).chunks])
    except pa.ArrowException as error:
        raise BadInput(
            f"{period}: what was delivered has {ids.type} as {column}: expected ids made by add"
        ) from error
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _last_of(old: pa.Table) -> int:
    """The last number that was given in a period from which rows went, 0 of another."""
    said = (old.schema.metadata or {}).get(_LAST, b"0")
    return int(said) if re.fullmatch(rb"[0-9]{1,18}", said) else 0


def _highest(ids: pa.Array, period: str) -> int:
    """The highest number in ids that were made here, 0 where there are none."""
    found = pc.extract_regex(ids, rf"\A{period}-(?P<number>[0-9]{{1,18}})\z").drop_null()
    return int(pc.max(found.field("number").cast(pa.int64())).as_py() or 0)
