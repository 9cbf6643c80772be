"""Clusters by number, from any codes, and how many of them count. Pure."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FEW = 5
"""In fewer clusters than this, in effect, what was seen is too rare to know how rare.

Of losses that are due in 5 clusters, 4% of samples show one or none.
"""


def numbered(clusters: Integers) -> tuple[Integers, Integers]:
    """Each row's cluster as a number from 0 (n,), in the order of the codes, and the rows of each (G,).

    The inverse and the counts of `np.unique`, without sorting where codes lie close together, as those
    of a holdout do.
    """
    if not len(clusters) or clusters.dtype.kind != "i":
        return _sorted(clusters)
    lowest = int(clusters.min())
    if int(clusters.max()) - lowest > 2 * len(clusters) + 1_000:
        return _sorted(clusters)
    codes = clusters - lowest if lowest else clusters
    counts = np.bincount(codes)
    there = counts > 0
    if there.all():
        return codes, counts
    places: Integers = np.cumsum(there) - 1
    return places[codes], counts[there]


def in_effect(weights: Floats) -> float:
    """Kish's number of the squares, (sum w^2)^2 / sum w^4: k for k clusters (G,) of the same weight.

    Squares, because a variance is a sum of squares: it is learned from so many. 0 for no weight, or one
    too large to add.
    """
    largest = float(np.abs(weights).max(initial=0.0))
    if not 0 < largest < np.inf:
        return 0.0
    squares = np.square(weights / largest)
    return float(squares.sum()) ** 2 / float(np.square(squares).sum())


def _sorted(clusters: Integers) -> tuple[Integers, Integers]:
    _, codes, counts = np.unique(clusters, return_inverse=True, return_counts=True)
    return codes, counts
