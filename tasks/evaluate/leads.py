"""A metric of one model, or a lead, with its interval, and the least that a row can add to it. Pure."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from tasks.evaluate.answers import Amounts, Answers
from tasks.evaluate.binary import Undefined
from tasks.evaluate.evidence import Codes, Floats, Interval, clustered_mean, independent_mean, no_mean
from tasks.evaluate.means import Mean
from tasks.evaluate.metrics import Metric


def remembered(metric: Metric) -> Metric:
    """The same metric of the same rows, which works out each model's numbers once."""
    known: dict[int, tuple[Answers, Floats]] = {}

    def rows(labels: Floats, answers: Answers, costs: Amounts | None) -> Floats:
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
    costs: Amounts | None = None,
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
    costs: Amounts | None = None,
    level: float = 0.05,
) -> Interval:
    """By how much the challenger beats the champion on the same rows: positive is always better.

    `clusters` as in `single`. Where the metric is undefined the interval is empty and says why.
    """
    return _mean(lambda: advantage(metric, labels, champion, challenger, costs), labels, clusters, level)


def advantage(
    metric: Metric, labels: Floats, champion: Answers, challenger: Answers, costs: Amounts | None = None
) -> Floats:
    """Each row's part (n,) in the challenger's lead, in the metric's unit; positive is better."""
    lead = metric.rows(labels, challenger, costs) - metric.rows(labels, champion, costs)
    return lead if metric.bigger_is_better else -lead


def worst_advantage(
    metric: Metric, labels: Floats, champion: Answers, challenger: Answers, costs: Amounts | None = None
) -> Floats | None:
    """The least (n,) that each row's part in the lead can be, whatever its label turns out to be.

    None where nothing bounds it, or where a row has no part of its own (`Metric.means`).
    """
    if metric.numbers:
        least = metric.least_lead
        return None if least is None else least(champion, challenger)
    if metric.by_class is not None and challenger.of_classes:
        lead = metric.by_class(challenger, costs) - metric.by_class(champion, costs)
        return np.asarray((lead if metric.bigger_is_better else -lead).min(axis=1))
    if not metric.by_row:
        return None
    either = (advantage(metric, one, champion, challenger, costs) for one in (labels, 1 - labels))
    return np.minimum(*either)


def metric_means(metric: Metric, labels: Floats, model: Answers) -> tuple[Mean, ...]:
    """What the metric is a mean of, where it is not one of all rows; empty where it is, or nobody knows."""
    return metric.means(labels, model) if metric.means is not None else ()


def worst_rows(metric: Metric, labels: Floats, model: Answers, costs: Amounts | None = None) -> Floats | None:
    """The least (n,) that each row's part in the metric can be, whatever its label; a loss is negated.

    None where nothing bounds it, or where a row has no part of its own (`Metric.means`).
    """
    sign = 1.0 if metric.bigger_is_better else -1.0
    if metric.numbers or not metric.by_row:
        return None
    if metric.by_class is not None and model.of_classes:
        return np.asarray((sign * metric.by_class(model, costs)).min(axis=1))
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
