"""Champion, challenger and naive baseline on the same holdout rows. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tasks.evaluate.evidence import Codes, Floats, Interval
from tasks.evaluate.findings import Bin, ClauseEvidence, MetricEvidence, SliceEvidence
from tasks.evaluate.metrics import (
    LOG_LOSS,
    METRICS,
    NO_ALARM,
    VALUE,
    Answers,
    Costs,
    Metric,
    constant,
    paired,
    reliability,
    single,
)
from tasks.params import Clause, Contract, CostParams, EvaluateParams

_REST = "rest"


@dataclass(frozen=True)
class Comparison:
    """Labels and cluster codes of the holdout, and what each model answered: all of n rows."""

    labels: Floats
    clusters: Codes
    costs: Costs
    challenger: Answers
    champion: Answers | None
    baseline: Answers

    @property
    def incumbent(self) -> Answers:
        """Who has to be beaten: the champion, or, while there is none, the naive baseline."""
        return self.champion or self.baseline


def cost_matrix(settings: CostParams) -> Costs:
    """The declared costs as the metrics take them."""
    return Costs(**settings.model_dump(exclude={"currency"}))


def naive(rate: float, rows: int, costs: Costs) -> Answers:
    """The base rate for every row, and the better of "always alarm" and "never" under the costs."""
    alarm = rate * costs.true_positive + (1 - rate) * costs.false_positive
    quiet = rate * costs.false_negative + (1 - rate) * costs.true_negative
    return constant(rate, rows, 0.0 if alarm > quiet else NO_ALARM)


def clause_evidence(clause: Clause, contract: Contract, seen: Comparison) -> ClauseEvidence:
    """The interval that a clause is judged by, at its level divided by the looks that the holdout allows."""
    metric, level = METRICS[clause.metric], clause.level / contract.looks_per_holdout

    def interval(clusters: Codes | None) -> Interval:
        match clause.kind:
            case "beats_champion":
                return _paired(metric, seen, seen.incumbent, seen.challenger, clusters, level)
            case "beats_baseline":
                return _paired(metric, seen, seen.baseline, seen.challenger, clusters, level)
            case "floor":
                return _upward(
                    metric,
                    single(metric, seen.labels, seen.challenger, clusters, costs=seen.costs, level=level),
                )

    against = {
        "beats_champion": "the champion" if seen.champion else "the base rate (there is no champion yet)",
        "beats_baseline": "the base rate",
        "floor": f"the floor of {clause.threshold}",
    }[clause.kind]
    return ClauseEvidence(against=against, interval=interval(seen.clusters), independent=interval(None))


def metric_evidence(metric: Metric, seen: Comparison) -> MetricEvidence:
    """One metric of all three, with paired advantages at 5% one-sided."""

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
    )


def slice_evidence(
    column: str, values: pd.Series, seen: Comparison, settings: EvaluateParams
) -> Iterator[SliceEvidence]:
    """Log loss by the values of a column, widest support first; rare values are pooled into `rest`."""
    names = values.astype("str").mask(values.isna(), "(missing)")
    support = (
        pd.DataFrame({"value": names, "cluster": seen.clusters})
        .groupby("value")
        .agg(rows=("cluster", "size"), clusters=("cluster", "nunique"))
    )
    enough = (support["rows"] >= settings.min_slice_rows) & (
        support["clusters"] >= settings.min_slice_clusters
    )
    rare = tuple(sorted(support.index[~enough]))
    for value in support[enough].sort_values("rows", ascending=False, kind="stable").index:
        yield _slice(column, str(value), (), (names == value).to_numpy(), seen)
    if rare:
        yield _slice(column, _REST, rare, names.isin(rare).to_numpy(), seen)


def calibration(seen: Comparison) -> dict[str, tuple[Bin, ...]]:
    """Reliability by ten quantile bins, of the challenger and of the champion."""
    models = {"challenger": seen.challenger, "champion": seen.champion}
    return {
        name: tuple(Bin(**one._asdict()) for one in reliability(seen.labels, answers.probabilities))
        for name, answers in models.items()
        if answers is not None
    }


def alarms(metrics: dict[str, MetricEvidence], currency: str) -> tuple[str, ...]:
    """What must be said loudly, whatever the verdict: a champion that is worse than knowing nothing.

    In log loss, the naive baseline says the base rate for everybody; in value, it warns everybody
    or nobody, whichever paid on the training rows.
    """
    told = []
    for name in (LOG_LOSS.name, VALUE.name):
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
    return SliceEvidence(
        column=column,
        value=value,
        pooled=pooled,
        rows=int(rows.sum()),
        positives=int(labels.sum()),
        incumbent=float(LOG_LOSS.rows(labels, first, None).mean()),
        challenger=float(LOG_LOSS.rows(labels, second, None).mean()),
        advantage=paired(LOG_LOSS, labels, first, second, clusters),
    )


def _rows(answers: Answers, rows: np.ndarray) -> Answers:
    return Answers(answers.probabilities[rows], answers.threshold)


def _paired(
    metric: Metric, seen: Comparison, first: Answers, second: Answers, clusters: Codes | None, level: float
) -> Interval:
    return paired(metric, seen.labels, first, second, clusters, costs=seen.costs, level=level)


def _upward(metric: Metric, interval: Interval) -> Interval:
    """An interval in which more is better: a ceiling on a loss is a floor under its negative."""
    if metric.bigger_is_better:
        return interval
    low, high = interval.high, interval.low
    return replace(
        interval,
        estimate=None if interval.estimate is None else -interval.estimate,
        low=None if low is None else -low,
        high=None if high is None else -high,
    )
