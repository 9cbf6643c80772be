"""Clusters by number, from any codes. Pure."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


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


def _sorted(clusters: Integers) -> tuple[Integers, Integers]:
    _, codes, counts = np.unique(clusters, return_inverse=True, return_counts=True)
    return codes, counts
