"""Days of which a few are bad: all their negatives rank high, and the other days do not show it."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr
from simulations.bars import OfRows, requiring
from simulations.boundaries import COMFORTABLE

from tasks.evaluate.answers import Answers
from tasks.evaluate.compare import cost_matrix, naive
from tasks.evaluate.comparison import Comparison
from tasks.params import Contract, CostParams, EvaluateParams

LEAD = 1.2
"""How far positives score above negatives on a good day, in standard deviations of either."""
ROWS_PER_DAY = 20
MONEY = CostParams(currency="EUR", true_positive=6, false_positive=-2, false_negative=-4, true_negative=0)


@dataclass(frozen=True)
class Storms:
    """So many days, of which a share is bad; on those, negatives score `shift` higher than on others.

    `rate` is the share of positives, on every day.
    """

    key: str
    days: int
    bad: float
    shift: float
    rate: float

    @property
    def title(self) -> str:
        """What a table calls it."""
        return f"floor on AUC, {self.rate:.0%} labels: {self.days} days, {self.bad:.0%} bad by {self.shift:g}"

    @property
    def auc(self) -> float:
        """The truth: P(positive > negative) is normal in the difference of the means, over sqrt(2)."""
        good, bad = ndtr(LEAD / 2**0.5), ndtr((LEAD - self.shift) / 2**0.5)
        return float((1 - self.bad) * good + self.bad * bad)

    @property
    def clause(self) -> OfRows:
        """A floor exactly at the truth."""
        return requiring(self.auc, kind="floor", metric="auc")

    @property
    def contract(self) -> Contract:
        """The clause under test with others, which are not asked."""
        return Contract(clauses=(*COMFORTABLE, self.clause))

    def draw(self, rng: Generator) -> Comparison:
        """One holdout."""
        day = np.repeat(np.arange(self.days), ROWS_PER_DAY)
        bad = (rng.random(self.days) < self.bad)[day]
        labels = (rng.random(len(day)) < self.rate).astype(np.float64)
        score = rng.standard_normal(len(day)) + np.where(labels == 1, LEAD, self.shift * bad)
        costs = cost_matrix(MONEY)
        return Comparison(
            labels=labels,
            clusters=day,
            costs=costs,
            challenger=Answers(ndtr(score), threshold=0.5),
            champion=None,
            baseline=naive(self.rate, len(day), costs),
            columns={},
            settings=EvaluateParams(costs=MONEY),
        )
