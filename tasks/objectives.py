"""What a model is asked for: the chance of a label of 1, a number, or the chance of each class. By name.

A row of this table chooses what is measured, shown and refused; the steps ask the row, and not for
its name.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

ObjectiveName = Literal["binary", "regression", "multiclass"]
Declared = Annotated[ObjectiveName, Field(exclude_if=lambda name: name == "binary")]
"""An objective in a document: `binary`, the default, is not written, so that documents from before there
was another keep their bytes and their hashes."""


def _text_or_whole_number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("expected text or a whole number")  # noqa: TRY004 - pydantic tells it with its place
    return value


Class = Annotated[str | int, BeforeValidator(_text_or_whole_number)]
"""A value that a column may have: text, or a whole number. Of a label, one of its classes."""


@dataclass(frozen=True)
class Objective:
    """One kind of question.

    `learner` and `stopping` are XGBoost's names of what is fitted and of the loss that ends it, which is
    the metric `loss` here: told by slice, too. `shown` are the metrics that every decision tells, `metrics`
    and `kinds` those that a contract may use (None: all kinds). `baseline` is what the naive baseline is
    called: the mean label of the training rows, predicted for every row; of classes, each one's share.
    Attributions add up in `scale`. `probabilities`: answers are probabilities of label 1, so that there are
    alarms, costs and calibration. `classes`: answers are a probability for each declared class.
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
)
REGRESSION = Objective(
    name="regression",
    learner="reg:squarederror",
    stopping="rmse",
    loss="rmse",
    shown=("rmse", "mae"),
    metrics=frozenset({"rmse", "mae", "mse"}),
    kinds=frozenset(
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
    ),
    baseline="training mean",
    scale="units of the label",
    probabilities=False,
)
MULTICLASS = Objective(
    name="multiclass",
    learner="multi:softprob",
    stopping="mlogloss",
    loss="log_loss",
    shown=("log_loss", "accuracy", "brier"),
    metrics=frozenset({"log_loss", "brier", "accuracy"}),
    kinds=frozenset(
        {
            "beats_baseline",
            "beats_champion",
            "not_worse",
            "floor",
            "slice",
            "representation",
            "churn",
            "latency",
            "size",
            "training_cost",
        }
    ),
    baseline="class shares",
    scale="log odds against another class",
    probabilities=False,
    classes=True,
)
OBJECTIVES: dict[ObjectiveName, Objective] = {one.name: one for one in (BINARY, REGRESSION, MULTICLASS)}
