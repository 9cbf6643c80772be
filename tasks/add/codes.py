"""Numbers in the place of values, of two tables at once: equal where the values are. Pure."""

import contextlib
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.instants import in_microseconds
from tasks.validate.values import missing_mask, plain

Codes = NDArray[np.int64]
"""A number for each row of the first table, then for each of the second; -1 where a value is missing."""

_MOST = 2**62
"""What 64 bits hold, with room to spare: codes of several columns are one number up to here."""


def codes_of(first: pa.ChunkedArray, second: pa.ChunkedArray) -> Codes:
    """Of one column: values that mean the same have one code, however they are stored."""
    values = pa.concat_arrays(_alike(_comparable(first), _comparable(second)))
    values = pc.if_else(missing_mask(values), pa.scalar(None, values.type), values)
    return _numbers(values)


def row_codes(columns: list[Codes]) -> Codes:
    """Of several columns, of which there is at least one: rows that are equal in all have one code."""
    whole, below = np.zeros_like(columns[0]), 1
    for one in columns:
        values = int(one.max(initial=-1)) + 2
        if below * values > _MOST:
            whole = _numbers(pa.array(whole))
            below = int(whole.max(initial=0)) + 1
        whole, below = whole * values + one + 1, below * values
    return _numbers(pa.array(whole))


def numbered(codes: Codes) -> Codes:
    """The how-manieth of its code each one is, from 0."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    numbers = np.empty_like(codes)
    numbers[order] = np.arange(len(codes)) - np.searchsorted(ordered, ordered, side="left")
    return numbers


def repeated(codes: Codes) -> Codes:
    """The codes that come more than once."""
    values, counts = np.unique(codes, return_counts=True)
    return values[counts > 1]


def _numbers(values: pa.Array) -> Codes:
    found: Codes = values.dictionary_encode().indices.cast(pa.int64()).fill_null(-1).to_numpy()
    return found


def _comparable(stored: pa.ChunkedArray) -> pa.Array:
    kind = stored.type
    if pa.types.is_dictionary(kind):
        stored = stored.cast(kind.value_type)
    values = plain(pa.concat_arrays(stored.chunks) if stored.num_chunks else pa.array([], stored.type))
    if pa.types.is_timestamp(values.type) and values.type.tz:
        return _instants(values)
    if pa.types.is_large_string(values.type):
        return values.cast(pa.string())
    if pa.types.is_floating(values.type):
        # Zero has one sign.
        return pc.add(values, 0.0)
    if pa.types.is_nested(values.type):
        return _written(values)
    return values.cast(pa.int64()) if pa.types.is_signed_integer(values.type) else values


def _instants(values: pa.Array) -> pa.Array:
    """In one unit; as they are stored where one of them is beyond what that unit holds."""
    try:
        return in_microseconds(values)
    except pa.ArrowInvalid:
        return values.cast(pa.int64())


def _alike(first: pa.Array, second: pa.Array) -> list[Any]:
    """Both as one type: numbers as numbers; what else is of two types as text, and a text is no number."""
    if first.type == second.type:
        return [first, second]
    if not (pa.types.is_string(first.type) or pa.types.is_string(second.type)):
        with contextlib.suppress(pa.ArrowException):
            return [first.cast(pa.float64()), second.cast(pa.float64())]
    return [_written(first), _written(second)]


def _written(values: pa.Array) -> pa.Array:
    return pa.array([None if one is None else repr(one) for one in values.to_pylist()], pa.string())
