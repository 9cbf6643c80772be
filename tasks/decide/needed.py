"""How much more evidence would decide a clause that is open. Pure."""

import math

from scipy.special import stdtrit

from tasks.documents import Document
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Part

# Beyond this many times the evidence at hand, "more of it" is no answer.
MOST = 1000
_ROUNDS = 50
MIN_OPPOSING = 5
"""In fewer clusters than this, in effect, what speaks against a clause is too rare to know how rare.

Of losses that are due in 5 clusters, 4% of samples show one or none.
"""
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

    With standard error s on G clusters, the gap d between estimate and requirement, the one-sided
    level a and f degrees of freedom on G, the least multiple m with

        d >= (t(1 - a, m f) + x / sqrt(m) + t(power, m f)) s / sqrt(m),

    as in any sample size of a one-sided test (e.g. Chow et al., Sample Size Calculations in Clinical
    Research, chapter 3). x is by how many standard errors the bound lies farther than
    Student's because of skewness, which fades as the root of the sample. To pass takes `MIN_OPPOSING`
    clusters that speak against it, too. It takes the gap that was seen for the true one: it says what
    such a gap would take, and not how likely it is.
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
    times = detecting(abs(gap), error, freedom, interval.level, power, farther)
    times = max(times, min_clusters / interval.clusters)
    if gap > 0 and not part.holds_at_worst:
        times = max(times, MIN_OPPOSING / max(part.opposing_clusters, 1.0))
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
    gap: float, error: float, freedom: float, level: float, power: float, farther: float = 0.0
) -> float:
    """The multiple of the evidence at hand on which a gap is told from 0 with chance `power`.

    At least two degrees of freedom; infinite where there is no telling. By bisection: with few degrees of
    freedom quantiles change so fast that iterating the equation does not settle.
    """
    if not error / gap < _HOPELESS:
        return math.inf

    def short(times: float) -> bool:
        return detectable(times, error, freedom, level, power, farther) > gap

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
    times: float, error: float, freedom: float, level: float, power: float, farther: float = 0.0
) -> float:
    """The smallest gap that is told from 0 with chance `power` on `times` the evidence at hand.

    `farther` is by how many errors the bound at hand lies beyond Student's: it fades as the root of `times`.
    """
    reach = float(stdtrit(times * freedom, 1 - level) + stdtrit(times * freedom, power))
    return (reach + farther / math.sqrt(times)) * error / math.sqrt(times)
