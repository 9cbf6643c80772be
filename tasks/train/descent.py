"""The weights of least penalised loss, by Newton's method. Pure.

No sum here is shared between threads, and the minimum is found far more closely than weights are rounded:
the same rows give the same weights on any number of processors.
"""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

_log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Codes = tuple[tuple[NDArray[np.int64], int], ...]

RIDGE = 1.0
"""Times half the sum of squared weights: that of one row's curvature."""
_FREE = 1e-9  # of the intercept, which is not penalised, and has to have some curvature
_STEPS, _CLOSE, _SETTLED, _BEND = 200, 1e-10, 1e-7, 1e4


@dataclass(frozen=True)
class Design:
    """Rows by columns, without the zeros: `numbers` (d, n), the first of them 1, then one-hot columns.

    Of each category there is its code (n,) and how many codes have a column: code 0 has the first, and
    those beyond have none.
    """

    numbers: Floats
    codes: Codes

    @property
    def columns(self) -> int:
        """How many there are in all."""
        return len(self.numbers) + sum(width for _, width in self.codes)

    def times(self, weights: Floats) -> Floats:
        """The weighted sum (n,) of each row."""
        told: Floats = np.einsum("dn,d->n", self.numbers, weights[: len(self.numbers)])
        first = len(self.numbers)
        for codes, width in self.codes:
            told += np.append(weights[first : first + width], 0.0)[codes]
            first += width
        return told

    def sums(self, rows: Floats) -> Floats:
        """The sum (columns,) of `rows` (n,) times each column."""
        counted = (np.bincount(codes, rows, width + 1)[:-1] for codes, width in self.codes)
        return np.concatenate([np.einsum("dn,n->d", self.numbers, rows), *counted])

    def squares(self) -> Floats:
        """The sum (columns,) of the squares of each column."""
        counted = (np.bincount(codes, minlength=width + 1)[:-1] for codes, width in self.codes)
        return np.concatenate([np.einsum("dn,dn->d", self.numbers, self.numbers), *counted])


def least(design: Design, labels: Floats, *, logistic: bool) -> Floats:
    """The weights (columns,) that minimise the loss of `labels` (n,) plus half the squared weights.

    The loss is the log loss, or half the squared error. The sum is strictly convex, so that there is one
    minimum and every start will do. SciPy finds it by Newton's method with a line search, each step by
    conjugate gradients (Nocedal & Wright, Numerical Optimization (2006), algorithm 7.1).
    """
    ridge = np.full(design.columns, RIDGE)
    ridge[0] = _FREE
    # In units in which all columns bend the sum alike, at the start, conjugate gradients need few directions;
    # and a sum that bends much is followed close to its minimum: SciPy takes less than 1e-15 for straight.
    units = np.sqrt(_BEND / (design.squares() * (0.25 if logistic else 1.0) + ridge))

    def total(scaled: Floats) -> tuple[float, Floats]:
        weights = units * scaled
        told = design.times(weights)
        wrong = (expit(told) if logistic else told) - labels
        rows = np.logaddexp(0, told) - labels * told if logistic else np.square(wrong) / 2
        penalty = float(ridge @ np.square(weights)) / 2
        return float(rows.sum()) + penalty, units * (design.sums(wrong) + ridge * weights)

    def curved(scaled: Floats, direction: Floats) -> Floats:
        """The second derivative times a direction."""
        step = units * direction
        bend: Floats | float = 1.0
        if logistic:
            chance = expit(design.times(units * scaled))
            bend = chance * (1 - chance)
        bent: Floats = units * (design.sums(bend * design.times(step)) + ridge * step)
        return bent

    start = np.zeros(design.columns)
    found = minimize(
        total,
        start,
        jac=True,
        hessp=curved,
        method="Newton-CG",
        options={"maxiter": _STEPS, "xtol": _CLOSE},
    )
    slope, first = total(found.x)[1], total(start)[1]
    if float(np.linalg.norm(slope)) > _SETTLED * float(np.linalg.norm(first)):
        _log.warning("train: the linear baseline's weights did not settle: %s", found.message)
    return np.asarray(units * found.x, dtype=np.float64)
