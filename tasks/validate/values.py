"""Which values of an Arrow array an expectation does not allow. Missing values are never unexpected.

Missing is null, and NaN, as for pandas, which Great Expectations asks. Each function returns a
boolean array (null where a value is missing), or None where every value is as expected.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.validate.stored import Bound, inside, may_have_nan, surely_inside

Unexpected = Callable[[pa.Array], pa.Array | None]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_WRITABLE = (-62_135_000_000, 253_402_000_000)
"""Seconds between which an instant has a year from 1 to 9999 in every zone, as Python can write it."""


def plain(values: pa.Array) -> pa.Array:
    """The values themselves where they are encoded by a dictionary; small floats as 64 bits, exactly."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type) and values.type != pa.float64():
        values = values.cast(pa.float64())
    return values


def missing(values: pa.Array) -> int:
    """How many values are null or NaN."""
    count = values.null_count
    if pa.types.is_floating(values.type):
        values = plain(values)
        count += (pc.sum(pc.is_nan(values)).as_py() or 0) if may_have_nan(values) else 0
    elif pa.types.is_dictionary(values.type) and values.dictionary.null_count:
        count = plain(values).null_count
    return int(count)


def missing_mask(values: pa.Array) -> pa.Array:
    """Which values are null or NaN."""
    return pc.is_null(plain(values), nan_is_null=True)


def examples(values: pa.Array | pa.ChunkedArray, limit: int) -> list[Any]:
    """The first values as pandas has them; an instant that no calendar can write, as what is stored."""
    first = values.slice(0, limit)
    if not pa.types.is_timestamp(values.type):
        return list(first.to_pandas().tolist())
    numbers, ticks = first.cast(pa.int64()).to_pylist(), _PER_SECOND[values.type.unit]
    return [
        first.slice(at, 1).to_pandas()[0]
        if _WRITABLE[0] < number // ticks < _WRITABLE[1]
        else f"{number} {values.type.unit} since 1970"
        for at, number in enumerate(numbers)
    ]


def between(arguments: dict[str, Any]) -> Unexpected:
    """Values below `min_value` or above `max_value`; each bound is allowed unless it is strict."""
    low, high = arguments.get("min_value"), arguments.get("max_value")
    strict = bool(arguments.get("strict_min")), bool(arguments.get("strict_max"))

    def unexpected(values: pa.Array) -> pa.Array | None:
        values = plain(values)
        if pa.types.is_floating(values.type):
            return _outside(values, _number(low), _number(high), strict)
        if pa.types.is_timestamp(values.type):
            ticks = _PER_SECOND[values.type.unit]
            return _outside_whole(values.cast(pa.int64()), _ticks(low, ticks), _ticks(high, ticks), strict)
        return _outside_whole(values, low, high, strict)

    return unexpected


def among(arguments: dict[str, Any]) -> Unexpected:
    """Text that is not one of `value_set`."""
    members = pa.array(sorted(set(arguments["value_set"])), pa.string())

    def unexpected(values: pa.Array) -> pa.Array | None:
        if pa.types.is_dictionary(values.type) and not values.dictionary.null_count:
            strangers = _strangers(values.dictionary)
            # What the file's dictionary names may occur in no row.
            return None if strangers is None else _some(pc.take(strangers, values.indices))
        return _strangers(plain(values))

    def _strangers(values: pa.Array) -> pa.Array | None:
        found = pc.is_in(values, value_set=members.cast(values.type))
        if values.null_count:
            found = pc.if_else(pc.is_valid(values), found, pa.scalar(None, pa.bool_()))
        return _some(pc.invert(found))

    return unexpected


def _outside(
    values: pa.Array, low: float | None, high: float | None, strict: tuple[bool, bool]
) -> pa.Array | None:
    """By comparison with the bounds; a batch whose extremes are inside needs no second look."""
    if surely_inside(values, low, high, strict):
        return None
    least, most = pc.min_max(values).as_py().values()
    if least is None or (inside(least, low, high, strict) and inside(most, low, high, strict)):
        return None
    below = pc.less_equal if strict[0] else pc.less
    above = pc.greater_equal if strict[1] else pc.greater
    masks = [
        compare(values, pa.scalar(bound, values.type))
        for compare, bound in ((below, low), (above, high))
        if bound is not None
    ]
    return _some(masks[0] if len(masks) == 1 else pc.or_(*masks))


def _outside_whole(values: pa.Array, low: Bound, high: Bound, strict: tuple[bool, bool]) -> pa.Array | None:
    """Whole numbers against whole numbers: exact, where a comparison as floats would round."""
    if surely_inside(values, low, high, strict):
        return None
    least, most = pc.min_max(values).as_py().values()
    if least is None:
        return None
    if low is not None:
        low = math.floor(low) + 1 if strict[0] else math.ceil(low)
    if high is not None:
        high = math.ceil(high) - 1 if strict[1] else math.floor(high)
    if (low is not None and most < low) or (high is not None and least > high):
        return pc.if_else(pc.is_valid(values), pa.scalar(value=True), pa.scalar(None, pa.bool_()))
    # A bound beyond every value asks nothing, and may be beyond what the type can say.
    low = low if low is not None and low > least else None
    high = high if high is not None and high < most else None
    return None if low is None and high is None else _outside(values, low, high, (False, False))


def _number(bound: float | None) -> float | None:
    return None if bound is None else float(bound)


def _ticks(bound: datetime | None, per_second: int) -> Fraction | None:
    if bound is None:
        return None
    return Fraction((bound - _EPOCH) // timedelta(microseconds=1) * per_second, 10**6)


def _some(mask: pa.Array) -> pa.Array | None:
    return mask if pc.any(mask).as_py() else None
