"""What a model is asked for: the chance of a label of 1, a number, or a quantile. What differs, by name.

A row of this table chooses what is measured, shown and refused; the steps ask the row, and not for
its name.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

ObjectiveName = Literal["binary", "regression", "quantile"]
Declared = Annotated[ObjectiveName, Field(exclude_if=lambda name: name == "binary")]
"""An objective in a document: `binary`, the default, is not written, so that documents from before there
was another keep their bytes and their hashes."""


@dataclass(frozen=True)
class Objective:
    """One kind of question.

    `learner` and `stopping` are XGBoost's names of what is fitted and of the loss that ends it, which is
    the metric `loss` here: told by slice, too. `shown` are the metrics that every decision tells, `metrics`
    and `kinds` those that a contract may use (None: all kinds). `baseline` is what the naive baseline is
    called: the mean label of the training rows, or their quantile, predicted for every row. Attributions add
    up in `scale`.
    `probabilities`: answers are probabilities of label 1, so that there are alarms, costs and calibration.
    `possible` is what says, with `train.coverage`, which labels cannot be ruled out: sets, intervals or
    nothing. `quantile`: `train.alpha` says which share of the labels shall not exceed the answer.
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
    quantile: bool = False


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
OBJECTIVES: dict[ObjectiveName, Objective] = {one.name: one for one in (BINARY, REGRESSION, QUANTILE)}
