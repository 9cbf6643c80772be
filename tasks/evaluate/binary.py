"""Metrics of a label that is 0 or 1, as one number per row whose mean is the metric. Pure."""

import numpy as np
from numpy.typing import NDArray

from tasks.errors import BadInput, EvergreenError
from tasks.evaluate.answers import NO_ALARM, Costs
from tasks.evaluate.evidence import Codes, Floats

# Keeps the loss of a wrong certainty finite: at most 34.5 nats.
SMALLEST_PROBABILITY = 1e-15


class Undefined(EvergreenError):
    """The metric has no value on these rows, for instance an AUC where only one class occurs."""


def log_loss_rows(labels: Floats, probabilities: Floats) -> Floats:
    """-log of the probability given to what happened, nats, (n,).

    Probabilities are clipped to [1e-15, 1 - 1e-15]. Raises `BadInput` as all functions here do:
    labels other than 0 and 1, probabilities outside [0, 1], NaN, unequal lengths.
    """
    check_labels(labels, probabilities)
    clipped = np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return -np.where(labels == 1, np.log(clipped), np.log1p(-clipped))


def auc_rows(labels: Floats, scores: Floats) -> tuple[float, Floats]:
    """The area under the ROC curve, and each row's influence on it (n,), of mean 0.

    A row's placement is the share of the other class that it is ranked right against, ties one
    half; AUC is their mean. The influence of a positive is (n / positives)(placement - AUC), of
    a negative (n / negatives)(placement - AUC), and mean(influence^2) / n is DeLong's variance
    (DeLong et al., Biometrics 1988) but for factors m / (m - 1). O(n log n), as Sun & Xu, "Fast
    implementation of DeLong's algorithm", IEEE Signal Processing Letters 21 (2014).
    Scores are any finite numbers. Raises `Undefined` unless both classes occur.
    """
    of_ones, of_zeros = placements(labels, scores)
    positive = labels == 1
    placed = np.where(positive, of_ones, of_zeros)
    auc = float(placed[positive].mean())
    ones = int(positive.sum())
    weight = len(labels) / np.where(positive, ones, len(labels) - ones)
    return auc, weight * (placed - auc)


def placements(labels: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """What each row's placement is if it is a positive, and if it is a negative, (n,) each.

    The share of the negatives below its score, and the share of the positives above it; ties one half.
    Raises as `auc_rows`.
    """
    check_labels(labels, scores, probabilities=False)
    positive = labels == 1
    ones = int(positive.sum())
    zeros = len(labels) - ones
    if not ones or not zeros:
        raise Undefined(f"AUC needs both classes, found {ones} positive and {zeros} negative rows")
    below_ones, below_zeros = _twice_below(scores, positive)
    return below_zeros / (2 * zeros), 1 - below_ones / (2 * ones)


def value_rows(labels: Floats, probabilities: Floats, threshold: float, costs: Costs) -> Floats:
    """What each row is worth, in the money of `costs`, (n,): an alarm is a probability >= `threshold`."""
    check_labels(labels, probabilities)
    alarm = np.where(labels == 1, costs.true_positive, costs.false_positive)
    quiet = np.where(labels == 1, costs.false_negative, costs.true_negative)
    return np.where(probabilities >= threshold, alarm, quiet).astype(np.float64)


def brier_rows(labels: Floats, probabilities: Floats) -> Floats:
    """(label - probability)^2, (n,): Brier, Monthly Weather Review 78 (1950)."""
    check_labels(labels, probabilities)
    return np.square(labels - probabilities)


def ratio_rows(numerator: Floats, denominator: Floats, *, what: str) -> Floats:
    """Numbers (n,) whose mean is R = sum(numerator) / sum(denominator) and whose spread is R's.

    They are R plus its influence (numerator - R denominator) / mean(denominator): the delta method,
    as for the ratio estimator in Cochran, Sampling Techniques (1977), section 6.3. Raises `Undefined`
    where the denominator is 0, naming `what` there is none of.
    """
    total = float(denominator.sum())
    if total == 0:
        raise Undefined(f"there is no {what} on these rows")
    ratio = float(numerator.sum()) / total
    return ratio + (numerator - ratio * denominator) / (total / len(denominator))


def best_threshold(labels: Floats, probabilities: Floats, costs: Costs) -> float:
    """The threshold of the largest value on these rows; equal ones: that with fewest alarms.

    It is one of the probabilities, or `NO_ALARM`. O(n log n). Raises `BadInput` without rows.
    """
    check_labels(labels, probabilities)
    if not len(labels):
        raise BadInput("expected labelled rows to choose a threshold on, found none")
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    hits = np.concatenate(([0], np.cumsum(labels[order] == 1)))
    alarms = np.arange(len(hits))
    per_hit, per_false_alarm = (
        costs.true_positive - costs.false_negative,
        costs.false_positive - costs.true_negative,
    )
    gain = (hits * per_hit + (alarms - hits) * per_false_alarm).astype(np.float64)
    # An alarm for one row is an alarm for every row of the same probability.
    gain[1:-1][ranked[1:] == ranked[:-1]] = -np.inf
    slack = 1e-12 * max(1.0, float(np.abs(gain[np.isfinite(gain)]).max()))
    count = int(np.flatnonzero(gain >= gain.max() - slack)[0])
    return float(ranked[count - 1]) if count else NO_ALARM


def _twice_below(scores: Floats, positive: NDArray[np.bool_]) -> tuple[Codes, Codes]:
    """Twice the positives, and twice the negatives, below each row's score (n,); ties one half."""
    order = np.argsort(scores)
    ranked = scores[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of runs of equal scores
    rows, ones = ends + 1, np.cumsum(positive[order])[ends]
    run = np.empty(len(scores), np.int64)
    run[order] = np.repeat(np.arange(len(ends)), np.diff(rows, prepend=0))
    below = [upto + np.append(0, upto[:-1]) for upto in (ones, rows - ones)]
    return below[0][run], below[1][run]


def check_labels(labels: Floats, scores: Floats, *, probabilities: bool = True) -> None:
    """Raise `BadInput` unless labels (n,) are 0 or 1 and scores (n,) finite, and probabilities in [0, 1]."""
    kind = "probabilities" if probabilities else "scores"
    if labels.ndim != 1 or labels.shape != scores.shape:
        raise BadInput(
            f"expected one of the {kind} for each label, found shapes {scores.shape} and {labels.shape}"
        )
    for name, wrong, rule in (
        ("labels", ~np.isin(labels, (0, 1)), "0 or 1"),
        (kind, ~np.isfinite(scores), "finite numbers"),
        (
            kind,
            (scores < 0) | (scores > 1) if probabilities else np.zeros(len(scores), bool),
            "between 0 and 1",
        ),
    ):
        if wrong.any():
            raise BadInput(
                f"expected {name} that are {rule}, found {int(wrong.sum())} of {len(wrong)} that are not, "
                f"the first in row {int(np.argmax(wrong))}: leave those rows out by name"
            )
