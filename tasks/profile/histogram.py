"""Counts of numbers in buckets that adapt to them and merge exactly. Pure."""

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tasks.documents import Document

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_BUCKETS = 1024
LARGEST = 1e100
"""Beyond this the square of a number, summed over rows, is more than a float holds."""

_BITS_OF_FRACTION, _BITS = 52, 63


class Histogram(Document):
    """How many values lie in each bucket; `buckets` maps a bucket's key to its count.

    A bucket's key is the sign of its values times the first bits of the float itself: all but the last
    `shift` of them, so that a bucket spans a power of two divided into 2^(52 - shift) equal parts. With more
    than 1,024 buckets each neighbouring pair becomes one, and `shift` grows by one (UDDSketch's uniform
    collapse: Epicoco et al., IEEE Access 8 (2020), with buckets whose bounds need no logarithm; a sketch of
    relative error, as DDSketch: Masson, Rim & Lee, VLDB 12 (2019)). Buckets of one shift are parts of
    those of the next, and more values never need a smaller one: what a histogram says depends on its values
    alone, so that merging is associative and commutative, and one of parts is one of the whole. Up to 1,024
    different values are kept exactly.
    """

    shift: int = 0
    buckets: dict[int, int] = Field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many values there are."""
        return sum(self.buckets.values())

    @property
    def relative_error(self) -> float:
        """By how much of itself a value may differ from what stands for it: half its bucket; 0 is exact."""
        if self.shift == 0:
            return 0.0
        over = self.shift - _BITS_OF_FRACTION
        return float(2.0 ** (over - 1)) if over <= 0 else float((2.0 ** (2**over) - 1) / 2)

    def merge(self, other: "Histogram") -> "Histogram":
        """The histogram of both's values."""
        shift = max(self.shift, other.shift)
        sides = [one.counted(shift) for one in (self, other)]
        keys, counts = (np.concatenate(side) for side in zip(*sides, strict=True))
        return _fitted(*_summed(keys, counts), shift)

    def counted(self, shift: int) -> tuple[Integers, Integers]:
        """Keys (k,), rising, and counts (k,) of the buckets, joined to those of a larger `shift`."""
        keys = np.fromiter(self.buckets.keys(), np.int64, len(self.buckets))
        counts = np.fromiter(self.buckets.values(), np.int64, len(self.buckets))
        return _summed(_coarser(keys, shift - self.shift), counts)

    def at(self, shift: int) -> tuple[Floats, Floats]:
        """What stands for each bucket in rising order (k,), and the counts (k,), with buckets of `shift`."""
        shift = max(shift, self.shift)
        keys, counts = self.counted(shift)
        return _middles(keys, shift), counts.astype(np.float64)

    def quantile(self, share: float) -> float | None:
        """The smallest number that a `share` (0 to 1) of the values does not exceed; None of no values.

        It differs from the sample's own quantile by at most `relative_error` of that.
        """
        places, counts = self.at(self.shift)
        if not len(places):
            return None
        above = np.searchsorted(np.cumsum(counts), share * counts.sum(), side="left")
        return float(places[min(int(above), len(places) - 1)])


def histogram(values: Floats) -> Histogram:
    """The histogram of finite `values` (n,) of at most 1e100 in size."""
    bits = np.abs(values).view(np.int64)
    keys, counts = np.unique(np.where(values < 0, -bits, bits), return_counts=True)
    return _fitted(keys, counts, 0)


def _fitted(keys: Integers, counts: Integers, shift: int) -> Histogram:
    """The histogram of these buckets, in rising order, neighbours joined until they are few enough."""
    steps = bisect_left(range(_BITS), -MOST_BUCKETS, key=lambda steps: -_different(keys, steps))
    coarse = _coarser(keys, steps)
    first = np.flatnonzero(np.diff(coarse, prepend=coarse[:1] - 1))
    sums = np.add.reduceat(counts, first) if len(first) else counts
    return Histogram(
        shift=shift + steps, buckets=dict(zip(coarse[first].tolist(), sums.tolist(), strict=True))
    )


def _different(keys: Integers, steps: int) -> int:
    """How many buckets there are when each holds 2^steps of these, which are in rising order."""
    coarse = _coarser(keys, steps)
    return int(np.count_nonzero(coarse[1:] != coarse[:-1])) + bool(len(keys))


def _summed(keys: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Different keys in rising order, and the sum of the counts of each."""
    found, places = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(found), np.int64)
    np.add.at(sums, places, counts)
    return found, sums


def _coarser(keys: Integers, steps: int) -> Integers:
    """The keys of buckets of which each holds 2^steps neighbours, towards zero."""
    return np.sign(keys) * (np.abs(keys) >> steps) if steps else keys


def _middles(keys: Integers, shift: int) -> Floats:
    """The number in the middle of each bucket; without a shift, the number itself."""
    low = (np.abs(keys) << shift).view(np.float64)
    if not shift:
        return np.asarray(np.where(keys < 0, -low, low))
    high = ((np.abs(keys) + 1) << shift).view(np.float64)
    return np.asarray(np.where(keys == 0, 0.0, np.sign(keys) * (low / 2 + high / 2)))
