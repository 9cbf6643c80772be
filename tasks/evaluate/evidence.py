"""How sure a mean is when rows come in clusters: one interval, and when there is none, why.

Rows of one day share its weather, so that a thousand rows of one day say little more than a few.
The interval therefore asks how far the mean moves when a whole cluster is left out.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, stdtrit

from tasks.errors import BadInput
from tasks.evaluate.clusters import FEW, in_effect, numbered
from tasks.evaluate.resampling import critical_value

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CLUSTERED = "jackknife over clusters (CR3); bootstrap-t, guarded by Student's t"
SHARE = f"{CLUSTERED}; of log odds"
INDEPENDENT = "t-interval as if every row were independent"
# Below this share of the largest value a standard error is rounding, not variation.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the two one-sided bounds of confidence `1 - level`, in the unit of the values.

    `low` and `high` together are a two-sided interval of confidence `1 - 2 * level`. Where no
    valid inference is possible `standard_error`, `degrees_of_freedom`, `low` and `high` are None,
    `note` says why, and no clause can pass on it. `estimate` is None only if there is no mean.
    `effective_clusters` is Kish's (sum n_g)^2 / sum n_g^2: how many equal clusters weigh the same.
    """

    estimate: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    low: float | None
    high: float | None
    level: float
    rows: int
    clusters: int
    effective_clusters: float
    largest_cluster_share: float
    method: str
    note: str = ""


def clustered_mean(values: Floats, clusters: Codes, *, level: float = 0.05) -> Interval:
    """The mean of `values` (n,), with an interval that treats each cluster as one draw.

    With N rows, n_g of them in cluster g, h_g = n_g / N, residuals e = y - mean(y) and
    u_g = the sum of e over cluster g, the variance is the cluster jackknife, CR3,

        V = sum_g (mean without g - mean)^2 = sum_g u_g^2 / (1 - h_g)^2 / N^2,

    closed because the hat matrix of an intercept is 1 1' / N, so that its block g has the vector
    of ones as eigenvector with eigenvalue h_g. The degrees of freedom are Satterthwaite's for
    this V under independent rows, (tr P)^2 / tr(P^2), which with d_g = h_g / (1 - h_g) is

        df = (sum d)^2 / (sum d^2 + (sum d^2)^2 - sum d^4);  G - 1 for G equal clusters.

    Source: Bell & McCaffrey, "Bias reduction in standard errors for linear regression with
    multi-stage samples", Survey Methodology 28 (2002). CR3 is their JK estimator; their CR2
    divides by (1 - h_g) only. CR2 is unbiased for independent rows, but too small when clusters
    are unequal and correlated within; CR3 never is on average. One-sided 5% tests,
    lognormal sizes (sigma 1), intra-cluster correlation 0.3, 200,000 Gaussian nulls, and beside
    it the power at 2.5 standard errors:

        clusters   CR1, t(G-1)   CR2, Satterthwaite   CR2, df for cluster noise   CR3 (this)
              20        8.6%          6.0%  .78               3.0%  .66            4.4%  .73
              50        6.9%          5.7%  .80               3.8%  .73            5.1%  .78
             200        5.6%          5.3%  .81               4.2%  .77            5.1%  .80

    (`make simulate` measures this anew.) CR3 is never too small on average because, whatever
    the variances v_g of the cluster sums, E[u_g^2] = (1 - h_g)^2 v_g + h_g^2 sum of the other v.
    Skewed cluster means break every one of these: exponential losses promote 9.8% of equal
    challengers at 20 clusters and 6.1% at 200. Each bound therefore lies as many standard errors away
    as the bootstrap-t's quantile (`resampling.critical_value`) says. Where that is nearer than Student's,
    it rests on a skewness that few clusters may only seem to have: Student's counts in full while no more
    than `FEW` clusters carry the variance, in effect, and by FEW / k once k do. Without this guard intervals
    of 90% hold the truth in 87.5% to 88.9% of samples whose variance five to seven clusters carry, and with
    Student's in full in up to 91.7% of others (6,000 samples each). What no cluster shows, neither knows:
    `opposition` says when that matters.

    No inference: fewer than two clusters; a value that is not finite; no variation between
    clusters, or too little for resampling; or all clusters but k entirely 0 with 2^-k > level, since
    k signs that agree by luck are then likelier than the level. `clusters` are any integers (n,).
    Raises `BadInput` for unequal lengths or a level outside (0, 0.5).
    """
    _check(values, clusters, level)
    codes, counts = numbered(clusters)
    plain = _without_bounds(values, counts, level=level, method=CLUSTERED)
    if plain.note:
        return plain
    scaled, scale = _scaled(values)
    deviations: Floats = np.bincount(codes, scaled - scaled.mean()).astype(np.float64)
    moved = deviations / (len(values) - counts)
    error = float(np.sqrt(np.square(moved).sum()))
    if error <= _ROUNDING:
        return replace(plain, note="no variation between clusters")
    holding = np.count_nonzero(np.bincount(codes, scaled != 0))
    if holding < len(counts) and 2.0**-holding > level:
        return replace(plain, note=f"only {holding} of {len(counts)} clusters hold a value other than 0")
    freedom = satterthwaite(counts / len(values))
    sizes = counts.astype(np.float64)
    below, above = (critical_value(sign * deviations, sizes, level) for sign in (1.0, -1.0))
    if not np.isfinite([below, above]).all():
        return replace(plain, note="hardly any variation between clusters: samples of them have none")
    student = float(stdtrit(freedom, 1 - level))
    guard = min(1.0, FEW / in_effect(deviations))
    # At a level near a half a strong skew could put a bound on the estimate's other side.
    below, above = (max(one + guard * max(student - one, 0.0), 0.0) for one in (below, above))
    return _bounded(plain, error * scale, freedom, below, above)


