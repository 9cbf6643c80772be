"""The weights of least penalised loss, by Newton's method. Pure.

No sum here is shared between threads, and the minimum is found far more closely than weights are rounded:
the same rows give the same weights on any number of processors.
"""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, cg
from scipy.special import expit

_log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Codes = tuple[tuple[NDArray[np.int64], int], ...]

RIDGE = 1.0
"""Times half the sum of squared weights: that of one row's curvature."""
_FREE = 1e-9  # of the intercept, which is not penalised, and has to have some curvature
_STEPS, _HALVINGS, _CLOSE, _TINY = 50, 40, 1e-8, 1e-12
_LOOSE, _TIGHT, _DIRECTIONS = 0.1, 1e-10, 2_000


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
        return np.concatenate([np.einsum("dn,n->d", self.numbers, rows), *self._counted(rows)])

    def squares(self, rows: Floats) -> Floats:
        """The sum (columns,) of `rows` (n,) times the square of each column."""
        numbers = np.einsum("dn,dn,n->d", self.numbers, self.numbers, rows)
        return np.concatenate([numbers, *self._counted(rows)])

    def _counted(self, rows: Floats) -> list[Floats]:
        summed = (np.bincount(codes, rows, width + 1) for codes, width in self.codes)
        return [one[:-1].astype(np.float64) for one in summed]


def least(design: Design, labels: Floats, *, logistic: bool) -> Floats:
    """The weights (columns,) that minimise the loss of `labels` (n,) plus half the squared weights.

    The loss is the log loss, or half the squared error. Newton's method with step halving, each step by
    conjugate gradients, only as closely as it pays (Nocedal & Wright, Numerical Optimization (2006),
    algorithms 5.3 and 7.1); the sum is strictly convex, so that there is one minimum and every start will do.
    """
    ridge = np.full(design.columns, RIDGE)
    ridge[0] = _FREE
    weights, first = np.zeros(design.columns), 0.0
    for _ in range(_STEPS):
        told = design.times(weights)
        wrong, bend = _slope(told, labels, logistic=logistic)
        gradient = design.sums(wrong) + ridge * weights
        size = float(np.linalg.norm(gradient))
        if size == 0:
            break
        first = first or size
        close = min(max(size / first, _TIGHT), _LOOSE)
        step = _newton_step(design, bend, ridge, gradient, close)
        weights -= _shortened(design, (weights, step), told, labels, logistic=logistic) * step
        if float(np.abs(step).max()) < _CLOSE and close * size < _CLOSE:
            break
    else:
        _log.warning("train: the linear baseline's weights did not settle in %d steps", _STEPS)
    return weights


def _newton_step(design: Design, bend: Floats, ridge: Floats, gradient: Floats, close: float) -> Floats:
    def curved(direction: Floats) -> Floats:
        return design.sums(bend * design.times(direction)) + ridge * direction

    shape = (design.columns, design.columns)
    diagonal = design.squares(bend) + ridge
    near = LinearOperator(shape, matvec=lambda told: told / diagonal, dtype=np.float64)
    whole = LinearOperator(shape, matvec=curved, dtype=np.float64)
    step, _ = cg(whole, gradient, rtol=close, maxiter=_DIRECTIONS, M=near)
    return np.asarray(step, dtype=np.float64)


def _shortened(
    design: Design, at: tuple[Floats, Floats], told: Floats, labels: Floats, *, logistic: bool
) -> float:
    """The part of a step after which the sum is no larger, whole if it can be."""
    weights, step = at
    moves = design.times(step)

    def total(part: float) -> float:
        penalty = RIDGE / 2 * float(np.square((weights - part * step)[1:]).sum())
        return _loss(told - part * moves, labels, logistic=logistic) + penalty

    # Close to the minimum a whole step changes the sum by less than its own rounding.
    most, part = total(0.0) * (1 + _TINY), 1.0
    for _ in range(_HALVINGS):
        if total(part) <= most:
            break
        part /= 2
    return part


def _slope(told: Floats, labels: Floats, *, logistic: bool) -> tuple[Floats, Floats]:
    """First and second derivative (n,) of each row's loss."""
    if not logistic:
        return told - labels, np.ones(len(labels))
    chance = expit(told)
    return chance - labels, chance * (1 - chance)


def _loss(told: Floats, labels: Floats, *, logistic: bool) -> float:
    rows = np.logaddexp(0, told) - labels * told if logistic else np.square(told - labels) / 2
    return float(rows.sum())
