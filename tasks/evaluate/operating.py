"""What alarms from each threshold on are worth: a curve of each model, with its own threshold on it. Pure."""

import numpy as np

from tasks.evaluate.answers import NO_ALARM, Answers, Costs
from tasks.evaluate.binary import value_rows
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Floats
from tasks.evaluate.findings import OperatingPoint, ValueByThreshold, ValueCurve

POINTS = 48
"""Thresholds of a curve, beside the model's own."""


def value_by_threshold(seen: Comparison) -> ValueByThreshold | None:
    """Both models' curves on the holdout; None without rows, or where alarms cost and earn nothing."""
    costs = seen.costs
    if not len(seen.labels) or not isinstance(costs, Costs):
        return None
    models = {"challenger": seen.challenger, "champion": seen.champion}
    nobody, everybody = (
        float(value_rows(seen.labels, np.zeros(len(seen.labels)), place, costs).mean())
        for place in (NO_ALARM, 0.0)
    )
    return ValueByThreshold(
        nobody=nobody,
        everybody=everybody,
        models={
            name: value_curve(seen.labels, answers, costs)
            for name, answers in models.items()
            if answers is not None
        },
    )


def value_curve(labels: Floats, answers: Answers, costs: Costs) -> ValueCurve:
    """The value per row (`metrics.value_rows`) from each of `thresholds_of` on, and from the model's own.

    O(n log n); labels and probabilities are (n,), n > 0.
    """
    ranked = np.sort(answers.probabilities)
    late = np.sort(answers.probabilities[labels == 1])

    def worth(threshold: float) -> OperatingPoint:
        alarms = len(ranked) - int(np.searchsorted(ranked, threshold))
        hits = len(late) - int(np.searchsorted(late, threshold))
        total = (
            hits * costs.true_positive
            + (alarms - hits) * costs.false_positive
            + (len(late) - hits) * costs.false_negative
            + (len(ranked) - len(late) - (alarms - hits)) * costs.true_negative
        )
        return OperatingPoint(threshold=threshold, value=total / len(ranked), alarms=alarms)

    places, chosen = thresholds_of(ranked), NO_ALARM if answers.threshold is None else answers.threshold
    if chosen < NO_ALARM:
        places = np.union1d(places, [chosen])
    return ValueCurve(chosen=worth(chosen), points=tuple(worth(place) for place in places.tolist()))


def thresholds_of(ranked: Floats, most: int = POINTS) -> Floats:
    """At most `most` of the sorted probabilities (n,), n > 0: all that differ, or else some of them.

    Half of these leave even shares of the rows between them; the others go from the highest down in equal
    ratios of the number of alarms, since where few rows are worth an alarm all that matters is near the top.
    The lowest, which alarms everybody, is always there.
    """
    different = np.unique(ranked)
    if len(different) <= most:
        return different
    even = np.linspace(1, len(ranked), most - most // 2)
    alarms = np.concatenate((even, np.geomspace(1, len(ranked), most // 2)))
    return np.unique(ranked[len(ranked) - np.round(alarms).astype(np.int64)])
