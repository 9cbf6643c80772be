"""What a model is worth on labelled rows, as one number per row whose mean is the metric.

Per-row numbers are what makes every metric comparable in one way: the paired difference of two
models is again one number per row, and `evidence` says how sure its mean is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.errors import BadInput, EvergreenError
from tasks.evaluate.classes import hits, likeliest, log_losses, of_labels, squared_errors
from tasks.evaluate.distances import (
    absolute_rows,
    least_absolute_lead,
    least_pinball_lead,
    pinball_rows,
    root_rows,
    squared_rows,
)
from tasks.evaluate.evidence import Codes, Floats, Interval, clustered_mean, independent_mean, no_mean
from tasks.objectives import Objective
from tasks.train.intervals import PredictionIntervals
from tasks.train.uncertainty import Sets

# Keeps the loss of a wrong certainty finite: at most 34.5 nats.
SMALLEST_PROBABILITY = 1e-15
# Just above 1: no probability reaches it.
NO_ALARM = float(np.nextafter(1.0, 2.0))


class Undefined(EvergreenError):
    """The metric has no value on these rows, for instance an AUC where only one class occurs."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What one row is worth by outcome, in the contract's money; a cost is negative."""

    true_positive: float
    false_positive: float
    false_negative: float
    true_negative: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What one model says of the rows, (n,) or (n, classes), and the threshold from which it raises an alarm.

    The threshold belongs to the model: it is chosen on the selection split (`best_threshold`). So do the
    sets of possible labels, where it has them. A model that predicts numbers, or a probability for each
    class, has neither, and raises no alarms. One of numbers may have intervals of possible labels; one that
    predicts a quantile says which: `alpha`.
    """

    predictions: Floats
    threshold: float | None = 0.5
    sets: Sets | None = None
    intervals: PredictionIntervals | None = None
    alpha: float | None = None

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


@dataclass(frozen=True, slots=True)
class Metric:
    """A number about a model: `rows` gives (n,) contributions whose mean is the metric.

    `by_row`: a row's contribution depends on that row alone. `share`: the metric lies in [0, 1], and is no
    plain mean or lies near 1. `numbers`: labels are numbers, so that no row has a worst, but for a lead
    whose least follows from what the two models say (`least_lead`: champion's and challenger's answers
    to (n,)). `by_class`: what each class as the label would make of probabilities (n, classes), (n, classes).
    """

    name: str
    unit: str
    bigger_is_better: bool
    rows: Callable[[Floats, Answers, Costs | None], Floats]
    by_row: bool = True
    share: bool = False
    numbers: bool = False
    least_lead: Callable[[Answers, Answers], Floats] | None = None
    by_class: Callable[[Floats], Floats] | None = None


class Bin(NamedTuple):
    """Rows of similar probability: what was predicted, what came, on how many rows."""

    predicted: float
    observed: float
    rows: int


def log_loss_rows(labels: Floats, probabilities: Floats) -> Floats:
    """-log of the probability given to what happened, nats, (n,).

    Probabilities are clipped to [1e-15, 1 - 1e-15]. Raises `BadInput` as all functions here do:
    labels other than 0 and 1, probabilities outside [0, 1], NaN, unequal lengths.
    """
    _check(labels, probabilities)
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
    _check(labels, scores, probabilities=False)
    positive = labels == 1
    ones = int(positive.sum())
    zeros = len(labels) - ones
    if not ones or not zeros:
        raise Undefined(f"AUC needs both classes, found {ones} positive and {zeros} negative rows")
    below_ones, below_zeros = _twice_below(scores, positive)
    placements = np.where(positive, below_zeros / (2 * zeros), 1 - below_ones / (2 * ones))
    auc = float(placements[positive].mean())
    weight = len(labels) / np.where(positive, ones, zeros)
    return auc, weight * (placements - auc)


def value_rows(labels: Floats, probabilities: Floats, threshold: float, costs: Costs) -> Floats:
    """What each row is worth, in the money of `costs`, (n,): an alarm is a probability >= `threshold`."""
    _check(labels, probabilities)
    alarm = np.where(labels == 1, costs.true_positive, costs.false_positive)
    quiet = np.where(labels == 1, costs.false_negative, costs.true_negative)
    return np.where(probabilities >= threshold, alarm, quiet).astype(np.float64)


def brier_rows(labels: Floats, probabilities: Floats) -> Floats:
    """(label - probability)^2, (n,): Brier, Monthly Weather Review 78 (1950)."""
    _check(labels, probabilities)
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


def alarms_of(answers: Answers) -> Floats:
    """1.0 where the model raises an alarm, else 0.0, (n,)."""
    if answers.threshold is None:
        return np.zeros(len(answers.predictions))
    return (answers.probabilities >= answers.threshold).astype(np.float64)


def decisions_of(answers: Answers) -> Floats:
    """What the model decides about each row, (n,): 1.0 for an alarm, or the place of the likeliest class."""
    if answers.of_classes:
        return likeliest(answers.predictions).astype(np.float64)
    return alarms_of(answers)


def best_threshold(labels: Floats, probabilities: Floats, costs: Costs) -> float:
    """The threshold of the largest value on these rows; equal ones: that with fewest alarms.

    It is one of the probabilities, or `NO_ALARM`. O(n log n). Raises `BadInput` without rows.
    """
    _check(labels, probabilities)
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


def reliability(labels: Floats, probabilities: Floats, bins: int = 10) -> list[Bin]:
    """Calibration by `quantile_bins`, lowest first: mean prediction against what came."""
    _check(labels, probabilities)
    index = quantile_bins(probabilities, bins)
    members = [index == one for one in np.unique(index)]
    return [Bin(float(probabilities[m].mean()), float(labels[m].mean()), int(m.sum())) for m in members]


def quantile_bins(probabilities: Floats, bins: int) -> Codes:
    """The bin (n,) of each row, from 0: as equal in rows as ties allow, of similar probability.

    Rows of one probability share a bin, that of their middle rank, so the order of rows does not
    matter, and a probability that most rows have takes no others into its bin. With heavy ties some
    bins are empty.
    """
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    codes: Codes = (middle * bins // max(len(probabilities), 1)).astype(np.int64)[inverse]
    return codes


def constant(
    prediction: float, rows: int, threshold: float | None = 0.5, alpha: float | None = None
) -> Answers:
    """The naive baseline: one answer, usually the mean label of train, for every row."""
    return Answers(np.full(rows, prediction), threshold, alpha=alpha)


def remembered(metric: Metric) -> Metric:
    """The same metric of the same rows, which works out each model's numbers once."""
    known: dict[int, tuple[Answers, Floats]] = {}

    def rows(labels: Floats, answers: Answers, costs: Costs | None) -> Floats:
        # With the answers themselves: an identity is taken again once its object is gone.
        if id(answers) not in known:
            known[id(answers)] = answers, metric.rows(labels, answers, costs)
        return known[id(answers)][1]

    return replace(metric, rows=rows)


