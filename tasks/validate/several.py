"""Expectations on several columns of a row: one value above another, rows that are unique together."""

from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.validate import uniqueness
from tasks.validate.found import EXAMPLES, Expectation, Found, of_values
from tasks.validate.uniqueness import Kept, Keys
from tasks.validate.values import examples, plain

_GONE = np.uint64(0xD1B54A32D192ED03)
"""The key of a missing value; another value may have the same, which the second reading tells apart."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


class Greater:
    """In each row the value of `column_A` lies above that of `column_B`."""

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation
        arguments = expectation[1]
        self.columns = (arguments["column_A"], arguments["column_B"])
        self._ignored = arguments.get("ignore_row_if") or "both_values_are_missing"
        self._compare = pc.greater_equal if arguments.get("or_equal") else pc.greater
        self._rows = self._left_out = self._count = 0
        self._examples: list[Any] = []

    def see(self, block: pa.RecordBatch) -> None:
        """Take in some rows."""
        first, second = (without_nan(block.column(name)) for name in self.columns)
        gone = _left_out(self._ignored, [first, second])
        self._rows += block.num_rows
        self._left_out += int(gone.sum())
        above = self._compare(*_alike(first, second)).fill_null(fill_value=False)
        wrong = ~above.to_numpy(zero_copy_only=False) & ~gone
        self._count += int(wrong.sum())
        if len(self._examples) < EXAMPLES and wrong.any():
            both = [examples(one.filter(pa.array(wrong)), EXAMPLES) for one in (first, second)]
            self._examples = (self._examples + list(zip(*both, strict=True)))[:EXAMPLES]

    def found(self) -> Found:
        """The result, once all rows have been seen."""
        return of_values(self.expectation, self._rows, self._left_out, self._count, self._examples)


class Together:
    """No two rows have the same values in all of `column_list`: eight bytes a row, repeated ones exactly."""

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation
        self.columns = tuple(expectation[1]["column_list"])
        self._ignored = expectation[1].get("ignore_row_if") or "all_values_are_missing"
        self._keys = Kept()
        self._rows = self._left_out = self._count = 0
        self._examples: list[Any] = []

    def see(self, block: pa.RecordBatch) -> None:
        """Take in some rows."""
        columns = [without_nan(block.column(name)) for name in self.columns]
        gone = _left_out(self._ignored, columns)
        self._rows += block.num_rows
        self._left_out += int(gone.sum())
        self._keys.add(_of_rows(columns)[~gone])

    def settle(self, blocks: Any) -> None:
        """Compare the rows themselves, where keys repeat; `blocks` reads these columns once more."""
        suspects = self._keys.repeated()
        self._keys.clear()
        if not len(suspects):
            return
        chosen = [self._suspected(block, suspects) for block in blocks]
        rows = pa.Table.from_arrays(
            [pa.chunked_array([one[at] for one in chosen]) for at in range(len(self.columns))],
            list(self.columns),
        )
        same = reduce(_joint, (_codes(column) for column in rows.columns))
        repeated = np.bincount(same)[same] > 1
        self._count = int(repeated.sum())
        first = rows.take(pa.array(np.flatnonzero(repeated)[:EXAMPLES]))
        values = [examples(column, EXAMPLES) for column in first.columns]
        self._examples = [dict(zip(self.columns, one, strict=True)) for one in zip(*values, strict=True)]

    def found(self) -> Found:
        """The result, once all rows have been seen."""
        return of_values(self.expectation, self._rows, self._left_out, self._count, self._examples)

    def _suspected(self, block: pa.RecordBatch, suspects: Keys) -> list[pa.Array]:
        columns = [without_nan(block.column(name)) for name in self.columns]
        own = _of_rows(columns)
        place = np.minimum(np.searchsorted(suspects, own), len(suspects) - 1)
        keep = (suspects[place] == own) & ~_left_out(self._ignored, columns)
        return [column.filter(pa.array(keep)) for column in columns]


def without_nan(values: pa.Array) -> pa.Array:
    """The values, null where they are NaN, zero with one sign, not encoded."""
    values = plain(values)
    if pa.types.is_floating(values.type):
        values = pc.add(pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values), 0.0)
    return values


def _left_out(ignored: str, columns: list[pa.Array]) -> NDArray[np.bool_]:
    """The rows that do not count: those that miss all of the values, or any."""
    missing = [pc.is_null(one).to_numpy(zero_copy_only=False) for one in columns]
    if ignored in ("neither", "never"):
        return np.zeros(len(missing[0]), bool)
    combine = np.logical_or if ignored.startswith(("any", "either")) else np.logical_and
    return reduce(combine, missing)


def _alike(first: pa.Array, second: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The two in a type in which they can be compared."""
    if first.type == second.type or pa.types.is_timestamp(first.type):
        return first, second
    return first.cast(pa.float64(), safe=False), second.cast(pa.float64(), safe=False)


def _of_rows(columns: list[pa.Array]) -> Keys:
    """A key for each row: its columns' keys, mixed one after the other."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        own = np.full(len(column), _GONE)
        own[pc.is_valid(column).to_numpy(zero_copy_only=False)] = uniqueness.keys(column)
        mixed = (mixed ^ own) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Equal values, missing ones too, have equal codes."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    codes: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def _joint(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    both = first * (int(second.max(initial=0)) + 1) + second
    return np.asarray(np.unique(both, return_inverse=True)[1], np.int64)
