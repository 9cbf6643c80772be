"""What a column holds, batch by batch: counted in one pass, a block of rows at a time."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.validate import uniqueness
from tasks.validate.values import missing, plain

MOST_VALUES = 10
"""Text of more different values than this is not taken for a set."""
_LONGEST = 64
_SMALLEST = 1e-300


@dataclass
class SeenColumn:
    """One column: `type` as `validate.columns` has it, or None where it has none for what is stored.

    `nulls` and `rows` are by batch; `values` the different texts of each batch, None once there are too many;
    `repeated` whether a batch has a value twice.
    """

    name: str
    stored: str
    type: str | None
    rows: list[int] = field(default_factory=list)
    nulls: list[int] = field(default_factory=list)
    values: list[set[str]] | None = field(default_factory=list)
    least: float = math.inf
    largest: float = -math.inf
    infinite: int = 0
    repeated: bool = False
    _keys: uniqueness.Kept = field(default_factory=uniqueness.Kept)

    def begin(self) -> None:
        """Another batch begins."""
        self.rows.append(0)
        self.nulls.append(0)
        self._keys.clear()
        if self.values is not None:
            self.values.append(set())

    def see(self, stored: pa.Array) -> None:
        """Take in some rows of the present batch."""
        self.rows[-1] += len(stored)
        self.nulls[-1] += missing(stored)
        if self.type is None:
            return
        values = plain(stored).drop_null()
        if self.type in ("integer", "number"):
            self._see_numbers(values)
        if self.type == "string":
            self._see_text(values)
        if self.type in ("integer", "string") and not self.repeated:
            self._keys.add(uniqueness.keys(values))

    def end(self) -> None:
        """The batch is over. Keys of different texts that are equal would only lose a rule."""
        self.repeated |= len(self._keys.repeated()) > 0
        self._keys.clear()

    def _see_numbers(self, values: pa.Array) -> None:
        if pa.types.is_floating(values.type):
            values = values.filter(pc.invert(pc.is_nan(values)))
            finite = pc.is_finite(values)
            self.infinite += len(values) - int(pc.sum(finite).as_py() or 0)
            values = values.filter(finite)
        if len(values):
            ends = pc.min_max(values)
            self.least = min(self.least, ends["min"].as_py())
            self.largest = max(self.largest, ends["max"].as_py())

    def _see_text(self, values: pa.Array) -> None:
        if self.values is None:
            return
        here = self.values[-1]
        here |= set(pc.unique(values).slice(0, MOST_VALUES + 1).to_pylist())
        if len(here) > MOST_VALUES or any(len(one) > _LONGEST for one in here):
            self.values = None


def seen_column(name: str, kind: pa.DataType) -> SeenColumn:
    """A column of which nothing has been seen yet."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return SeenColumn(name, str(kind), _type(value))


def _type(kind: pa.DataType) -> str | None:
    known: list[tuple[Any, str]] = [
        (pa.types.is_string, "string"),
        (pa.types.is_large_string, "string"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
        (pa.types.is_boolean, "boolean"),
    ]
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return "timestamp"
    return next((name for is_one, name in known if is_one(kind)), None)


def outward(value: float, *, up: bool) -> float:
    """`value` to two significant digits, away from what was seen."""
    if abs(value) < _SMALLEST:
        return math.copysign(_SMALLEST, value) if value and up == (value > 0) else 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    rounded = (math.ceil if up else math.floor)(value / step) * step
    return float(np.format_float_positional(rounded, precision=2, fractional=False))
