"""In which share of the rows the label lay where a model said that it may. Pure."""

import numpy as np

from tasks.evaluate.answers import Answers
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Floats, Interval, as_share, clustered_mean
from tasks.evaluate.findings import Held


def held(seen: Comparison) -> dict[str, Held]:
    """Of challenger and champion, if they predict numbers and say where the label may lie."""
    models = {"challenger": seen.challenger, "champion": seen.champion}
    told = {name: _held(answers, seen) for name, answers in models.items() if answers is not None}
    return {name: one for name, one in told.items() if one is not None}


def _held(answers: Answers, seen: Comparison) -> Held | None:
    if answers.alpha is not None:
        below = (seen.labels <= answers.predictions).astype(np.float64)
        return Held(aimed=answers.alpha, share=_share(below, seen), half_width=None)
    if answers.intervals is None:
        return None
    inside = answers.intervals.hold(answers.predictions, seen.labels).astype(np.float64)
    return Held(
        aimed=answers.intervals.coverage,
        share=_share(inside, seen),
        half_width=answers.intervals.half_width,
    )


def _share(inside: Floats, seen: Comparison) -> Interval:
    return as_share(clustered_mean(inside, seen.clusters))
