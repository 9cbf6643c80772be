"""How far the probabilities of classes can be believed: one temperature for all of them. Pure.

What a fit on the selection rows does and does not promise is what `uncertainty` says of two labels.
"""

import logging
import math
from collections.abc import Callable

import numpy as np
from pydantic import Field

from tasks.documents import Document
from tasks.train.uncertainty import SMALLEST, Floats

_log = logging.getLogger(__name__)

HOTTEST = 1e6
"""A temperature above this says that the model knows nothing; one below its inverse, that it never errs."""
_CLOSE = 1e-12


class Temperature(Document):
    """Log odds of a class against another are divided by `temperature`: above 1 the model was too sure."""

    temperature: float = Field(ge=1 / HOTTEST, le=HOTTEST)

    @property
    def slope(self) -> float:
        """What log odds are multiplied by."""
        return 1 / self.temperature

    @property
    def intercept(self) -> float:
        """What log odds are moved by: nothing."""
        return 0.0

    def probabilities(self, told: Floats) -> Floats:
        """Calibrated probabilities (n, classes); in no row does a class overtake another."""
        return _softened(_logs(told) / self.temperature)


def fit_temperature(labels: Floats, probabilities: Floats) -> Temperature | None:
    """Temperature scaling; None, with a warning, where no temperature is the likeliest.

    It minimises the log loss of softmax(log p / T) on rows whose labels (n,) are places of classes: maximum
    likelihood (Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", ICML 2017, section
    4.2). The loss is convex in 1 / T, so that it has one minimum, where its derivative is 0. There is none if
    the class that came was the likeliest in every row, for then the model cannot be too sure; nor if likelier
    classes do not come more often, for then the order of classes would have to be turned round.
    """
    logs = _logs(probabilities)
    own = logs[np.arange(len(labels)), labels.astype(np.int64)]

    def derivative(log_slope: float) -> float:
        odds = np.exp(math.exp(log_slope) * logs)
        return float(((odds * logs).sum(axis=1) / odds.sum(axis=1) - own).sum())

    most = math.log(HOTTEST)
    if not derivative(most) > 0:
        _log.warning("train: not calibrated: on selection, no class that came was less likely than another")
        return None
    ends = _around_zero(derivative, most)
    if ends is None:
        _log.warning("train: not calibrated: on selection, likelier classes do not come more often")
        return None
    from scipy.optimize import brentq

    log_slope = brentq(derivative, *ends, xtol=_CLOSE)
    # Rounded, so that the last bits of another machine's sums make no other model.
    return Temperature(temperature=float(f"{math.exp(-log_slope):.9g}"))


def _around_zero(rising: Callable[[float], float], most: float) -> tuple[float, float] | None:
    """Two numbers up to `most` from 0 between which a rising function passes 0; None if it does not."""
    start, reach = rising(0.0), 0.5
    ahead = -1.0 if start > 0 else 1.0
    while rising(ahead * reach) * start > 0:
        if reach == most:
            return None
        reach = min(2 * reach, most)
    return min(0.0, ahead * reach), max(0.0, ahead * reach)


def _logs(probabilities: Floats) -> Floats:
    """Log odds (n, classes) against the likeliest class of the row."""
    logs = np.log(np.clip(probabilities, SMALLEST, 1))
    return np.asarray(logs - logs.max(axis=1, keepdims=True))


def _softened(logs: Floats) -> Floats:
    """Softmax of each row (n, classes); the largest of a row is 0."""
    odds = np.exp(logs)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
