"""The rows of a period that was delivered already, as they are delivered again. Pure."""

import re

import numpy as np
import pyarrow as pa

from tasks.add.differences import Difference, Names
from tasks.errors import BadInput
from tasks.tables.cut import made_id


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
    known = old.column(column).to_pylist()
    following = 1 + max((_number(one, period) for one in known), default=0)
    ids = []
    for pair in found.pairs.tolist():
        ids.append(known[pair] if pair >= 0 else made_id(period, following))
        following += pair < 0
    at = new.column_names.index(column)
    return new.set_column(at, column, pa.array(ids, new.schema.field(column).type))


def _number(made: object, period: str) -> int:
    """The number in an id that was made here, 0 of another."""
    match = re.fullmatch(rf"{re.escape(period)}-([0-9]{{1,18}})", str(made))
    return int(match[1]) if match else 0
