"""The contract's language: what a challenger must show, who wants it and why.

Every clause says what its evidence must exceed (`required`), in `unit`, with more being better:
a ceiling over a loss is a floor under its negative.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tasks.documents import canonical, digest
from tasks.objectives import Class
from tasks.params.columns import ColumnName
from tasks.params.section import Money, Name, Section, Share

Compared = Literal[
    "log_loss",
    "brier",
    "auc",
    "value",
    "precision",
    "recall",
    "rmse",
    "mae",
    "mse",
    "pinball",
    "accuracy",
]
"""Metrics of one model on labelled rows."""
LOSSES = frozenset({"log_loss", "brier", "rmse", "mae", "mse", "pinball"})
"""Those of which less is better."""
Baseline = Annotated[Literal["naive", "linear"], Field(exclude_if=lambda name: name == "naive")]
"""Who stands for knowing little; `naive`, the default, is not written: contracts keep their hashes."""
STRICTEST = 0.0001
"""A level below this, for one look, would rest on the tail of a tail: no bootstrap of clusters reaches it."""
MOST = 10**15
"""No setting counts more: a float still tells such a number from the next."""
Rate = Literal["selection_rate", "true_positive_rate", "false_positive_rate", "error_rate", "calibration"]


class Requirement(Section):
    """What every clause says: its name, who asks for it, and why, in plain words."""

    name: Name
    kind: str
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)

    @property
    def required(self) -> float:
        """What the evidence must exceed."""
        raise NotImplementedError

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values it groups rows by; they are slices of `prepare`."""
        return ()


class Tested(Requirement):
    """A clause that the holdout's rows decide: `level` is the chance of passing a violation, one-sided."""

    level: float = Field(default=0.05, gt=0, lt=0.5)


class BeatsBaseline(Tested):
    """Better than the baseline, by more than `margin` of the metric's unit.

    `naive` is one answer for every row, `linear` a linear model of the same features and training rows.
    """

    kind: Literal["beats_baseline"] = "beats_baseline"
    baseline: Baseline = "naive"
    metric: Compared
    margin: float = Field(default=0.0, ge=0, le=MOST)

    @property
    def required(self) -> float:
        """The margin."""
        return self.margin


class BeatsChampion(Tested):
    """Better than the champion, by more than `margin` of the metric's unit."""

    kind: Literal["beats_champion"] = "beats_champion"
    metric: Compared
    margin: float = Field(default=0.0, ge=0, le=MOST)

    @property
    def required(self) -> float:
        """The margin."""
        return self.margin


class NotWorse(Tested):
    """Not worse than the champion by `margin` or more: for a cheaper, smaller or faster challenger."""

    kind: Literal["not_worse"] = "not_worse"
    metric: Compared
    margin: float = Field(gt=0, le=MOST)

    @property
    def required(self) -> float:
        """Minus the margin."""
        return -self.margin


class Floor(Tested):
    """The metric above `threshold`; for a loss, below it."""

    kind: Literal["floor"] = "floor"
    metric: Compared
    threshold: Money

    @property
    def required(self) -> float:
        """The threshold, or minus it for a loss."""
        return -self.threshold if self.metric in LOSSES else self.threshold


class Slice(Tested):
    """In no slice of `column` worse than the champion by `margin` or more.

    Values with too little support (`evaluate.min_slice_*`) are pooled into "rest". Those in
    `required_values` must have support of their own, or the clause is undecided.
    """

    kind: Literal["slice"] = "slice"
    metric: Literal["log_loss", "brier", "value", "mae", "mse", "pinball", "accuracy"]
    column: ColumnName
    margin: float = Field(gt=0, le=MOST)
    required_values: tuple[str, ...] = ()

    @property
    def required(self) -> float:
        """Minus the margin."""
        return -self.margin

    @property
    def columns(self) -> tuple[str, ...]:
        """Its column."""
        return (self.column,)


