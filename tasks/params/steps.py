"""One section per step, named like the step."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from tasks.errors import BadInput
from tasks.objectives import OBJECTIVES, Class, Declared
from tasks.params.columns import ColumnName
from tasks.params.outcomes import OutcomeParams
from tasks.params.section import Money, Name, Section, Share
from tasks.params.suite import Suite
from tasks.periods import Calendar, Length


class StoreParams(Section):
    """Where the object store is; `EVERGREEN_STORE` in the environment wins."""

    url: str


class IntakeParams(Section):
    """How arriving objects map to periods."""

    period: Length
    timezone: str
    max_bytes: int = Field(default=1 << 30, gt=0)

    @property
    def calendar(self) -> Calendar:
        """The calendar that the periods live in."""
        return Calendar(self.period, self.timezone)

    @model_validator(mode="after")
    def _timezone_exists(self) -> Self:
        try:
            _ = self.calendar.zone
        except BadInput as error:
            raise ValueError(error) from error
        return self


class Column(Section):
    """What every batch must satisfy in one column; shares are of the batch's rows.

    `values` are all that it may hold. Of the label of a multiclass model they are its classes. With
    `level: warn` what the values break is told and blocks nothing; a missing or re-typed column blocks.
    """

    type: Literal["string", "integer", "number", "boolean", "timestamp"]
    max_nulls: Share = 0.0
    min: float | None = None
    max: float | None = None
    values: tuple[Class, ...] | None = None
    unique: bool = False
    max_bad: Share = 0.0
    level: Literal["block", "warn"] = Field(default="block", exclude_if=lambda level: level == "block")

    @model_validator(mode="after")
    def _some_value_can_pass(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}: no value could pass")
        kind = {"string": str, "integer": int}.get(self.type, type(None))
        if any(not isinstance(value, kind) for value in self.values or ()):
            raise ValueError(
                f"values of a column of type {self.type}: expected "
                + {str: "text: write it in quotes", int: "whole numbers"}.get(
                    kind, "none: only a string or integer column has them"
                )
            )
        return self


class Rows(Section):
    """How many rows a batch may have."""

    min: int = Field(ge=1)
    max: int = Field(ge=1)

    @model_validator(mode="after")
    def _some_batch_can_pass(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}: no batch could pass")
        return self


UNPACKED = 1 << 32


class QuarantineParams(Section):
    """Up to this share of a batch's rows may break a rule of rows and be kept aside."""

    max_share: float = Field(gt=0, lt=1)


class ValidateParams(Section):
    """The suite that every batch must pass; without `quarantine` one bad row blocks a batch.

    `max_unpacked_bytes` is known before a batch is unpacked.
    `suite` names a Great Expectations suite in JSON, whose expectations join those that are declared here.
    """

    rows: Rows
    max_unpacked_bytes: int = Field(default=UNPACKED, gt=0, exclude_if=lambda most: most == UNPACKED)
    columns: dict[ColumnName, Column]
    quarantine: QuarantineParams | None = Field(default=None, exclude_if=lambda settings: settings is None)
    suite: Suite | None = Field(default=None, exclude_if=lambda suite: suite is None)

    @model_validator(mode="after")
    def _the_suite_s_columns_are_declared(self) -> Self:
        for number, one in enumerate(self.suite.expectations if self.suite else (), 1):
            if self.suite and (strange := sorted(set(one.columns) - set(self.columns))):
                raise ValueError(
                    f"{self.suite.file}: expectation {number}: {one.type} reads columns that "
                    f"validate.columns does not declare: {strange[:5]}"
                )
        return self


class Exclusion(Section):
    """Rows that have no label by nature, left out by name and counted."""

    name: Name
    column: ColumnName
    equals: str


class Label(Section):
    """A column of 0 and 1, of numbers or of classes, and the column that says when it became known."""

    column: ColumnName
    available_at: ColumnName


