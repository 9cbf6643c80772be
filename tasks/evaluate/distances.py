"""How far a prediction is from a number: one number per row whose mean is the metric. Pure.

Nothing bounds them: a label may lie anywhere, so of an error there is no worst. Of a lead there may be.
"""

import numpy as np

from tasks.errors import BadInput
from tasks.evaluate.evidence import Floats


def squared_rows(labels: Floats, predictions: Floats) -> Floats:
    """(label - prediction)^2, (n,), in the label's unit squared.

    Raises `BadInput` as all functions here do: unequal lengths, or numbers that are not finite.
    """
    _check(labels, predictions)
    return np.square(labels - predictions)


def absolute_rows(labels: Floats, predictions: Floats) -> Floats:
    """|label - prediction|, (n,), in the label's unit."""
    _check(labels, predictions)
    return np.abs(labels - predictions)


def root_rows(labels: Floats, predictions: Floats) -> Floats:
    """Numbers (n,) whose mean is R, the root of the mean squared error m, and whose spread is R's.

    They are R plus its influence (squared error - m) / (2 R): the delta method, since the root of m has
    the derivative 1 / (2 R) (Casella & Berger, Statistical Inference (2002), section 5.5.4). A root bends
    downwards: the upper bound of this mean, by which a ceiling over R is judged, is never lower than the
    root of m's own upper bound. All 0 where every error is 0.
    """
    squares = squared_rows(labels, predictions)
    mean = float(squares.mean()) if len(squares) else 0.0
    root = float(np.sqrt(mean))
    return root + (squares - mean) / (2 * root) if root > 0 else squares


def least_absolute_lead(champion: Floats, challenger: Floats) -> Floats:
    """The least (n,) that |label - champion| - |label - challenger| can be, whatever the label.

    No label is farther from one of two numbers than from the other by more than they are apart.
    """
    return 0.0 - np.abs(champion - challenger)


def pinball_rows(labels: Floats, predictions: Floats, alpha: float) -> Floats:
    """Above the prediction alpha (label - prediction), below it (1 - alpha) (prediction - label), (n,).

    In the label's unit. Its mean is least where a share `alpha` of the labels does not exceed the prediction
    (Koenker & Bassett, "Regression quantiles", Econometrica 46 (1978)).
    """
    _check(labels, predictions)
    if not 0 < alpha < 1:
        raise BadInput(f"expected an alpha between 0 and 1, found {alpha}: it is the share of a quantile")
    above = labels - predictions
    return np.maximum(alpha * above, (alpha - 1) * above)


def least_pinball_lead(champion: Floats, challenger: Floats, alpha: float) -> Floats:
    """The least (n,) that the champion's pinball loss less the challenger's can be, whatever the label.

    Between the two predictions the lead moves in a straight line, and outside it stays as it is: so it is
    least at a label below both, or above both. That is never more than max(alpha, 1 - alpha) times their
    distance below 0.
    """
    higher = challenger - champion
    return 0.0 + np.minimum(alpha * higher, (alpha - 1) * higher)


def _check(labels: Floats, predictions: Floats) -> None:
    if labels.ndim != 1 or labels.shape != predictions.shape:
        raise BadInput(
            f"expected a prediction for each label, found shapes {predictions.shape} and {labels.shape}"
        )
    for name, values in (("labels", labels), ("predictions", predictions)):
        wrong = ~np.isfinite(values)
        if wrong.any():
            raise BadInput(
                f"expected {name} that are finite numbers, found {int(wrong.sum())} of {len(wrong)} that are "
                f"not, the first in row {int(np.argmax(wrong))}: leave those rows out by name"
            )