class Fairness(Tested):
    """Between any two groups of `column` the measure differs by less than `margin`, or is above a `ratio`.

    `selection_rate` is demographic parity, true and false positive rate are the halves of equalized odds, as
    Fairlearn defines them: the largest difference between groups, or the smallest rate over the largest
    (0.8 is the rule of four fifths). `error_rate` is the share of alarms and silences that were wrong,
    `calibration` the mean of label less probability, of which there is no ratio. Of a multiclass model all
    but `error_rate`, the share of decisions that were wrong, are about one `class` against the others.
    """

    kind: Literal["fairness"] = "fairness"
    measure: Rate
    column: ColumnName
    of_class: Class | None = Field(default=None, alias="class", exclude_if=lambda one: one is None)
    margin: Share | None = Field(default=None, gt=0, exclude_if=lambda margin: margin is None)
    ratio: float | None = Field(default=None, gt=0, lt=1, exclude_if=lambda ratio: ratio is None)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.margin is None) == (self.ratio is None):
            raise ValueError("expected a margin or a ratio, and not both")
        if self.ratio is not None and self.measure == "calibration":
            raise ValueError("calibration has signs and no ratio: give a margin")
        return self

    @property
    def required(self) -> float:
        """Minus the margin; of a ratio 0: one rate less so much of another."""
        return -self.margin if self.margin is not None else 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """Its column."""
        return (self.column,)


class Representation(Tested):
    """Each of `values` of `column` is more than `threshold` of the holdout's rows."""

    kind: Literal["representation"] = "representation"
    column: ColumnName
    values: tuple[str, ...] = Field(min_length=1)
    threshold: Share

    @property
    def required(self) -> float:
        """The threshold."""
        return self.threshold

    @property
    def columns(self) -> tuple[str, ...]:
        """Its column."""
        return (self.column,)


class Calibration(Tested):
    """In each of `bins` bins of probability, what was predicted is within `margin` of what came."""

    kind: Literal["calibration"] = "calibration"
    margin: Share = Field(gt=0)
    bins: int = Field(default=5, ge=1, le=20)

    @property
    def required(self) -> float:
        """Minus the margin."""
        return -self.margin


class Churn(Tested):
    """Champion and challenger say something else in less than `threshold` of the rows."""

    kind: Literal["churn"] = "churn"
    threshold: Share = Field(gt=0)

    @property
    def required(self) -> float:
        """Minus the threshold."""
        return -self.threshold


class Abstention(Tested):
    """Of the rows that the model is sure of, fewer than `risk` are wrong, and it is sure of over `answered`.

    It is sure of a row whose set of possible labels (`train.coverage`) holds one label; that label is its
    answer. What is asked about is the room that is left to each of the two.
    """

    kind: Literal["abstention"] = "abstention"
    risk: Share = Field(gt=0)
    answered: Share = Field(lt=1)

    @property
    def required(self) -> float:
        """No room, which each of the two must exceed."""
        return 0.0


class Coverage(Tested):
    """What is possible (`train.coverage`) holds the label in more than `threshold` of the rows."""

    kind: Literal["coverage"] = "coverage"
    threshold: Share = Field(lt=1)

    @property
    def required(self) -> float:
        """The threshold."""
        return self.threshold


class NetValue(Tested):
    """Value gained over the champion on `horizon_rows` predictions less what it costs, above `margin`.

    `cost` (training, switching) is once for the horizon, `cost_per_row` is the challenger's serving
    cost less the champion's; all in the currency of `evaluate.costs` or `evaluate.outcomes`.
    """

    kind: Literal["net_value"] = "net_value"
    horizon_rows: int = Field(ge=1, le=MOST)
    cost: float = Field(default=0.0, ge=0, le=MOST)
    cost_per_row: Money = 0.0
    margin: float = Field(default=0.0, ge=0, le=MOST)

    @property
    def required(self) -> float:
        """The margin."""
        return self.margin


