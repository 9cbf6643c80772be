"""Whether enough speaks against a claim for its absence to mean something. Pure.

A sample in which nothing went wrong looks like certainty, and may only be short: losses that come in one
cluster of a hundred are missing from most samples of fifty. An interval is learned from what was seen; it
is worth something where losses were seen in several clusters, or where even the worst would not matter.
"""

from math import inf, log

import numpy as np

from tasks.evaluate.clusters import in_effect, numbered
from tasks.evaluate.evidence import Codes, Floats
from tasks.evaluate.means import Rows


def opposing_clusters(values: Floats, clusters: Codes, required: float) -> float:
    """In how many clusters, in effect, rows lie below `required`; 0 where none does.

    With a_g the sum of max(0, required - value) over the rows of cluster g it is (sum a^2)^2 / sum a^4:
    k for k clusters that weigh the same, and nearly k if beside them are many that hardly weigh
    (`clusters.in_effect`).
    """
    with np.errstate(over="ignore"):
        return in_effect(_sums(np.maximum(required - values, 0.0), clusters))


def clusters_at_worst(
    values: Floats,
    clusters: Codes,
    required: float,
    worst: Floats,
    level: float,
    lead: float,
    counted: Rows | None = None,
) -> float:
    """In how many clusters, in effect, rows fared as badly as they can; infinite where that cannot matter.

    Rare losses of a thousand are not known from frequent ones of one. A row's depth is required - worst (n,);
    rows whose depths are of one power of ten below the deepest are asked together. With c_g of them in
    cluster g at half their depth or deeper, it is (sum c^2)^2 / sum c^4, of the depth where that is least.
    A depth cannot matter if -ln(level) clusters at its worst, as many as G clusters may show none of with
    probability `level` though they are due, cost the mean less than `lead` (the rule of three; Hanley &
    Lippman-Hand, JAMA 249 (1983)). `lead` > 0 is by how much the lower bound lies above `required`.

    Where the mean is one of `counted` rows (n,), any row might have been one of them, but no cluster holds
    more of them than the fullest that was seen.
    """
    codes, counts, seen = _counted(clusters, counted)
    depth = np.maximum(required - worst, 0.0)
    missing = -log(level) / counts.sum()
    asked = depth * (missing * counts.max()) >= lead
    order = np.full(len(values), -1)
    order[asked] = np.log10(depth.max(initial=0.0) / depth[asked]).astype(np.int64)
    fewest = inf
    for one in np.unique(order[asked]):
        inside = order == one
        deepest = min(np.bincount(codes[inside], depth[inside]).max(), counts.max() * depth[inside].max())
        if missing * deepest >= lead:
            at_worst = codes[inside & seen & (required - values >= depth / 2)]
            fewest = min(fewest, in_effect(np.bincount(at_worst).astype(np.float64)))
    return fewest


def holds_at_worst(
    values: Floats,
    clusters: Codes,
    required: float,
    worst: Floats | float | None,
    level: float,
    counted: Rows | None = None,
) -> bool:
    """Whether the mean is above `required` even if clusters were missed that are as bad as they can be.

    With x_g the sum of value - required over cluster g, and b the largest that the sum of required - worst
    over a cluster can be, no x_g is below -b. If the mean is not above `required`, the product over
    clusters of 1 + s x_g / b is at least 1 / level with probability `level` at most, for every share s of
    [0, 1], and so is its average over shares: Markov's inequality for a product of independent factors
    whose means are at most 1 (betting; Waudby-Smith & Ramdas, "Estimating means of bounded random variables
    by betting", JRSS B 86 (2024); sizes and sums are drawn together, cluster by cluster). It needs many
    clusters and little variation, and knows nothing of skewness: it is valid for any. b is taken from the
    clusters that there are: that none to come has much more to lose in all, being larger, is assumed; of a
    mean of `counted` rows (n,), that none holds more of them than the fullest that was seen. Where nothing
    bounds how bad a row can be (`worst` is None), nothing holds.
    """
    if worst is None:
        return False
    codes, counts, seen = _counted(clusters, counted)
    # A share of exactly 1 loses all in a cluster at its worst. What is too large to add is not a number, and
    # no number is large enough.
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        sums = np.bincount(codes, np.where(seen, values - required, 0.0))
        depth = np.maximum(required - np.broadcast_to(worst, values.shape), 0.0)
        bound = float(min(np.bincount(codes, depth).max(), counts.max() * depth.max()))
        if bound <= 0:
            # No row can be below: the mean is `required` only if every row is.
            return bool(np.isfinite(sums).all() and (sums > 0).any())
        logs = np.log1p(np.maximum(np.outer(_SHARES, sums / bound), -1.0)).sum(axis=1)
        return bool(np.logaddexp.reduce(logs) - np.log(len(_SHARES)) >= -np.log(level))


_SHARES = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0])


def _counted(clusters: Codes, counted: Rows | None) -> tuple[Codes, Codes, Rows]:
    """Each row's cluster, how many rows of each cluster count (G,), and which rows do (n,)."""
    codes, counts = numbered(clusters)
    if counted is None:
        return codes, counts, np.ones(len(codes), np.bool_)
    return codes, np.bincount(codes, counted).astype(np.int64), counted


def _sums(values: Floats, clusters: Codes) -> Floats:
    return np.bincount(numbered(clusters)[0], values).astype(np.float64)