def as_share(interval: Interval, lacks: float = 0.0) -> Interval:
    """The interval of a number between 0 and 1 that is no plain mean (AUC, precision, recall), or is near 1.

    Or of one that becomes such a number by adding what it `lacks`.

    Its bounds lie as many standard errors away as before, but of its log odds, whose standard error is
    s / (p (1 - p)): near 1 the distribution leans, and the lower bound lies farther than the upper one
    (Pepe, The Statistical Evaluation of Medical Tests (2003), section 5.2.4, for AUC). Of AUCs exactly at
    their floor 5.1% to 5.7% passed instead of 6.1% to 7.0% (6,000 nulls, three layouts of
    `make simulate`).
    """
    estimate, low, high = interval.estimate, interval.low, interval.high
    if estimate is None or low is None or high is None or not 0 < estimate + lacks < 1:
        return interval
    p = estimate + lacks
    odds, unit = np.log(p / (1 - p)), p * (1 - p)
    below, above = odds - (estimate - low) / unit, odds + (high - estimate) / unit
    return replace(interval, low=float(expit(below)) - lacks, high=float(expit(above)) - lacks, method=SHARE)


def independent_mean(values: Floats, *, level: float = 0.05) -> Interval:
    """The mean of `values` (n,) with Student's interval: what row-level statistics would have said.

    To be shown beside `clustered_mean`, never to decide on; one "cluster" is one row.
    Raises `BadInput` for a level outside (0, 0.5).
    """
    _check(values, values, level)
    plain = _without_bounds(values, np.ones(len(values), np.int64), level=level, method=INDEPENDENT)
    if plain.note:
        return plain
    scaled, scale = _scaled(values)
    error = float(scaled.std(ddof=1) / np.sqrt(len(values)))
    if error <= _ROUNDING:
        return replace(plain, note="no variation between rows")
    student = float(stdtrit(len(values) - 1.0, 1 - level))
    return _bounded(plain, error * scale, len(values) - 1.0, student, student)


def no_mean(clusters: Codes | None, rows: int, *, level: float, note: str) -> Interval:
    """The interval of a quantity that does not exist on these rows, with the reason in `note`."""
    method = INDEPENDENT if clusters is None else CLUSTERED
    counts = np.ones(rows, np.int64) if clusters is None else numbered(clusters)[1]
    return replace(_without_bounds(np.full(rows, np.nan), counts, level=level, method=method), note=note)


def satterthwaite(share: Floats) -> float:
    """Degrees of freedom of CR3, of the shares (G,) of the rows that clusters hold: see `clustered_mean`."""
    odds = share / (1 - share)
    square = np.square(odds)
    return float(odds.sum()) ** 2 / float(square.sum() + square.sum() ** 2 - np.square(square).sum())


def _scaled(values: Floats) -> tuple[Floats, float]:
    """`values` with a largest magnitude of 1, so that squares neither overflow nor vanish."""
    scale = float(np.abs(values).max()) or 1.0
    return values / scale, scale


def _without_bounds(values: Floats, counts: Codes, *, level: float, method: str) -> Interval:
    """What can be said before any inference; `note` is set where there can be none."""
    rows = len(values)
    wrong = int(np.count_nonzero(~np.isfinite(values)))
    estimate = None
    if rows and not wrong:
        scaled, scale = _scaled(values)
        estimate = float(scaled.mean()) * scale
    kind = "row" if method == INDEPENDENT else "cluster"
    note = f"one {kind} only: no variation between {kind}s to measure" if len(counts) == 1 else ""
    if wrong:
        note = f"{wrong} of {rows} values are not finite"
    return Interval(
        estimate=estimate,
        standard_error=None,
        degrees_of_freedom=None,
        low=None,
        high=None,
        level=level,
        rows=rows,
        clusters=len(counts),
        effective_clusters=float(rows**2 / np.square(counts).sum()) if rows else 0.0,
        largest_cluster_share=float(counts.max() / rows) if rows else 0.0,
        method=method,
        note=note if rows else "no rows",
    )


def _bounded(plain: Interval, error: float, freedom: float, below: float, above: float) -> Interval:
    """The interval from `below` standard errors under the estimate to `above` over it."""
    estimate = plain.estimate
    if estimate is None:
        return plain
    return replace(
        plain,
        standard_error=error,
        degrees_of_freedom=freedom,
        low=estimate - below * error,
        high=estimate + above * error,
    )


def _check(values: Floats, clusters: Floats | Codes, level: float) -> None:
    if values.ndim != 1 or values.shape != clusters.shape:
        raise BadInput(
            f"expected one cluster code for each value, found shapes {values.shape} and {clusters.shape}: "
            "pass the clusters of the same rows"
        )
    if not 0 < level < 0.5:  # noqa: PLR2004 -- a one-sided level of a half decides nothing
        raise BadInput(f"expected a one-sided level between 0 and 0.5, found {level}: 0.05 is usual")
