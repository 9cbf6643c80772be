"""How far a model's probabilities can be believed: a calibrator and sets of possible labels. Pure.

Both are fitted on the selection rows, and travel in the model card. What that does and does not promise:

- Selection has also stopped the training and chosen the threshold, and both parts here are fitted on the
  same rows: what they say of those rows is a little too good.
- Split conformal sets cover new rows as declared if all rows are exchangeable. Rows of one day share what
  happened to them, and tomorrow is no draw from the past: there is no such guarantee here. The clauses
  `coverage` and `abstention` of the contract look at what the sets cover on the holdout, by clusters.
"""

import logging
import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import expit, logit

from tasks.documents import Document
from tasks.objectives import OR

_log = logging.getLogger(__name__)
Floats = NDArray[np.float64]

SMALLEST = 1e-15
"""Probabilities closer to 0 or 1 have no log odds worth the name."""
_STEPS, _CLOSE, _TINY = 100, 1e-11, 1e-12
BOTH = f"0{OR}1"


class Calibration(Document):
    """Log odds are multiplied by `slope`, which is above 0, and moved by `intercept`."""

    slope: float = Field(gt=0)
    intercept: float

    def probabilities(self, told: Floats) -> Floats:
        """Calibrated probabilities (n,) in the order of `told`: no row overtakes another."""
        return np.asarray(expit(self.slope * _log_odds(told) + self.intercept), dtype=np.float64)


