"""What a model is asked for: the chance of label 1 or of each class, a number, or a quantile. By name.

A row of this table chooses what is measured, shown and refused; the steps ask the row, and not for
its name.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

ObjectiveName = Literal["binary", "regression", "quantile", "multiclass"]
Declared = Annotated[ObjectiveName, Field(exclude_if=lambda name: name == "binary")]
"""An objective in a document: `binary`, the default, is not written, so that documents from before there
was another keep their bytes and their hashes."""


def text_or_whole_number(value: object) -> object:
    """The value, if a column of values may hold it; raises `ValueError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError('expected text (in quotes, if it is "no" or "null") or a whole number')  # noqa: TRY004 - pydantic tells it with its place
    return value


Class = Annotated[str | int, BeforeValidator(text_or_whole_number)]
"""A value that a column may have: text, or a whole number. Of a label, one of its classes."""

OR = " or "
"""Stands between the possible labels of a row, where they are told as text."""


@dataclass(frozen=True)
class Objective:
    """One kind of question.

    `learner` and `stopping` are XGBoost's names of what is fitted and of the loss that ends it, which is
    the metric `loss` here: told by slice, too. `shown` are the metrics that every decision tells, `metrics`
    and `kinds` those that a contract may use (None: all kinds). `baseline` is what the naive baseline is
    called: the mean label of the training rows, or their quantile, predicted for every row; of classes, each
    one's share. Attributions add up in `scale`. `probabilities`: answers are probabilities of label 1, so
    that there are alarms and costs. `possible` is what says, with `train.coverage`, which labels cannot be
    ruled out: sets, intervals or nothing. `calibration` is how `train.calibrate` maps probabilities to what
    came. `linear`: there is a linear baseline. `quantile`: `train.alpha` says which share of the labels shall
    not exceed the answer. `classes`: answers are a probability for each declared class.
    """

    name: ObjectiveName
    learner: str
    stopping: str
    loss: str
    shown: tuple[str, ...]
    metrics: frozenset[str]
    kinds: frozenset[str] | None
    baseline: str
    scale: str
    probabilities: bool
    possible: Literal["sets", "intervals"] | None
    calibration: Literal["platt", "temperature"] | None = None
    linear: bool = False
    quantile: bool = False
    classes: bool = False


BINARY = Objective(
    name="binary",
    learner="binary:logistic",
    stopping="logloss",
    loss="log_loss",
    shown=("log_loss", "auc", "value"),
    metrics=frozenset({"log_loss", "brier", "auc", "value", "precision", "recall"}),
    kinds=None,
    baseline="base rate",
    scale="log odds",
    probabilities=True,
    possible="sets",
    calibration="platt",
    linear=True,
)
OF_ROWS = frozenset(
    {
        "beats_baseline",
        "beats_champion",
        "not_worse",
        "floor",
        "slice",
        "representation",
        "latency",
        "size",
        "training_cost",
    }
)
"""Kinds of clause that any labels will do for."""
REGRESSION = Objective(
    name="regression",
    learner="reg:squarederror",
    stopping="rmse",
    loss="rmse",
    shown=("rmse", "mae"),
    metrics=frozenset({"rmse", "mae", "mse"}),
    kinds=OF_ROWS | {"coverage"},
    baseline="training mean",
    scale="units of the label",
    probabilities=False,
    possible="intervals",
    linear=True,
)
QUANTILE = Objective(
    name="quantile",
    learner="reg:quantileerror",
    stopping="quantile",
    loss="pinball",
    shown=("pinball",),
    metrics=frozenset({"pinball"}),
    kinds=OF_ROWS,
    baseline="training quantile",
    scale="units of the label",
    probabilities=False,
    possible=None,
    quantile=True,
)
MULTICLASS = Objective(
    name="multiclass",
    learner="multi:softprob",
    stopping="mlogloss",
    loss="log_loss",
    shown=("log_loss", "accuracy", "brier"),
    metrics=frozenset({"log_loss", "brier", "accuracy", "value"}),
    kinds=OF_ROWS | {"churn", "calibration", "abstention", "coverage", "fairness", "net_value"},
    baseline="class shares",
    scale="log odds against another class",
    probabilities=False,
    possible="sets",
    calibration="temperature",
    classes=True,
)
OBJECTIVES: dict[ObjectiveName, Objective] = {
    one.name: one for one in (BINARY, REGRESSION, QUANTILE, MULTICLASS)
}
