"""What moves the models' answers, as a document: `explanation.json`. All attributions are log odds."""

from typing import Literal

from tasks.documents import Document, Hash
from tasks.evaluate.evidence import Interval

Role = Literal["challenger", "champion"]
Of = Literal["all rows", "new alarms", "dropped alarms"]


class Importance(Document):
    """How far a feature moves a model's answers, either way: the mean of |attribution|.

    `share` is its part of all features' together, 0 to 1; None where no feature moves anything.
    """

    feature: str
    size: Interval
    share: Interval | None


class ModelExplanation(Document):
    """One model: its features, the largest first.

    `start` is what the model says before it is told any feature; a row's log odds are the start and
    the attributions of all features, added up. `log_odds` is the mean over the rows. `threshold` is the
    probability from which the model raises an alarm.
    """

    threshold: float
    start: float
    log_odds: Interval
    features: tuple[Importance, ...]


class Attribution(Document):
    """By how much a feature raises (or lowers, below zero) the log odds of some rows, on average."""

    feature: str
    mean: Interval


class SliceExplanation(Document):
    """What moves each model's answers on the rows of a slice: the top features that the model has.

    The slices are those of the whole holdout; `rows` are the ones of the sample, and may be none.
    """

    column: str
    value: str
    pooled: tuple[str, ...]
    rows: int
    attributions: dict[Role, tuple[Attribution, ...]]


class Change(Document):
    """A feature's attribution by the challenger less the champion's, on average (`difference`).

    `moved` is the mean of its size, so that rises and falls do not cancel. `only` names the one model
    that has the feature: the other's attribution is 0.
    """

    feature: str
    only: Role | None
    difference: Interval
    moved: Interval


class ChangedRows(Document):
    """What changed on some of the rows, the largest difference first; no features without rows.

    `new alarms` are rows for which the challenger alone raises an alarm, `dropped alarms` those for which
    the champion alone does: not by their features alone, where the two have other thresholds too.
    `start` and all differences together are the change in `log_odds`.
    """

    of: Of
    start: float
    log_odds: Interval
    features: tuple[Change, ...]


class Explanation(Document):
    """Attributions on `rows` of the holdout's `holdout_rows`, drawn with `seed`; labels play no part.

    Intervals are clustered by the column `cluster`. Without a champion there are no changes.
    """

    holdout: tuple[str, ...]
    challenger: Hash
    champion: Hash | None
    cluster: str
    holdout_rows: int
    rows: int
    clusters: int
    seed: int
    models: dict[Role, ModelExplanation]
    top: tuple[str, ...]
    slices: tuple[SliceExplanation, ...]
    changes: tuple[ChangedRows, ...]
