"""What fairness compares between groups: of yes and no, or of one class against the others. Pure."""

import numpy as np

from tasks.evaluate.answers import alarms_of, decisions_of
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Floats
from tasks.params.contract import Fairness


def sides(clause: Fairness, seen: Comparison) -> tuple[Floats, Floats, Floats]:
    """Alarms, labels and probabilities of label 1, each (n,).

    Of classes an alarm is a decision for the clause's class, label 1 that class and label 0 any other: one
    against the rest. Without a class the question is whether the decision came, to which the model always
    says yes.
    """
    challenger = seen.challenger
    if not challenger.of_classes:
        return alarms_of(challenger), seen.labels, challenger.probabilities
    decisions = decisions_of(challenger)
    if clause.of_class is None:
        came = (decisions == seen.labels).astype(np.float64)
        return np.ones(len(came)), came, np.ones(len(came))
    place = seen.classes.index(clause.of_class)
    decided, came = ((one == place).astype(np.float64) for one in (decisions, seen.labels))
    return decided, came, challenger.predictions[:, place]
