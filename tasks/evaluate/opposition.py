"""Whether enough speaks against a claim for its absence to mean something. Pure.

A sample in which nothing went wrong looks like certainty, and may only be short: losses that come in one
cluster of a hundred are missing from most samples of fifty. An interval is learned from what was seen; it
is worth something where losses were seen in several clusters, or where even the worst would not matter.
"""

import numpy as np

from tasks.evaluate.evidence import Codes, Floats


def opposing_clusters(values: Floats, clusters: Codes, required: float) -> float:
    """In how many clusters, in effect, rows lie below `required`; 0 where none does.

    With a_g the sum of max(0, required - value) over the rows of cluster g it is (sum a^2)^2 / sum a^4:
    k for k clusters that weigh the same, and nearly k if beside them are many that hardly weigh.
    Squares, because a variance is a sum of squares: it is learned from so many.
    """
    against = _sums(np.maximum(required - values, 0.0), clusters)
    largest = float(against.max(initial=0.0))
    if not largest > 0:
        return 0.0
    squares = np.square(against / largest)
    return float(squares.sum()) ** 2 / float(np.square(squares).sum())


def holds_at_worst(
    values: Floats, clusters: Codes, required: float, worst: Floats | float | None, level: float
) -> bool:
    """Whether the mean is above `required` even if clusters were missed that are as bad as they can be.

    With x_g the sum of value - required over cluster g, and b the largest that the sum of required - worst
    over a cluster can be, no x_g is below -b. If the mean is not above `required`, the product over
    clusters of 1 + s x_g / b is at least 1 / level with probability `level` at most, for every share s of
    [0, 1], and so is its average over shares: Markov's inequality for a product of independent factors
    whose means are at most 1 (betting; Waudby-Smith & Ramdas, "Estimating means of bounded random variables
    by betting", JRSS B 86 (2024); sizes and sums are drawn together, cluster by cluster). It needs many
    clusters and little variation, and knows nothing of skewness: it is valid for any. Where nothing bounds
    how bad a row can be (`worst` is None), nothing holds.
    """
    if worst is None:
        return False
    sums = _sums(values - required, clusters)
    bound = float(_sums(np.maximum(required - np.broadcast_to(worst, values.shape), 0.0), clusters).max())
    if not bound > 0:
        return bool(np.isfinite(sums).all())
    with np.errstate(divide="ignore"):
        # A share of exactly 1 loses all in a cluster at its worst.
        logs = np.log1p(np.maximum(np.outer(_SHARES, sums / bound), -1.0)).sum(axis=1)
    return bool(np.logaddexp.reduce(logs) - np.log(len(_SHARES)) >= -np.log(level))


_SHARES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0])


def _sums(values: Floats, clusters: Codes) -> Floats:
    _, codes = np.unique(clusters, return_inverse=True)
    return np.bincount(codes, values).astype(np.float64)
