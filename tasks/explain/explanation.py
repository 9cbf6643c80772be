"""What moves the models' answers, as a document: `explanation.json`.

Attributions are log odds; of a regression they are in the unit of the label. Of a multiclass model they
speak for the class that the challenger finds likeliest, in log odds averaged over the other classes.
"""

from typing import Annotated, Literal

from pydantic import Field

from tasks.documents import Document, Hash
from tasks.evaluate.evidence import Interval

Role = Literal["challenger", "champion"]
Of = Literal["all rows", "new alarms", "dropped alarms"]
Answer = Annotated[Interval | None, Field(exclude_if=lambda answer: answer is None)]
"""A mean over rows of what models of one objective say; another's explanation does not name it."""


class Answered(Document):
    """The mean answer: log odds, or of a model without alarms what it predicts. One of the two is there."""

    log_odds: Answer = None
    prediction: Answer = None

    @property
    def answer(self) -> Interval:
        """Whichever is there."""
        return next(one for one in (self.log_odds, self.prediction) if one is not None)


class Importance(Document):
    """How far a feature moves a model's answers, either way: the mean of |attribution|.

    `share` is its part of all features' together, 0 to 1; None where no feature moves anything.
    """

    feature: str
    size: Interval
    share: Interval | None


class ModelExplanation(Answered):
    """One model: its features, the largest first.

    `start` is what the model says before it is told any feature; a row's answer is the start and the
    attributions of all features, added up. `threshold` is the probability from which the model raises an
    alarm; a regression raises none.
    """

    threshold: float | None
    start: float
    features: tuple[Importance, ...]


class Attribution(Document):
    """By how much a feature raises (or lowers, below zero) the answer of some rows, on average."""

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


class ChangedRows(Answered):
    """What changed on some of the rows, the largest difference first; no features without rows.

    `new alarms` are rows for which the challenger alone raises an alarm, `dropped alarms` those for which
    the champion alone does: not by their features alone, where the two have other thresholds too.
    `start` and all differences together are the change in the answer.
    """

    of: Of
    start: float
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
