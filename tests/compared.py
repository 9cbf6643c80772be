"""Two models compared on random rows, and what a clause should find there, written again from definitions."""

import numpy as np
import pandas as pd
from data_factories import small_params
from metric_factories import COSTS

from tasks.evaluate.answers import NO_ALARM, Answers, constant
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.quantities import Quantity, quantities
from tasks.params import Clause

EVALUATE = small_params().evaluate
METRICS = ("log_loss", "brier", "auc", "value", "precision", "recall")
LOSSES = ("log_loss", "brier")
RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "error_rate", "calibration")


def world(seed: int = 0, rows: int = 600, **changes: object) -> Comparison:
    """Random labels, two models with ties and thresholds of their own, and three groups, some unknown."""
    draw = np.random.default_rng(seed)
    signal = draw.normal(size=rows)
    labels = (draw.random(rows) < 1 / (1 + np.exp(-signal))).astype(float)
    first, second = ((1 / (1 + np.exp(-(signal + draw.normal(size=rows))))).round(2) for _ in range(2))
    plain = {
        "labels": labels,
        "clusters": draw.integers(0, 30, rows),
        "costs": COSTS,
        "challenger": Answers(second, 0.6),
        "champion": Answers(first, 0.4),
        "baseline": constant(0.3, rows, NO_ALARM),
        "columns": {"kind": pd.Series(draw.choice(["a", "b", "c", None], rows, p=[0.4, 0.2, 0.2, 0.2]))},
        "settings": EVALUATE,
    }
    return Comparison(**{**plain, **changes})


def textbook(metric: str, labels: np.ndarray, model: Answers) -> float:
    """The metric, written again from its definition."""
    p, alarm = model.probabilities, model.probabilities >= model.threshold
    hits, misses = (alarm & (labels == 1)).sum(), (~alarm & (labels == 1)).sum()
    false, quiet = (alarm & (labels == 0)).sum(), (~alarm & (labels == 0)).sum()
    match metric:
        case "log_loss":
            return float(-np.log(np.where(labels == 1, p, 1 - p).clip(1e-15)).mean())
        case "brier":
            return float(((p - labels) ** 2).mean())
        case "auc":
            one, zero = p[labels == 1][:, None], p[labels == 0]
            return float(((one > zero) + 0.5 * (one == zero)).mean())
        case "value":
            return float((10 * hits - 4 * false - 7 * misses + quiet) / len(labels))
        case "precision":
            return float(hits / (hits + false))
    return float(hits / (hits + misses))


def asked(clause: Clause, seen: Comparison) -> list[Quantity]:
    return list(quantities(clause, seen))


def means(clause: Clause, seen: Comparison) -> dict[str, float]:
    """The mean of each thing that the clause asks about, by what it is of."""
    return {one.of: float(one.values().mean()) for one in asked(clause, seen)}


def inside(seen: Comparison, value: str) -> np.ndarray:
    """The rows of a group, `(missing)` those of none."""
    names = seen.columns["kind"]
    return (names.isna() if value == "(missing)" else names == value).to_numpy(dtype=bool)


def rate(measure: str, seen: Comparison, rows: np.ndarray) -> float:
    """A group's rate, as Fairlearn takes it, and the mean of label less probability."""
    labels, p = seen.labels[rows], seen.challenger.probabilities[rows]
    alarm = p >= seen.challenger.threshold
    match measure:
        case "selection_rate":
            return float(alarm.mean())
        case "true_positive_rate":
            return float(alarm[labels == 1].mean())
        case "false_positive_rate":
            return float(alarm[labels == 0].mean())
        case "error_rate":
            return float((alarm != labels).mean())
    return float(labels.mean() - p.mean())