class Latency(Requirement):
    """One prediction takes less than `milliseconds` at this percentile, on the machine that trained."""

    kind: Literal["latency"] = "latency"
    percentile: Literal[50, 95] = 95
    milliseconds: float = Field(gt=0, le=MOST)

    @property
    def required(self) -> float:
        """Minus the milliseconds."""
        return -self.milliseconds


class Size(Requirement):
    """The model has fewer than `bytes` bytes."""

    kind: Literal["size"] = "size"
    bytes: int = Field(gt=0, le=MOST)

    @property
    def required(self) -> float:
        """Minus the bytes."""
        return float(-self.bytes)


class TrainingCost(Requirement):
    """The training took less than `threshold` of money, at `price_per_hour` of the machine that trained.

    Both are in `currency`. The time is that of the training that made this very model, whoever measures.
    """

    kind: Literal["training_cost"] = "training_cost"
    price_per_hour: float = Field(gt=0, le=MOST)
    currency: str = Field(min_length=1)
    threshold: float = Field(gt=0, le=MOST)

    @property
    def required(self) -> float:
        """Minus the threshold."""
        return -self.threshold


Clause = Annotated[
    BeatsBaseline
    | BeatsChampion
    | NotWorse
    | Floor
    | Slice
    | Fairness
    | Representation
    | Calibration
    | Churn
    | Abstention
    | Coverage
    | NetValue
    | Latency
    | Size
    | TrainingCost,
    Field(discriminator="kind"),
]
KINDS_MEASURED = ("latency", "size", "training_cost")
"""Those that a measurement of the model decides, and no rows."""
KINDS = ("beats_baseline", "beats_champion", "not_worse", "floor", "slice", "fairness", "representation",
         "calibration", "churn", "abstention", "coverage", "net_value", "latency", "size",
         "training_cost")  # fmt: skip


class Promoting(Section):
    """What a promotion needs beside the clauses: `required` has a person approve each."""

    approval: Literal["required"]


class Contract(Section):
    """What a challenger must show before it replaces the champion; frozen by hash in the ledger.

    `power` is the chance, at the lead that was seen, of a decision with as many rows as a decision
    that is open asks for.
    """

    looks_per_holdout: int = Field(default=1, ge=1, le=MOST)
    min_clusters: int = Field(default=10, ge=2, le=MOST)
    power: float = Field(default=0.8, ge=0.5, lt=1)
    promote: Promoting | None = Field(default=None, exclude_if=lambda value: value is None)
    clauses: tuple[Clause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [clause.name for clause in self.clauses]
        if len(set(names)) != len(names):
            raise ValueError(f"clause names must differ, found {names}")
        kinds = {clause.kind for clause in self.clauses}
        if "beats_baseline" not in kinds or not kinds & {"beats_champion", "not_worse"}:
            raise ValueError("a contract needs a beats_baseline clause, and a beats_champion or a not_worse")
        if not any(isinstance(one, BeatsBaseline) and one.baseline == "naive" for one in self.clauses):
            raise ValueError(
                "a contract needs a beats_baseline clause against the naive baseline; the linear one is "
                "asked for beside it, in a clause of its own"
            )
        return self

    @model_validator(mode="after")
    def _levels_can_be_told(self) -> Self:
        for clause in self.clauses:
            if isinstance(clause, Tested) and clause.level / self.looks_per_holdout < STRICTEST * (1 - 1e-9):
                raise ValueError(
                    f"clause {clause.name}: level {clause.level:g} shared by {self.looks_per_holdout} looks "
                    f"is {clause.level / self.looks_per_holdout:.2g} for each, and below {STRICTEST:g} no "
                    "interval can be told: raise the level or allow fewer looks"
                )
        return self

    @property
    def asks_for_linear(self) -> bool:
        """Whether a clause compares with a linear model, which has to be trained then."""
        return any(isinstance(one, BeatsBaseline) and one.baseline == "linear" for one in self.clauses)

    @property
    def hash(self) -> str:
        """What the ledger freezes: 64 hexadecimal digits over every setting of the contract."""
        return digest(canonical(self.model_dump(mode="json")))
