"""The rows of a period that was delivered already, as they are delivered again. Pure."""

import re

import numpy as np
import pyarrow as pa

from tasks.add.differences import Difference, Names
from tasks.errors import BadInput
from tasks.tables.cut import made_id

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
    last = max([_last_of(old), *(_number(one, period) for one in known)])
    ids = []
    for pair in found.pairs.tolist():
        kept = known[pair] if pair >= 0 else None
        last += kept is None
        ids.append(kept or made_id(period, last))
    at = new.column_names.index(column)
    with_ids = new.set_column(at, column, pa.array(ids, new.schema.field(column).type))
    if last == max((_number(one, period) for one in ids), default=0):
        return with_ids
    # The row that had the last number is gone, and what its id names is not to be another.
    return with_ids.replace_schema_metadata({**(new.schema.metadata or {}), _LAST: str(last).encode()})


def _texts(ids: pa.ChunkedArray, period: str, column: str) -> list[str | None]:
    try:
        texts: list[str | None] = ids.cast(pa.string()).to_pylist()
    except pa.ArrowException as error:
        raise BadInput(
            f"{period}: what was delivered has {ids.type} as {column}: expected ids made by add"
        ) from error
    return [one or None for one in texts]


def _last_of(old: pa.Table) -> int:
    """The last number that was given in a period from which rows went, 0 of another."""
    said = (old.schema.metadata or {}).get(_LAST, b"0")
    return int(said) if re.fullmatch(rb"[0-9]{1,18}", said) else 0


def _number(made: object, period: str) -> int:
    """The number in an id that was made here, 0 of another."""
    match = re.fullmatch(rf"{re.escape(period)}-([0-9]{{1,18}})", str(made))
    return int(match[1]) if match else 0
