"""The linear model of training rows. Pure."""

import logging

import numpy as np
from numpy.typing import NDArray

from tasks.objectives import OBJECTIVES, ObjectiveName
from tasks.prepare.features import Schema
from tasks.train.descent import Design, least
from tasks.train.linear import CategoryTerm, Floats, Linear, Matrix, NumericTerm, codes_of

_log = logging.getLogger(__name__)

WIDEST = 256
"""So many categories of a feature have a weight of their own: the commonest."""
_DECIMALS, _DIGITS = 6, 9


def fit_linear(matrix: Matrix, labels: Floats, schema: Schema, objective: ObjectiveName) -> Linear:
    """Logistic regression of labels 0 and 1 (both there), or ridge regression of numbers.

    It minimises the sum over rows of the log loss, or of half the squared error in standard deviations of
    the label, plus half the squared weights (Hoerl & Kennard, Technometrics 12 (1970); le Cessie & van
    Houwelingen, Applied Statistics 41 (1992)); the intercept is free. So there is one minimum, whatever the
    columns are: constant, empty, more than rows, or such that they part the labels perfectly. `matrix` is
    `encode`'s: numbers are standardised, with an indicator of missing ones, which stand at the mean;
    categories are one-hot, the `WIDEST` commonest of each feature.
    """
    probabilities = OBJECTIVES[objective].probabilities
    plain = NumericTerm(centre=0.0, scale=1.0) if probabilities else _standardised(labels)
    terms = [_term(matrix[:, place], feature.categories) for place, feature in enumerate(schema.features)]
    _say_what_is_pooled(schema)
    design = _design(matrix, terms)
    weights = least(design, (labels - plain.centre) / plain.scale, logistic=probabilities)
    # Rounded, so that the last bits of another machine's sums make no other model.
    rounded = np.round(weights, _DECIMALS) + 0.0
    return Linear(
        objective=objective,
        intercept=float(rounded[0]),
        terms=_with_weights(terms, rounded[1:]),
        centre=plain.centre,
        scale=plain.scale,
    )


_Unfitted = NumericTerm | NDArray[np.int64]
"""How a column is read: a number by its scale, a category by the slot of its code (the last: none)."""


def _term(column: Matrix, categories: tuple[str, ...] | None) -> _Unfitted:
    if categories is None:
        return _standardised(column[~np.isnan(column)].astype(np.float64))
    counts = np.bincount(codes_of(column, len(categories)), minlength=len(categories) + 1)[:-1]
    commonest = np.sort(np.argsort(-counts, kind="stable")[:WIDEST])
    slots = np.full(len(categories) + 1, len(commonest))
    slots[commonest] = np.arange(len(commonest))
    return slots


def _standardised(numbers: Floats) -> NumericTerm:
    """Mean and standard deviation; those of numbers that do not differ, or are none, have a scale of 1."""
    if not len(numbers) or numbers.min() == numbers.max():
        return NumericTerm(centre=_short(numbers[0]) if len(numbers) else 0.0, scale=1.0)
    return NumericTerm(centre=_short(numbers.mean()), scale=_short(numbers.std()))


def _design(matrix: Matrix, terms: list[_Unfitted]) -> Design:
    numbers, codes = [np.ones(len(matrix))], []
    for place, term in enumerate(terms):
        column = matrix[:, place]
        if isinstance(term, NumericTerm):
            numbers += [term.distance(column), np.isnan(column).astype(np.float64)]
        else:
            codes.append((term[codes_of(column, len(term) - 1)], int(term[-1])))
    return Design(np.stack(numbers), tuple(codes))


def _with_weights(terms: list[_Unfitted], weights: Floats) -> tuple[NumericTerm | CategoryTerm, ...]:
    """The terms with their weights: those of numbers come first, then those of categories."""
    numeric, first = 0, 2 * sum(isinstance(term, NumericTerm) for term in terms)
    fitted: list[NumericTerm | CategoryTerm] = []
    for term in terms:
        if isinstance(term, NumericTerm):
            own = {"weight": float(weights[numeric]), "missing": float(weights[numeric + 1])}
            fitted.append(term.model_copy(update=own))
            numeric += 2
        else:
            width = int(term[-1])
            own_weights = np.append(weights[first : first + width], 0.0)[term[:-1]]
            fitted.append(CategoryTerm(weights=tuple(own_weights.tolist())))
            first += width
    return tuple(fitted)


def _say_what_is_pooled(schema: Schema) -> None:
    for feature in schema.features:
        if feature.categories is not None and len(feature.categories) > WIDEST:
            _log.warning(
                "train: the linear baseline tells the %d commonest of %s's %d categories apart; to it the "
                "others are one",
                WIDEST,
                feature.name,
                len(feature.categories),
            )


def _short(number: np.floating) -> float:
    return float(f"{number:.{_DIGITS}g}")