class Source(Section):
    """Features that become known together: `available_at` names the column that says when."""

    name: Name
    available_at: ColumnName
    numeric: tuple[ColumnName, ...] = ()
    categorical: tuple[ColumnName, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the source."""
        return self.numeric + self.categorical


class PrepareParams(Section):
    """Which rows, which columns, and how time splits them."""

    id: ColumnName
    event_time: ColumnName
    cluster: ColumnName
    label: Label
    exclude: tuple[Exclusion, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    slices: tuple[ColumnName, ...] = ()
    max_periods: int = Field(ge=2)
    min_periods: int = Field(ge=2)
    holdout_periods: int = Field(default=1, ge=1)
    selection_days: int = Field(ge=1, le=36500)
    label_lag_days: int = Field(ge=0, le=36500)
    max_late_features: Share = 0.05

    @property
    def features(self) -> tuple[str, ...]:
        """All feature columns, in the order that the model sees them."""
        return tuple(column for source in self.sources for column in source.columns)

    @property
    def categorical(self) -> frozenset[str]:
        """The features that are categories."""
        return frozenset(column for source in self.sources for column in source.categorical)


class TrainParams(Section):
    """What is asked for; XGBoost, by its own names where it has one; how its answers are made fit for use.

    `calibrate` maps probabilities to what came on the selection rows. `coverage` is the share of rows whose
    set of possible labels, of a regression an interval, shall hold the label; without it there are none.
    Regressions and classes have none unless they say so, quantiles have none at all. `alpha` belongs to the
    objective `quantile`: the share of labels that shall not exceed the answer.
    """

    objective: Declared = "binary"
    alpha: float | None = Field(default=None, gt=0, lt=1, exclude_if=lambda alpha: alpha is None)
    seed: int = Field(ge=0, le=2**31 - 1)
    rounds: int = Field(ge=1)
    early_stopping_rounds: int = Field(ge=1)
    max_depth: int = Field(ge=1)
    learning_rate: float = Field(gt=0, le=1)
    min_child_weight: float = Field(default=1.0, ge=0)
    subsample: float = Field(default=1.0, gt=0, le=1)
    colsample_bytree: float = Field(default=1.0, gt=0, le=1)
    reg_lambda: float = Field(default=1.0, ge=0)
    max_bin: int = Field(default=256, ge=2)
    calibrate: bool = False
    coverage: float | None = Field(default=0.9, gt=0, lt=1)

    @model_validator(mode="before")
    @classmethod
    def _intervals_only_if_asked_for(cls, given: Any) -> Any:
        """So that a default is no wish, and settings read from what they wrote are the same."""
        silent = {one.name for one in OBJECTIVES.values() if not one.probabilities}
        asked = given.get("objective") if isinstance(given, dict) else None
        return {"coverage": None, **given} if isinstance(asked, str) and asked in silent else given


class CostParams(Section):
    """Value of one prediction in `currency`, by what was said and what happened; a cost is negative."""

    currency: str
    true_positive: Money
    false_positive: Money
    false_negative: Money
    true_negative: Money


class EvaluateParams(Section):
    """What is measured on the holdout, apart from what the contract asks for.

    `costs` belong to a binary model: others raise no alarms. `outcomes` belong to one of classes.
    `explained_rows` are sampled for the explanation; 0 explains nothing. Its time grows with these
    rows, with trees and with their depth, and not with the holdout.
    """

    costs: CostParams | None = None
    outcomes: OutcomeParams | None = Field(default=None, exclude_if=lambda outcomes: outcomes is None)
    explained_rows: int = Field(default=256, ge=0, le=100_000)
    min_slice_rows: int = Field(default=200, ge=1)
    min_slice_clusters: int = Field(default=10, ge=2)

    @property
    def currency(self) -> str:
        """What money is counted in; nothing where there is none."""
        money = self.costs or self.outcomes
        return money.currency if money else ""


class MeasureParams(Section):
    """How latency is taken: `rows` single-row predictions after `warmup` more."""

    rows: int = Field(default=200, ge=10, le=1_000_000)
    warmup: int = Field(default=20, ge=0, le=1_000_000)