def single(
    metric: Metric,
    labels: Floats,
    model: Answers,
    clusters: Codes | None,
    *,
    costs: Costs | None = None,
    level: float = 0.05,
) -> Interval:
    """One model's metric, in its own direction: a floor under AUC asks `low`, a ceiling over log loss `high`.

    `clusters` (n,) are the rows' cluster codes; None treats the rows as independent.
    """
    return _mean(lambda: metric.rows(labels, model, costs), labels, clusters, level)


def paired(
    metric: Metric,
    labels: Floats,
    champion: Answers,
    challenger: Answers,
    clusters: Codes | None,
    *,
    costs: Costs | None = None,
    level: float = 0.05,
) -> Interval:
    """By how much the challenger beats the champion on the same rows: positive is always better.

    `clusters` as in `single`. Where the metric is undefined the interval is empty and says why.
    """
    return _mean(lambda: advantage(metric, labels, champion, challenger, costs), labels, clusters, level)


def advantage(
    metric: Metric, labels: Floats, champion: Answers, challenger: Answers, costs: Costs | None = None
) -> Floats:
    """Each row's part (n,) in the challenger's lead, in the metric's unit; positive is better."""
    lead = metric.rows(labels, challenger, costs) - metric.rows(labels, champion, costs)
    return lead if metric.bigger_is_better else -lead


def worst_advantage(
    metric: Metric, labels: Floats, champion: Answers, challenger: Answers, costs: Costs | None = None
) -> Floats | None:
    """The least (n,) that each row's part in the lead can be, whatever its label turns out to be.

    None where nothing bounds it.
    """
    if metric.numbers:
        least = metric.least_lead
        return None if least is None else least(champion, challenger)
    if metric.by_class is not None and challenger.of_classes:
        lead = metric.by_class(challenger.predictions) - metric.by_class(champion.predictions)
        return np.asarray((lead if metric.bigger_is_better else -lead).min(axis=1))
    if not metric.by_row:
        return np.full(len(labels), -1.0)
    either = (advantage(metric, one, champion, challenger, costs) for one in (labels, 1 - labels))
    return np.minimum(*either)