class Sets(Document):
    """Which labels a model cannot rule out: those whose doubt, 1 - probability, is at most `most_doubt`.

    `coverage` is the share of rows whose sets were to hold the label. Probabilities are of label 1, (n,), or
    of each class, (n, classes); a label is 0, 1 or the place of its class.
    """

    coverage: float = Field(gt=0, lt=1)
    most_doubt: float = Field(ge=0, le=1)

    def possible(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Which labels are possible, (n, labels). A set without a label is taken for one of all.

        That only makes sets larger, so they cover no less.
        """
        found = _doubt_of_each(probabilities) <= self.most_doubt
        found[~found.any(axis=1)] = True
        return found

    def sure(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Where (n,) exactly one label is possible."""
        return np.asarray(self.possible(probabilities).sum(axis=1) == 1)

    def hold(self, probabilities: Floats, labels: Floats) -> NDArray[np.bool_]:
        """Where (n,) the set holds the label."""
        return np.asarray(_at(labels, self.possible(probabilities)))

    def words(self, probabilities: Floats, names: Sequence[object] = (0, 1)) -> NDArray[np.object_]:
        """The possible labels (n,), as `0`, `1`, or `0 or 1` where the model is not sure."""
        possible = self.possible(probabilities)
        # Each set is written once: of many classes its text is long, and there are few of them.
        numbers = possible @ (1 << np.arange(possible.shape[1]))
        _, first, which = np.unique(numbers, return_index=True, return_inverse=True)
        said = [OR.join(str(name) for name in compress(names, one)) for one in possible[first]]
        return np.array(said, dtype=np.object_)[which]


def doubts(labels: Floats, probabilities: Floats) -> Floats:
    """1 - the probability (n,) that was given to the label."""
    return np.asarray(_at(labels, _doubt_of_each(probabilities)))


def _doubt_of_each(probabilities: Floats) -> Floats:
    """1 - the probability of each label, (n, labels)."""
    if probabilities.ndim > 1:
        return 1 - probabilities
    return np.column_stack((probabilities, 1 - probabilities))


def _at(labels: Floats, table: NDArray[Any]) -> NDArray[Any]:
    """What the table (n, labels) says of each row's label, (n,)."""
    return table[np.arange(len(labels)), labels.astype(np.int64)]


def place_of(rows: int, coverage: float) -> int:
    """ceil((rows + 1) coverage), exactly: more than `rows` where these are too few for that coverage."""
    return math.ceil((rows + 1) * Fraction(str(coverage)))


def fit_sets(labels: Floats, probabilities: Floats, coverage: float) -> Sets:
    """The sets that hold a new row's label with chance `coverage`, were it exchangeable with these n rows.

    `most_doubt` is the ceil((n + 1) coverage)-th smallest doubt: the split conformal quantile (Vovk,
    Gammerman & Shafer, Algorithmic Learning in a Random World (2005); Angelopoulos & Bates, "A gentle
    introduction to conformal prediction" (2021), section 1); of classes, the least ambiguous sets of Sadinle,
    Lei & Wasserman, "Least ambiguous set-valued classifiers with bounded error levels", JASA 114 (2019). With
    fewer rows than that all labels are possible everywhere, which a warning says.
    """
    place = place_of(len(labels), coverage)
    if place > len(labels):
        _log.warning(
            "train: %d selection rows are too few for sets that hold the label in %g of all rows: every set "
            "holds %s labels; widen prepare.selection_days or lower train.coverage",
            len(labels),
            coverage,
            "all" if probabilities.ndim > 1 else "both",
        )
        return Sets(coverage=coverage, most_doubt=1.0)
    return Sets(coverage=coverage, most_doubt=float(np.sort(doubts(labels, probabilities))[place - 1]))


def fit_calibration(labels: Floats, probabilities: Floats) -> Calibration | None:
    """Platt's scaling on log odds; None, with a warning, where nothing that keeps the order can be fitted.

    It minimises the log loss against Platt's targets (k + 1) / (k + 2) and 1 / (m + 2) for k rows of label 1
    and m of label 0, which keep it finite where the labels are parted perfectly (Platt, "Probabilistic
    outputs for support vector machines" (1999)), by Newton's method with step halving (Lin, Lin & Weng, "A
    note on Platt's probabilistic outputs", Machine Learning 68 (2007)). It needs both labels and two
    different probabilities, and a slope above 0: one below would turn the model's order round.
    """
    ones = float(labels.sum())
    zeros = len(labels) - ones
    odds = _log_odds(probabilities)
    if not ones or not zeros or np.ptp(odds) == 0:
        _log.warning("train: not calibrated: selection has one label or one probability only")
        return None
    targets = np.where(labels == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    centre, scale = float(odds.mean()), float(odds.std())
    slope, intercept = _newton((odds - centre) / scale, targets, math.log((ones + 1) / (zeros + 1)))
    # Rounded, so that the last bits of another machine's sums make no other model.
    slope, intercept = round(slope / scale, 9), round(intercept - slope / scale * centre, 9) + 0.0
    if not slope > 0:
        _log.warning("train: not calibrated: on selection, higher probabilities do not come true more often")
        return None
    return Calibration(slope=slope, intercept=intercept)


def _newton(x: Floats, targets: Floats, intercept: float) -> tuple[float, float]:
    """Slope and intercept of the least log loss; convex, with one minimum, so that every start will do."""

    def loss(a: float, b: float) -> float:
        return float((np.logaddexp(0, a * x + b) - targets * (a * x + b)).sum())

    a, b = 0.0, intercept
    for _ in range(_STEPS):
        p = expit(a * x + b)
        weight, wrong = p * (1 - p), p - targets
        to_a, to_b, ab = float((wrong * x).sum()), float(wrong.sum()), float((weight * x).sum())
        aa, bb = float((weight * x * x).sum()) + _TINY, float(weight.sum()) + _TINY
        determinant = aa * bb - ab * ab
        step_a, step_b = (bb * to_a - ab * to_b) / determinant, (aa * to_b - ab * to_a) / determinant
        # Close to the minimum a whole step changes the loss by less than the sum's own rounding.
        most = loss(a, b) * (1 + _TINY)
        while loss(a - step_a, b - step_b) > most:
            step_a, step_b = step_a / 2, step_b / 2
        a, b = a - step_a, b - step_b
        if max(abs(step_a), abs(step_b)) < _CLOSE:
            break
    return a, b


def _log_odds(probabilities: Floats) -> Floats:
    return np.asarray(logit(np.clip(probabilities, SMALLEST, 1 - SMALLEST)), dtype=np.float64)
