"""Expectations on one number of a whole column: its mean, its median, its quantiles."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.validate.found import Expectation, Found, amount_between
from tasks.validate.values import plain

_CLOSE, _NEAR_ZERO = 1e-4, 1e-8
"""How far a quantile may lie outside its range, relatively and beside zero, as Great Expectations has it."""


class Mean:
    """The mean, of sums in 64 bits, block by block."""

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation
        self.columns = (expectation[1]["column"],)
        self._sums: list[float] = []
        self._count = 0

    def see(self, block: pa.RecordBatch) -> None:
        """Take in some rows."""
        values = _numbers(block.column(self.columns[0])).astype(np.float64)
        self._sums.append(float(values.sum()))
        self._count += len(values)

    def found(self) -> Found:
        """The result, once all rows have been seen."""
        with np.errstate(invalid="ignore"):
            mean = float(np.sum(self._sums)) / self._count if self._count else None
        return amount_between(self.expectation, mean)


class Quantiles:
    """The median, or quantiles: keeps the column's values, eight bytes each."""

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation
        self.columns = (expectation[1]["column"],)
        self._kept: list[NDArray[Any]] = []

    def see(self, block: pa.RecordBatch) -> None:
        """Take in some rows."""
        self._kept.append(_numbers(block.column(self.columns[0])))

    def found(self) -> Found:
        """The result, once all rows have been seen."""
        values = np.concatenate(self._kept) if self._kept else np.empty(0)
        self._kept.clear()
        kind, arguments = self.expectation
        if "quantile_ranges" not in arguments:
            with np.errstate(invalid="ignore"):
                return amount_between(self.expectation, float(np.median(values)) if len(values) else None)
        wanted = arguments["quantile_ranges"]["quantiles"]
        method: Any = arguments.get("allow_relative_error") or "nearest"
        # In percent, as pandas asks: halves of the distance between two ranks round the same way then.
        hundredths = np.asarray(wanted) * 100.0
        told = (
            np.percentile(values, hundredths, method=method).tolist() if len(values) else [None] * len(wanted)
        )
        ranges = arguments["quantile_ranges"]["value_ranges"]
        inside = [_in_range(value, *limits) for value, limits in zip(told, ranges, strict=True)]
        observed = {"quantiles": wanted, "values": told}
        result = {"observed_value": observed, "details": {"success_details": inside}}
        return Found(kind, arguments, all(inside), result)


def _numbers(values: pa.Array) -> NDArray[Any]:
    values = plain(values).drop_null()
    if pa.types.is_floating(values.type):
        values = values.filter(pc.invert(pc.is_nan(values)))
    numbers: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return numbers


def _in_range(value: float | None, low: float | None, high: float | None) -> bool:
    if value is None:
        return False
    low, high = -np.inf if low is None else low, np.inf if high is None else high
    near = np.isclose(value, [low, high], rtol=_CLOSE, atol=_NEAR_ZERO)
    return bool(near.any() or low <= value <= high)