def worst_rows(
    metric: Metric, labels: Floats, model: Answers, costs: Costs | None = None
) -> Floats | float | None:
    """The least (n,) that each row's part in the metric can be, whatever its label; a loss is negated.

    One number where a row alone has no part; None where nothing bounds it.
    """
    sign = 1.0 if metric.bigger_is_better else -1.0
    if metric.numbers:
        return None
    if metric.by_class is not None and model.of_classes:
        return np.asarray((sign * metric.by_class(model.predictions)).min(axis=1))
    if not metric.by_row:
        return 0.0
    return np.minimum(*(sign * metric.rows(one, model, costs) for one in (labels, 1 - labels)))


def _mean(rows: Callable[[], Floats], labels: Floats, clusters: Codes | None, level: float) -> Interval:
    try:
        values = rows()
    except Undefined as reason:
        return no_mean(clusters, len(labels), level=level, note=str(reason))
    return (
        independent_mean(values, level=level)
        if clusters is None
        else clustered_mean(values, clusters, level=level)
    )


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


def _check(labels: Floats, scores: Floats, *, probabilities: bool = True) -> None:
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


def _log_loss(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    if answers.of_classes:
        return of_labels(log_losses(answers.predictions), labels)
    return log_loss_rows(labels, answers.probabilities)


def _auc(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    auc, influence = auc_rows(labels, answers.probabilities)
    return auc + influence


def _value(labels: Floats, answers: Answers, costs: Costs | None) -> Floats:
    if costs is None or answers.threshold is None:
        raise BadInput("expected a cost matrix for the metric 'value', found none: declare it in params.yaml")
    return value_rows(labels, answers.probabilities, answers.threshold, costs)


def _accuracy(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    return of_labels(hits(answers.predictions), labels)


def _brier(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    if answers.of_classes:
        return of_labels(squared_errors(answers.predictions), labels)
    return brier_rows(labels, answers.probabilities)


def _precision(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    _check(labels, answers.probabilities)
    alarms = alarms_of(answers)
    return ratio_rows(alarms * labels, alarms, what="alarm")


def _recall(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    _check(labels, answers.probabilities)
    return ratio_rows(alarms_of(answers) * labels, labels, what="row with label 1")


def _rmse(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    return root_rows(labels, answers.predictions)


def _mae(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    return absolute_rows(labels, answers.predictions)


def _mse(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    return squared_rows(labels, answers.predictions)


def _pinball(labels: Floats, answers: Answers, _: Costs | None) -> Floats:
    return pinball_rows(labels, answers.predictions, alpha_of(answers))


def _least_mae(champion: Answers, challenger: Answers) -> Floats:
    return least_absolute_lead(champion.predictions, challenger.predictions)


def _least_pinball(champion: Answers, challenger: Answers) -> Floats:
    return least_pinball_lead(champion.predictions, challenger.predictions, alpha_of(challenger))


def alpha_of(answers: Answers) -> float:
    """Which quantile is predicted; raises `BadInput` where none is."""
    if answers.alpha is None:
        raise BadInput(
            "expected answers that are a quantile for the metric 'pinball', found none: set train.alpha"
        )
    return answers.alpha


LOG_LOSS = Metric("log_loss", "nats per row", bigger_is_better=False, rows=_log_loss, by_class=log_losses)
AUC = Metric("auc", "share of pairs ranked right", bigger_is_better=True, rows=_auc, by_row=False, share=True)
VALUE = Metric("value", "money per row", bigger_is_better=True, rows=_value)
BRIER = Metric("brier", "squared error per row", bigger_is_better=False, rows=_brier, by_class=squared_errors)
ACCURACY = Metric(
    "accuracy", "share of rows said right", bigger_is_better=True, rows=_accuracy, share=True, by_class=hits
)
PRECISION = Metric(
    "precision",
    "share of alarms that were right",
    bigger_is_better=True,
    rows=_precision,
    by_row=False,
    share=True,
)
RECALL = Metric(
    "recall",
    "share of label 1 that was found",
    bigger_is_better=True,
    rows=_recall,
    by_row=False,
    share=True,
)
RMSE = Metric("rmse", "units of the label", bigger_is_better=False, rows=_rmse, by_row=False, numbers=True)
MAE = Metric(
    "mae",
    "units of the label",
    bigger_is_better=False,
    rows=_mae,
    numbers=True,
    least_lead=_least_mae,
)
MSE = Metric("mse", "squared units of the label", bigger_is_better=False, rows=_mse, numbers=True)
PINBALL = Metric(
    "pinball",
    "units of the label",
    bigger_is_better=False,
    rows=_pinball,
    numbers=True,
    least_lead=_least_pinball,
)
METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (LOG_LOSS, AUC, VALUE, BRIER, PRECISION, RECALL, RMSE, MAE, MSE, PINBALL, ACCURACY)
    }
)


def shown(objective: Objective) -> dict[str, Metric]:
    """Those that every decision tells of all three models, whatever its contract asks for."""
    return {name: METRICS[name] for name in objective.shown}
