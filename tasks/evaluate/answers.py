"""What a model says of the rows: alarms, decisions, and a baseline that says one thing. Pure."""

from dataclasses import dataclass

import numpy as np

from tasks.errors import BadInput
from tasks.evaluate.classes import likeliest
from tasks.evaluate.evidence import Floats
from tasks.evaluate.outcomes import Outcomes, best_decisions
from tasks.train.intervals import PredictionIntervals
from tasks.train.uncertainty import Sets

# Just above 1: no probability reaches it.
NO_ALARM = float(np.nextafter(1.0, 2.0))


@dataclass(frozen=True, slots=True)
class Costs:
    """What one row is worth by outcome, in the contract's money; a cost is negative."""

    true_positive: float
    false_positive: float
    false_negative: float
    true_negative: float


Amounts = Costs | Outcomes
"""What a row is worth by what was decided and what came: of yes and no, or of classes."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model says of the rows, (n,) or (n, classes), and the threshold from which it raises an alarm.

    The threshold belongs to the model: it is chosen on the selection split (`best_threshold`). So do the
    sets of possible labels, where it has them. A model that predicts numbers, or a probability for each
    class, has no threshold, and raises no alarms. One of numbers may have intervals of possible labels; one
    that predicts a quantile says which: `alpha`. One of classes may have `outcomes`, by which it decides.
    """

    predictions: Floats
    threshold: float | None = 0.5
    sets: Sets | None = None
    intervals: PredictionIntervals | None = None
    alpha: float | None = None
    outcomes: Outcomes | None = None

    @property
    def possible(self) -> Sets | PredictionIntervals | None:
        """What says which labels it cannot rule out."""
        return self.sets or self.intervals

    @property
    def probabilities(self) -> Floats:
        """What is said, where it is the probability of label 1."""
        return self.predictions

    @property
    def of_classes(self) -> bool:
        """Whether there is a probability for each class; labels are then places among the classes."""
        return self.predictions.ndim > 1


def alarms_of(answers: Answers) -> Floats:
    """1.0 where the model raises an alarm, else 0.0, (n,)."""
    if answers.threshold is None:
        return np.zeros(len(answers.predictions))
    return (answers.probabilities >= answers.threshold).astype(np.float64)


def decisions_of(answers: Answers) -> Floats:
    """What the model decides about each row, (n,): 1.0 for an alarm, or the place of a class.

    That is the class of the largest expected value, or without outcomes the likeliest.
    """
    if answers.of_classes and answers.outcomes is not None:
        return best_decisions(answers.predictions, answers.outcomes).astype(np.float64)
    if answers.of_classes:
        return likeliest(answers.predictions).astype(np.float64)
    return alarms_of(answers)


def constant(
    prediction: float, rows: int, threshold: float | None = 0.5, alpha: float | None = None
) -> Answers:
    """The naive baseline: one answer, usually the mean label of train, for every row."""
    return Answers(np.full(rows, prediction), threshold, alpha=alpha)


def alpha_of(answers: Answers) -> float:
    """Which quantile is predicted; raises `BadInput` where none is."""
    if answers.alpha is None:
        raise BadInput(
            "expected answers that are a quantile for the metric 'pinball', found none: set train.alpha"
        )
    return answers.alpha
