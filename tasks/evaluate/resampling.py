"""How many standard errors a mean strays in samples like this one: the bootstrap-t over clusters. Pure."""

from functools import lru_cache
from math import ceil, inf

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# More clusters than this are dealt into as many heaps first: clusters are independent, so heaps of them are.
MOST_HEAPS = 250
_SEED = 20130101
# With 2,000 the quantile of one number of clusters in 15 is 11% too low, whatever the data: docs/adr/0012.
_DRAWS = 8_000
# Multiplied in so many blocks, each of which fits into a processor's cache: three times as fast.
_BLOCKS = 16
# This many draws at least lie beyond the quantile.
_BEYOND = 20
# An error below this share of the largest deviation is the rounding of its square, not variation.
_ROUNDING = 1e-6


def critical_value(deviations: Floats, sizes: Floats, level: float) -> float:
    """The upper `level` quantile of t* = (mean* - mean) / error*; infinite where it cannot be told.

    A sample* is G clusters drawn with replacement from the G there are, with their sum of deviations
    from the mean, x_g (G,), and their size n_g (G,). Its mean less the mean is sum* x / sum* n, its
    error* that of `evidence.clustered_mean`, with the shares h_g of the whole sample, so that

        error*^2 = sum* (x_g - (mean* - mean) n_g)^2 / (1 - h_g)^2 / (sum* n)^2.

    Where few clusters hold the losses, samples* without them have a high mean and a small error*, so
    that the quantile lies far above Student's: the lower bound mean - t* error then allows for losses
    that this sample happened to miss (Efron & Tibshirani, An Introduction to the Bootstrap (1993),
    chapter 12; second-order correct: Hall, The Bootstrap and Edgeworth Expansion (1992)). For clusters:
    Cameron, Gelbach & Miller, Review of Economics and Statistics 90 (2008), who call it pairs cluster
    bootstrap-t. The draws are always the same ones, and clusters are first put in an order of their own,
    so that neither chance nor their names change the answer.
    """
    # Where all sizes are equal, clusters that deviate equally are the same: one key is enough, and faster.
    order = np.argsort(deviations) if np.ptp(sizes) == 0 else np.lexsort((sizes, deviations))
    sums, counts = _heaps(deviations[order], sizes[order])
    shares = counts / counts.sum()
    lifted, weighed = sums / (1 - shares), counts / (1 - shares)
    columns = np.column_stack([sums, counts, lifted**2, lifted * weighed, weighed**2])
    smallest = _ROUNDING * float(np.abs(lifted).max())
    chunks = range(ceil(_BEYOND / level / _DRAWS))
    totals = np.concatenate([block @ columns for n in chunks for block in _blocks(len(sums), n)])
    studentized = _studentized(totals, smallest)
    place = ceil((1 - level) * (len(studentized) + 1)) - 1
    # Rounded, so that the order in which a processor adds does not show.
    return round(float(np.partition(studentized, place)[place]), 6)


def _studentized(totals: Floats, smallest: float) -> Floats:
    sums, counts, squares, products, weights = totals.T
    moved = sums / counts
    error = np.sqrt(np.maximum(squares - 2 * moved * products + moved**2 * weights, 0))
    varies = error > smallest
    beyond = np.where(np.abs(sums) > smallest, np.copysign(inf, sums), 0.0)
    found: Floats = np.where(varies, sums / np.where(varies, error, 1.0), beyond)
    return found


def _heaps(sums: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    if len(sums) <= MOST_HEAPS:
        return sums, sizes
    heap = _heap_of(len(sums))
    return np.bincount(heap, sums).astype(np.float64), np.bincount(heap, sizes).astype(np.float64)


@lru_cache(maxsize=2)
def _heap_of(clusters: int) -> NDArray[np.int64]:
    """The heap that each of so many clusters is dealt into."""
    # Shuffled first: heaps dealt from an ordered deck would be too much alike.
    heap = np.empty(clusters, np.int64)
    heap[np.argsort(_bits(clusters, 0), kind="stable")] = np.arange(clusters) % MOST_HEAPS
    return heap


# Two megabytes each: all chunks of the strictest level that a contract can ask for stay in reach.
@lru_cache(maxsize=50)
def _drawn(clusters: int, chunk: int) -> NDArray[np.uint8]:
    """How often each cluster is in each sample*: (draws, clusters); at most `MOST_HEAPS` times."""
    found = (_bits(_DRAWS * clusters, chunk + 1) % np.uint64(clusters)).astype(np.int64)
    rows = np.repeat(np.arange(_DRAWS) * clusters, clusters)
    counts = np.bincount(found + rows, minlength=_DRAWS * clusters).reshape(_DRAWS, clusters)
    return counts.astype(np.uint8)


# As much as 16 megabytes each; both bounds of an interval, and all intervals of a table, ask for the same.
@lru_cache(maxsize=4)
def _blocks(clusters: int, chunk: int) -> list[Floats]:
    """The same, in blocks to multiply."""
    return [block.astype(np.float64) for block in np.split(_drawn(clusters, chunk), _BLOCKS)]


def _bits(count: int, stream: int) -> NDArray[np.uint64]:
    """Raw bits, which unlike a distribution are the same in every version of NumPy."""
    bits: NDArray[np.uint64] = np.random.PCG64([_SEED, stream]).random_raw(count)
    return bits
