"""What a number is a plain mean of, where it is not one of all rows. Pure.

An AUC is the mean placement of the positives, and of the negatives; a recall the mean of hits over the
positives; a precision that of labels over the alarms. What may have been missed is missed there: of 5,000
rows with four positives an AUC rests on four.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.evaluate.answers import Answers, alarms_of
from tasks.evaluate.binary import placements
from tasks.evaluate.evidence import Floats

Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Mean:
    """The rows whose mean a number is: `counted` (n,) of all rows.

    `values` (n,) is what each of them adds, and `worst` (n,) the least that a row could, known without its
    label: that of a row that is not counted is what it would add at the least if it were.
    """

    counted: Rows
    values: Floats
    worst: Floats


def of_auc(labels: Floats, answers: Answers) -> tuple[Mean, ...]:
    """Of the positives and of the negatives: the share of the other class that each is ranked right against.

    A row's placements follow from its score: only which of the two counts is its label's. Empty where a
    class is missing.
    """
    if not 0 < labels.sum() < len(labels):
        return ()
    of_ones, of_zeros = placements(labels, answers.probabilities)
    return Mean(labels == 1, of_ones, of_ones), Mean(labels == 0, of_zeros, of_zeros)


def of_recall(labels: Floats, answers: Answers) -> tuple[Mean, ...]:
    """Of the positives: whether there is an alarm, which is known without the label."""
    alarms = alarms_of(answers)
    return (Mean(labels == 1, alarms, alarms),)


def of_precision(labels: Floats, answers: Answers) -> tuple[Mean, ...]:
    """Of the alarms: whether the label is 1. Rows without an alarm can never be among them."""
    alarms = alarms_of(answers) > 0
    return (Mean(alarms, labels, np.where(alarms, 0.0, np.inf)),)


def between(challenger: tuple[Mean, ...], champion: tuple[Mean, ...]) -> tuple[Mean, ...]:
    """What a lead is a mean of: the differences, where both count the same rows by what the label says.

    Empty for a precision, whose two models count alarms of their own: their difference is no mean.
    """
    pairs = tuple(zip(challenger, champion, strict=True))
    if any(mean.worst is not mean.values for pair in pairs for mean in pair):
        return ()
    leads = [(one.counted, one.values - other.values) for one, other in pairs]
    return tuple(Mean(counted, lead, lead) for counted, lead in leads)
