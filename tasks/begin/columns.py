"""What one column holds, a block of rows at a time: how many values, which, and beside which labels."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.params.fitting import MOST as MOST_CLASSES
from tasks.propose.seen import seen_column
from tasks.validate import uniqueness
from tasks.validate.values import missing, missing_mask, plain

MOST_VALUES = 100
"""A column of more different values than this is no category."""


@dataclass
class Looked:
    """One column: `type` as `validate.columns` has it, or None; `values` that occur, None once too many.

    `pairs` are its values beside the label's, in rows that have both; `like_label` whether it is the label
    wherever it is a number.
    """

    name: str
    stored: str
    type: str | None
    rows: int = 0
    nulls: int = 0
    values: set[Any] | None = field(default_factory=set)
    pairs: set[tuple[Any, Any]] | None = field(default_factory=set)
    like_label: bool | None = None
    keys: uniqueness.Kept = field(default_factory=uniqueness.Kept)

    def see(self, stored: pa.Array, label: pa.Array) -> None:
        """Take in some rows, beside their labels."""
        self.rows += len(stored)
        self.nulls += missing(stored)
        if self.type is None:
            return
        values = plain(stored)
        present = values.filter(pc.invert(missing_mask(values)))
        self.values = _some(self.values, pc.unique(present), MOST_VALUES)
        if self.values is None or len(self.values) > MOST_CLASSES:
            self.pairs = None
        elif self.pairs is not None:
            self.pairs = _paired(self.pairs, values, label)
        if self.like_label is not False:
            equal = _equal(values, label)
            self.like_label = self.like_label if equal is None else equal

    @property
    def constant(self) -> bool:
        """Whether every row has the same value."""
        return self.values is not None and len(self.values) == 1 and not self.nulls

    @property
    def tells_the_label(self) -> bool:
        """Whether it is the label by other names, or the same number."""
        if self.pairs and len(self.values or ()) > 1:
            sides = [{pair[side] for pair in self.pairs} for side in (0, 1)]
            return len(self.pairs) == len(sides[0]) == len(sides[1]) > 1
        return bool(self.like_label)


def looked(field_: pa.Field) -> Looked:
    """A column of which nothing has been seen yet."""
    found = seen_column(field_.name, field_.type)
    return Looked(found.name, found.stored, found.type)


def named_like_an_id(column: str) -> bool:
    """Whether a column's name says that it names rows."""
    parts = column.lower().replace("-", "_").split("_")
    return parts[-1] in ("id", "uuid", "key") or column.endswith("Id")


def _some(known: set[Any] | None, found: pa.Array, most: int) -> set[Any] | None:
    if known is None:
        return None
    known = known | set(found.slice(0, most + 1).to_pylist())
    return known if len(known) <= most else None


def _paired(known: set[tuple[Any, Any]], values: pa.Array, label: pa.Array) -> set[tuple[Any, Any]] | None:
    both = pa.table({"value": values, "label": label}).filter(
        pc.invert(pc.or_(missing_mask(values), missing_mask(label)))
    )
    found = both.group_by(["value", "label"]).aggregate([])
    if found.num_rows > MOST_CLASSES:
        return None
    known = known | set(zip(found["value"].to_pylist(), found["label"].to_pylist(), strict=True))
    return known if len(known) <= MOST_CLASSES else None


def _equal(values: pa.Array, label: pa.Array) -> bool | None:
    """Whether both are the same numbers wherever both are there; None where they never are."""
    numbers = [pa.types.is_integer(one.type) or pa.types.is_floating(one.type) for one in (values, label)]
    if not all(numbers):
        return False
    both = pc.invert(pc.or_(missing_mask(values), missing_mask(label)))
    try:
        same = pc.equal(values.cast(pa.float64()), plain(label).cast(pa.float64())).filter(both)
    except pa.ArrowInvalid:
        return False
    found: bool | None = pc.all(same, min_count=1).as_py()
    return found
