"""A linear model of the features: the baseline that a contract may ask the challenger to beat. Pure.

It is an ordinary one, and not tuned: no interactions, one fixed penalty, and what it knows it knows from
the training rows. It travels in the model card, as plain numbers.
"""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import expit

from tasks.documents import Document
from tasks.objectives import OBJECTIVES, Declared

Floats = NDArray[np.float64]
Matrix = NDArray[np.float32]

FARTHEST = 10.0
"""Standard deviations: a number farther off its mean counts as this far, in training as later."""


class NumericTerm(Document):
    """Adds `weight` for each `scale` that a number lies above `centre`, and `missing` where there is none."""

    centre: float
    scale: float = Field(gt=0)
    weight: float = 0.0
    missing: float = 0.0

    def distance(self, column: Matrix) -> Floats:
        """How many scales (n,) the numbers of a column lie above the centre; 0 where there is none."""
        far = (column.astype(np.float64) - self.centre) / self.scale
        return np.where(np.isnan(far), 0.0, np.clip(far, -FARTHEST, FARTHEST))

    def adds(self, column: Matrix) -> Floats:
        """What each row (n,) gets."""
        return np.where(np.isnan(column), self.missing, self.weight * self.distance(column))


class CategoryTerm(Document):
    """Adds the weight of a row's category, in the schema's order; nothing where it is unknown or missing."""

    weights: tuple[float, ...]

    def adds(self, column: Matrix) -> Floats:
        """What each row (n,) gets."""
        known = np.array([*self.weights, 0.0])
        return known[codes_of(column, len(self.weights))]


class Linear(Document):
    """The sum of an intercept and a term for each feature; `threshold` is from where it raises an alarm.

    For a binary objective the sum is the log odds of label 1; for a regression it is how many `scale` the
    label lies above `centre`.
    """

    objective: Declared = "binary"
    intercept: float
    terms: tuple[NumericTerm | CategoryTerm, ...]
    centre: float = 0.0
    scale: float = 1.0
    threshold: float | None = None

    def answers(self, matrix: Matrix) -> Floats:
        """The probability of label 1, or a number, for each row of `matrix` (float32, rows by features)."""
        told = np.full(len(matrix), self.intercept)
        for place, term in enumerate(self.terms):
            told += term.adds(matrix[:, place])
        if OBJECTIVES[self.objective].probabilities:
            return np.asarray(expit(told), dtype=np.float64)
        return self.centre + self.scale * told


def codes_of(column: Matrix, categories: int) -> NDArray[np.int64]:
    """The category of each row (n,), or `categories` where there is none."""
    return np.where(np.isnan(column), np.float32(categories), column).astype(np.int64)
