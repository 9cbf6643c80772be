"""How much more evidence would decide a clause that is open. Pure."""

import math
from dataclasses import dataclass
from typing import Self

from scipy.special import betainc, nctdtrit, stdtrit

from tasks.documents import Document
from tasks.evaluate.clusters import FEW
from tasks.evaluate.findings import Part

# Beyond this many times the evidence at hand, "more of it" is no answer.
MOST = 1000
_ROUNDS = 50
MIN_OPPOSING = FEW
"""A pass takes rows that speak against it in so many clusters, in effect."""
_NEVER = 1e-300
"""In place of a chance of 0, to divide by."""
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
    freedom on G, the least multiple m of the evidence with which `Spread.detectable` is at most d. It takes
    the gap that was seen for the true one: it says what such a gap would take, and not how likely it is.
    """
    if part is None or part.interval.estimate is None:
        return None
    interval, gap = part.interval, part.interval.estimate - required
    spread = Spread.of(part, upward=gap > 0)
    if spread is None or not gap or not interval.clusters:
        return None
    times = spread.detecting(abs(gap), interval.level, power)
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


@dataclass(frozen=True, slots=True)
class Spread:
    """How much a lead moves: its standard error on the evidence at hand, and how well that is known.

    `freedom` are the error's degrees of freedom in the test, `known` those on which it is itself known
    (`known_as`; `freedom` if not given). `farther` is by how many errors the bound lies beyond Student's
    because of skewness; `opposing` in how many clusters, in effect, something spoke against the lead, or
    None where a pass takes none.
    """

    error: float
    freedom: float
    farther: float = 0.0
    opposing: float | None = None
    known: float | None = None

    @classmethod
    def of(cls, part: Part, *, upward: bool = True) -> Self | None:
        """What was seen of a part, on the side on which it has to pass (`upward`) or to fail."""
        interval = part.interval
        error, freedom, estimate = interval.standard_error, interval.degrees_of_freedom, interval.estimate
        bound = interval.low if upward else interval.high
        if error is None or freedom is None or estimate is None or bound is None:
            return None
        student = float(stdtrit(freedom, 1 - interval.level))
        return cls(
            error=error,
            freedom=freedom,
            farther=max(abs(estimate - bound) / error - student, 0.0) if error else 0.0,
            opposing=part.opposing_clusters if upward and not part.holds_at_worst else None,
            known=known_as(freedom, interval.clusters, part.carrying_clusters),
        )

    def detecting(self, gap: float, level: float, power: float) -> float:
        """The multiple of the evidence at hand on which a gap is told from 0 with chance `power`.

        At least two degrees of freedom; infinite where there is no telling. By bisection: with few degrees
        of freedom quantiles change so fast that iterating the equation does not settle.
        """
        if not self.error / gap < _HOPELESS:
            return math.inf
        most = 2 / self.freedom
        if self.detectable(most, level, power) <= gap:
            return most
        while self.detectable(most, level, power) > gap:
            most *= 2
        least = most / 2
        for _ in range(_ROUNDS):
            middle = (least + most) / 2
            short = self.detectable(middle, level, power) > gap
            least, most = (middle, most) if short else (least, middle)
        return most

    def detectable(self, times: float, level: float, power: float) -> float:
        """The smallest gap that is told from 0 with chance `power` on `times` the evidence at hand.

        With standard error s on f degrees of freedom at hand, both of which later evidence has anew, and
        the one-sided level a, it is

            d = T(power / q; k, t(1 - a, m f) + x / sqrt(m)) s / sqrt(m)

        for m times the evidence: T is the quantile of the noncentral t distribution. s is itself an
        estimate, known on k degrees of freedom: what is asked for by a pilot whose s is too small has less
        than the power, and T makes up for it on average over pilots (Julious & Owen, "Sample size
        calculations for clinical studies allowing for uncertainty about the variance", Pharmaceutical
        Statistics 5 (2006)). x is `farther`, which fades as the root of `times`. q is the chance that
        enough speaks against it (`shown`); where that is less than the power no gap is told.
        """
        chance = power / shown(times, self.opposing)
        if chance >= 1:
            return math.inf
        beyond = float(stdtrit(times * self.freedom, 1 - level)) + self.farther / math.sqrt(times)
        reach = float(nctdtrit(self.known or self.freedom, beyond, chance))
        return reach * self.error / math.sqrt(times)


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
