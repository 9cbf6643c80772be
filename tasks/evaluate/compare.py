"""Champion, challenger and naive baseline on the same holdout rows. Pure."""

from collections.abc import Iterator

import numpy as np

from tasks.evaluate.answers import NO_ALARM, Answers, Costs, constant
from tasks.evaluate.classes import confusion
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Codes, Interval
from tasks.evaluate.findings import Bin, Confusion, MetricEvidence, SliceEvidence
from tasks.evaluate.leads import paired, remembered, single
from tasks.evaluate.metrics import LOG_LOSS, METRICS, PINBALL, RMSE, VALUE, Metric
from tasks.evaluate.outcomes import Outcomes
from tasks.evaluate.reliability import reliability
from tasks.objectives import Class
from tasks.params import CostParams

ALARMING = (LOG_LOSS.name, VALUE.name, RMSE.name, PINBALL.name)
"""The metrics in which a champion must not be worse than knowing nothing."""


def cost_matrix(settings: CostParams) -> Costs:
    """The declared costs as the metrics take them."""
    return Costs(**settings.model_dump(exclude={"currency"}))


def naive(rate: float, rows: int, costs: Costs | None, alpha: float | None = None) -> Answers:
    """The same for every row: the mean label, or with an `alpha` that quantile of the labels.

    Under costs it is also the better of "always alarm" and "never".
    """
    if costs is None:
        return constant(rate, rows, None, alpha)
    alarm = rate * costs.true_positive + (1 - rate) * costs.false_positive
    quiet = rate * costs.false_negative + (1 - rate) * costs.true_negative
    return constant(rate, rows, 0.0 if alarm > quiet else NO_ALARM)


def naive_shares(shares: tuple[float, ...], rows: int, outcomes: Outcomes | None = None) -> Answers:
    """The share of each class among the training rows, for every row.

    Under outcomes it is also the decision that is worth most if classes come in these shares.
    """
    told = np.tile(np.asarray(shares, dtype=np.float64), (rows, 1))
    return Answers(told, None, outcomes=outcomes)


def metric_evidence(metric: Metric, seen: Comparison) -> MetricEvidence:
    """One metric of all, with paired advantages at 5% one-sided."""
    metric = remembered(metric)

    def value(answers: Answers | None) -> float | None:
        if answers is None:
            return None
        return single(metric, seen.labels, answers, seen.clusters, costs=seen.costs).estimate

    def lead(first: Answers | None, second: Answers) -> Interval | None:
        return None if first is None else _paired(metric, seen, first, second, seen.clusters, 0.05)

    return MetricEvidence(
        unit=metric.unit,
        bigger_is_better=metric.bigger_is_better,
        baseline=value(seen.baseline),
        champion=value(seen.champion),
        challenger=value(seen.challenger),
        challenger_over_baseline=_paired(metric, seen, seen.baseline, seen.challenger, seen.clusters, 0.05),
        challenger_over_champion=lead(seen.champion, seen.challenger),
        champion_over_baseline=lead(seen.baseline, seen.champion) if seen.champion else None,
        linear=value(seen.linear),
    )


def slice_evidence(column: str, seen: Comparison) -> Iterator[SliceEvidence]:
    """The loss by the values of a column, widest support first; rare values are pooled into `rest`."""
    for group in seen.groups[column]:
        yield _slice(column, group.value, group.pooled, group.rows, seen)


def calibration(seen: Comparison) -> dict[str, tuple[Bin, ...]]:
    """Reliability by ten quantile bins, of the challenger and of the champion; of a binary model only."""
    if not seen.objective.probabilities:
        return {}
    models = {"challenger": seen.challenger, "champion": seen.champion}
    return {
        name: tuple(Bin(**one._asdict()) for one in reliability(seen.labels, answers.probabilities))
        for name, answers in models.items()
        if answers is not None
    }


def confused(seen: Comparison, classes: tuple[Class, ...]) -> Confusion | None:
    """What came against what the challenger said; None of a model without classes."""
    if not seen.objective.classes:
        return None
    return Confusion(classes=classes, counts=confusion(seen.labels, seen.challenger.predictions))


def alarms(metrics: dict[str, MetricEvidence], currency: str) -> tuple[str, ...]:
    """What must be said loudly, whatever the verdict: a champion that is worse than knowing nothing.

    In log loss and RMSE, the naive baseline says the mean label, or the class shares, for everybody; in
    pinball loss the labels' quantile; in value, it warns everybody or nobody, whichever paid in training, or
    decides for the one class that did.
    """
    told = []
    for name in [name for name in ALARMING if name in metrics]:
        found = metrics[name]
        lead = found.champion_over_baseline
        if lead is None or lead.estimate is None or lead.estimate >= 0:
            continue
        sure = "surely" if lead.high is not None and lead.high < 0 else "on these rows"
        told.append(
            f"THE CHAMPION IS BELOW THE NAIVE BASELINE IN {name.replace('_', ' ').upper()} ({sure}): "
            f"{found.champion:.3f} against {found.baseline:.3f} {found.unit.replace('money', currency)}"
        )
    return tuple(told)


def _slice(
    column: str, value: str, pooled: tuple[str, ...], rows: np.ndarray, seen: Comparison
) -> SliceEvidence:
    labels, clusters = seen.labels[rows], seen.clusters[rows]
    first, second = (_rows(answers, rows) for answers in (seen.incumbent, seen.challenger))
    loss = METRICS[seen.objective.loss]
    return SliceEvidence(
        column=column,
        value=value,
        pooled=pooled,
        rows=int(rows.sum()),
        positives=int(labels.sum()) if seen.objective.probabilities else None,
        incumbent=float(loss.rows(labels, first, None).mean()),
        challenger=float(loss.rows(labels, second, None).mean()),
        advantage=paired(loss, labels, first, second, clusters),
    )


def _rows(answers: Answers, rows: np.ndarray) -> Answers:
    return Answers(answers.predictions[rows], answers.threshold, alpha=answers.alpha)


def _paired(
    metric: Metric, seen: Comparison, first: Answers, second: Answers, clusters: Codes | None, level: float
) -> Interval:
    return paired(metric, seen.labels, first, second, clusters, costs=seen.costs, level=level)
