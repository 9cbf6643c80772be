"""What a model is worth on labelled rows, as one number per row whose mean is the metric.

Per-row numbers are what makes every metric comparable in one way: the paired difference of two
models is again one number per row, and `evidence` says how sure its mean is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from tasks.errors import BadInput
from tasks.evaluate.answers import Amounts, Answers, Costs, alarms_of, alpha_of, decisions_of
from tasks.evaluate.binary import auc_rows, brier_rows, check_labels, log_loss_rows, ratio_rows, value_rows
from tasks.evaluate.classes import hits, log_losses, of_labels, squared_errors
from tasks.evaluate.distances import (
    absolute_rows,
    least_absolute_lead,
    least_pinball_lead,
    pinball_rows,
    root_rows,
    squared_rows,
)
from tasks.evaluate.evidence import Floats
from tasks.evaluate.means import Mean, of_auc, of_precision, of_recall
from tasks.evaluate.outcomes import Outcomes, worths
from tasks.objectives import Objective


@dataclass(frozen=True, slots=True)
class Metric:
    """A number about a model: `rows` gives (n,) contributions whose mean is the metric.

    `by_row`: a row's contribution depends on that row alone; of another, `means` says what it is a mean of,
    where that is known. `share`: the metric lies in [0, 1], and is no
    plain mean or lies near 1. `numbers`: labels are numbers, so that no row has a worst, but for a lead
    whose least follows from what the two models say (`least_lead`: champion's and challenger's answers
    to (n,)). `by_class`: what each class as the label would make of answers about classes, (n, classes).
    """

    name: str
    unit: str
    bigger_is_better: bool
    rows: Callable[[Floats, Answers, Amounts | None], Floats]
    by_row: bool = True
    means: Callable[[Floats, Answers], tuple[Mean, ...]] | None = None
    share: bool = False
    numbers: bool = False
    least_lead: Callable[[Answers, Answers], Floats] | None = None
    by_class: Callable[[Answers, Amounts | None], Floats] | None = None


def _log_loss(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    if answers.of_classes:
        return of_labels(log_losses(answers.predictions), labels)
    return log_loss_rows(labels, answers.probabilities)


def _auc(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    auc, influence = auc_rows(labels, answers.probabilities)
    return auc + influence


def _value(labels: Floats, answers: Answers, costs: Amounts | None) -> Floats:
    if answers.of_classes:
        return of_labels(_worths(answers, costs), labels)
    if not isinstance(costs, Costs) or answers.threshold is None:
        raise BadInput("expected a cost matrix for the metric 'value', found none: declare it in params.yaml")
    return value_rows(labels, answers.probabilities, answers.threshold, costs)


def _worths(answers: Answers, outcomes: Amounts | None) -> Floats:
    if not isinstance(outcomes, Outcomes):
        raise BadInput("expected outcomes of classes for the metric 'value', found none: declare them")
    return worths(answers.predictions, decisions_of(answers).astype(np.int64), outcomes)


def _by_class(table: Callable[[Floats], Floats]) -> Callable[[Answers, Amounts | None], Floats]:
    return lambda answers, _: table(answers.predictions)


def _accuracy(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    return of_labels(hits(answers.predictions), labels)


def _brier(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    if answers.of_classes:
        return of_labels(squared_errors(answers.predictions), labels)
    return brier_rows(labels, answers.probabilities)


def _precision(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    check_labels(labels, answers.probabilities)
    alarms = alarms_of(answers)
    return ratio_rows(alarms * labels, alarms, what="alarm")


def _recall(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    check_labels(labels, answers.probabilities)
    return ratio_rows(alarms_of(answers) * labels, labels, what="row with label 1")


def _rmse(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    return root_rows(labels, answers.predictions)


def _mae(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    return absolute_rows(labels, answers.predictions)


def _mse(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    return squared_rows(labels, answers.predictions)


def _pinball(labels: Floats, answers: Answers, _: Amounts | None) -> Floats:
    return pinball_rows(labels, answers.predictions, alpha_of(answers))


def _least_mae(champion: Answers, challenger: Answers) -> Floats:
    return least_absolute_lead(champion.predictions, challenger.predictions)


def _least_pinball(champion: Answers, challenger: Answers) -> Floats:
    return least_pinball_lead(champion.predictions, challenger.predictions, alpha_of(challenger))


LOG_LOSS = Metric(
    "log_loss", "nats per row", bigger_is_better=False, rows=_log_loss, by_class=_by_class(log_losses)
)

AUC = Metric(
    "auc",
    "share of pairs ranked right",
    bigger_is_better=True,
    rows=_auc,
    by_row=False,
    means=of_auc,
    share=True,
)

VALUE = Metric("value", "money per row", bigger_is_better=True, rows=_value, by_class=_worths)

BRIER = Metric(
    "brier", "squared error per row", bigger_is_better=False, rows=_brier, by_class=_by_class(squared_errors)
)

ACCURACY = Metric(
    "accuracy",
    "share of rows said right",
    bigger_is_better=True,
    rows=_accuracy,
    share=True,
    by_class=_by_class(hits),
)

PRECISION = Metric(
    "precision",
    "share of alarms that were right",
    bigger_is_better=True,
    rows=_precision,
    by_row=False,
    means=of_precision,
    share=True,
)

RECALL = Metric(
    "recall",
    "share of label 1 that was found",
    bigger_is_better=True,
    rows=_recall,
    by_row=False,
    means=of_recall,
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


def shown(objective: Objective, *, worth: bool = False) -> dict[str, Metric]:
    """Those that every decision tells of all three models, whatever its contract asks for.

    `worth`: it is declared what a row is worth, so that the value is told wherever it is a metric.
    """
    told = {name: METRICS[name] for name in objective.shown}
    return {**told, VALUE.name: VALUE} if worth and VALUE.name in objective.metrics else told
