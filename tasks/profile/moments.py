"""Number, mean and spread of values, exactly and mergeably. Pure."""

import math

import numpy as np
from numpy.typing import NDArray

from tasks.documents import Document

Floats = NDArray[np.float64]


class Moments(Document):
    """Of `count` values: the least, the largest, the mean, and the sum of squared distances from it."""

    count: int = 0
    least: float | None = None
    largest: float | None = None
    mean: float = 0.0
    squares: float = 0.0

    @property
    def deviation(self) -> float:
        """The standard deviation, sqrt(squares / count); 0 of no values, and of equal ones."""
        # What squares have then is rounding, in profiles that were kept before rounding was left out.
        return math.sqrt(self.squares / self.count) if self.count and self.least != self.largest else 0.0

    def merge(self, other: "Moments") -> "Moments":
        """The moments of both's values.

        The update of pairs: with d = mean_b - mean_a and n = a + b,

            mean = mean_a + d b / n;  squares = squares_a + squares_b + d^2 a b / n.

        Stable where the mean is large beside the spread, unlike sums of squares; associative to rounding,
        and exact of values that are all equal.
        Source: Chan, Golub & LeVeque, "Algorithms for computing the sample variance", American Statistician
        37 (1983).
        """
        if not self.count or not other.count:
            return self if self.count else other
        count, apart = self.count + other.count, other.mean - self.mean
        return _moments(
            count,
            min(_known(self.least), _known(other.least)),
            max(_known(self.largest), _known(other.largest)),
            self.mean + apart * other.count / count,
            self.squares + other.squares + apart * apart * (self.count * other.count / count),
        )


def moments(values: Floats) -> Moments:
    """The moments of finite `values` (n,) of at most 1e100 in size."""
    if not len(values):
        return Moments()
    mean = float(values.mean())
    squares = float(np.square(values - mean).sum())
    return _moments(len(values), float(values.min()), float(values.max()), mean, squares)


def _moments(count: int, least: float, largest: float, mean: float, squares: float) -> Moments:
    """Of equal values the mean is each of them: a sum over their number need not be, by rounding."""
    if least == largest:
        mean, squares = least, 0.0
    return Moments(count=count, least=least, largest=largest, mean=mean, squares=squares)


def _known(value: float | None) -> float:
    return math.nan if value is None else value
