"""How much more evidence would decide a clause that is open. Pure."""

import math

from scipy.special import betainc, nctdtrit, stdtrit

from tasks.documents import Document
from tasks.evaluate.clusters import FEW
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Part

# Beyond this many times the evidence at hand, "more of it" is no answer.
MOST = 1000
_ROUNDS = 50
MIN_OPPOSING = FEW
"""A pass takes rows that speak against it in so many clusters, in effect."""
_NEVER = 1e-300
_HOPELESS = 1e9
"""A gap this many times smaller than its error is told from 0 by no amount of evidence."""


class Needed(Document):
    """Evidence like that at hand which would decide the clause, if what was seen is true: in all, not more.

    `times` is how many times the evidence at hand that is.
    """

    times: float
    clusters: int
    rows: int
    batches: int
    power: float


def needed(
    part: Part | None, required: float, power: float, batches: int, min_clusters: int = 0
) -> Needed | None:
    """Clusters, rows and batches that decide the clause with chance `power`; None where more is no answer.

    With standard error s on G clusters, the gap d between estimate and requirement and f degrees of
    freedom on G, the least multiple m of the evidence with which `detectable` is at most d. It takes the
    gap that was seen for the true one: it says what such a gap would take, and not how likely it is.
    """
    if part is None or part.interval.estimate is None:
        return None
    interval, estimate = part.interval, part.interval.estimate
    gap = estimate - required
    error, freedom = interval.standard_error, interval.degrees_of_freedom
    bound = interval.low if gap > 0 else interval.high
    if error is None or freedom is None or bound is None or not gap or not interval.clusters:
        return None
    farther = beyond_student(interval, bound)
    opposing = None if gap < 0 or part.holds_at_worst else part.opposing_clusters
    known = known_as(freedom, interval.clusters, part.carrying_clusters)
    times = detecting(abs(gap), error, freedom, interval.level, power, farther, opposing, known)
    times = max(times, min_clusters / interval.clusters)
    if not times <= MOST:
        return None
    return Needed(
        times=times,
        clusters=math.ceil(times * interval.clusters),
        rows=math.ceil(times * interval.rows),
        batches=math.ceil(times * batches),
        power=power,
    )


def beyond_student(interval: Interval, bound: float | None) -> float:
    """By how many standard errors a bound lies farther than Student's; 0 where it cannot be told."""
    estimate, error, freedom = interval.estimate, interval.standard_error, interval.degrees_of_freedom
    if estimate is None or bound is None or not error or freedom is None:
        return 0.0
    return max(abs(estimate - bound) / error - float(stdtrit(freedom, 1 - interval.level)), 0.0)


def detecting(
    gap: float,
    error: float,
    freedom: float,
    level: float,
    power: float,
    farther: float = 0.0,
    opposing: float | None = None,
    known: float | None = None,
) -> float:
    """The multiple of the evidence at hand on which a gap is told from 0 with chance `power`.

    At least two degrees of freedom; infinite where there is no telling. By bisection: with few degrees of
    freedom quantiles change so fast that iterating the equation does not settle.
    """
    if not error / gap < _HOPELESS:
        return math.inf

    def short(times: float) -> bool:
        return detectable(times, error, freedom, level, power, farther, opposing, known) > gap

    most = 2 / freedom
    if not short(most):
        return most
    while short(most):
        most *= 2
    least = most / 2
    for _ in range(_ROUNDS):
        middle = (least + most) / 2
        least, most = (middle, most) if short(middle) else (least, middle)
    return most


def detectable(
    times: float,
    error: float,
    freedom: float,
    level: float,
    power: float,
    farther: float = 0.0,
    opposing: float | None = None,
    known: float | None = None,
) -> float:
    """The smallest gap that is told from 0 with chance `power` on `times` the evidence at hand.

    With standard error s on f degrees of freedom at hand, both of which later evidence has anew, and the
    one-sided level a, it is

        d = T(power / q; k, t(1 - a, m f) + x / sqrt(m)) s / sqrt(m)

    for m times the evidence: T is the quantile of the noncentral t distribution. s is itself an estimate:
    what is asked for by a pilot whose s is too small has less than the power, and T makes up for it on
    average over pilots. `known` is k, on how many degrees of freedom s itself is known (`known_as`; f if
    not given) (Julious & Owen, "Sample size calculations for clinical studies allowing for
    uncertainty about the variance", Pharmaceutical Statistics 5 (2006)). `farther` is x, by how many errors
    the bound at hand lies beyond Student's because of skewness: it fades as the root of `times`. q is the
    chance that enough speaks against it (`shown`); where that is less than the power no gap is told.
    """
    chance = power / shown(times, opposing)
    if chance >= 1:
        return math.inf
    beyond = float(stdtrit(times * freedom, 1 - level)) + farther / math.sqrt(times)
    return float(nctdtrit(known or freedom, beyond, chance)) * error / math.sqrt(times)


def known_as(freedom: float, clusters: int, carrying: float | None) -> float:
    """On how many degrees of freedom a standard error is known if `carrying` of its clusters carry it.

    A variance of G numbers with kurtosis K = G / carrying has itself a relative variance of (K - 1) / G, as
    one of normal numbers has on 2 G / (K - 1) degrees of freedom (Cramer, Mathematical Methods of Statistics
    (1946), section 27.4): G for normal numbers (K = 3), and fewer where few clusters carry it.
    """
    if not carrying or carrying >= clusters:
        return freedom
    return min(freedom, 2 / (1 / carrying - 1 / clusters))


def shown(times: float, opposing: float | None) -> float:
    """The chance that `times` the evidence shows `MIN_OPPOSING` clusters that speak against a lead.

    Such clusters come like a Poisson process. k = `opposing` were seen, so that under a flat prior their rate
    is gamma distributed with shape k + 1, and m times the evidence shows a negative binomial number of
    them: at least n with chance I(m / (1 + m); n, k + 1), the incomplete beta function (Gelman et al.,
    Bayesian Data Analysis, 3rd ed., section 2.6). 1 where a pass takes none: `opposing` is None.
    """
    if opposing is None:
        return 1.0
    return max(float(betainc(MIN_OPPOSING, opposing + 1.0, times / (1 + times))), _NEVER)
