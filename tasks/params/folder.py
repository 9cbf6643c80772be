"""All settings of a model folder, and what must hold between its sections."""

import os
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from tasks.documents import canonical, digest
from tasks.errors import Leak
from tasks.objectives import OBJECTIVES, Class
from tasks.params.contract import Abstention, Contract, Coverage
from tasks.params.fitting import misfits
from tasks.params.retention import EraseParams, RetentionParams
from tasks.params.section import MODEL, Section
from tasks.params.steps import (
    EvaluateParams,
    IntakeParams,
    MeasureParams,
    PrepareParams,
    StoreParams,
    TrainParams,
    ValidateParams,
)

QUARANTINED = "quarantined"
"""The name under which `prepare` counts the rows that validation kept aside."""


class Params(Section):
    """Everything that a model folder declares."""

    model: Annotated[str, StringConstraints(pattern=MODEL)]
    store: StoreParams
    intake: IntakeParams
    validation: ValidateParams = Field(alias="validate")
    prepare: PrepareParams
    train: TrainParams
    evaluate: EvaluateParams
    measure: MeasureParams = MeasureParams()
    contract: Contract
    retention: RetentionParams = RetentionParams()
    erase: EraseParams | None = None

    @property
    def store_url(self) -> str:
        """The store's URL: the environment's, or else the folder's own."""
        return os.environ.get("EVERGREEN_STORE") or self.store.url

    @property
    def hash(self) -> str:
        """Over everything that can change a stage's output: all but where the store is, and what it keeps."""
        left_out = {"store", "retention", "erase"}
        return digest(canonical(self.model_dump(mode="json", by_alias=True, exclude=left_out)))

    @property
    def classes(self) -> tuple[Class, ...]:
        """The classes that a multiclass model tells apart, in the declared order; none of another."""
        values = self.validation.columns[self.prepare.label.column].values
        return (values or ()) if OBJECTIVES[self.train.objective].classes else ()

    @property
    def outcomes(self) -> tuple[tuple[float, ...], ...]:
        """What a row is worth by the class that came (outer) and the one decided; empty if undeclared."""
        return self.evaluate.outcomes.table(self.classes) if self.evaluate.outcomes else ()

    @model_validator(mode="after")
    def _columns_are_declared(self) -> Self:
        prepare, declared = self.prepare, self.validation.columns
        wanted = {prepare.id, prepare.event_time, prepare.cluster, prepare.label.column}
        wanted |= {prepare.label.available_at, *prepare.features, *prepare.slices}
        wanted |= {source.available_at for source in prepare.sources}
        wanted |= {exclusion.column for exclusion in prepare.exclude}
        if missing := sorted(wanted - set(declared)):
            raise ValueError(f"prepare uses columns that validate.columns does not declare: {missing}")
        for time in (
            prepare.event_time,
            prepare.label.available_at,
            *(s.available_at for s in prepare.sources),
        ):
            if declared[time].type != "timestamp":
                raise ValueError(f"{time} says when something is known: declare it as a timestamp")
        for source in prepare.sources:
            for column in source.numeric:
                if declared[column].type not in ("number", "integer", "boolean"):
                    raise ValueError(f"{column} is a numeric feature but declared as {declared[column].type}")
            for column in source.categorical:
                if declared[column].type != "string":
                    raise ValueError(
                        f"{column} is a categorical feature but declared as {declared[column].type}"
                    )
        if prepare.min_periods <= prepare.holdout_periods or prepare.max_periods < prepare.min_periods:
            raise ValueError("prepare: holdout_periods < min_periods <= max_periods must hold")
        return self

    @model_validator(mode="after")
    def _keys_can_be_found(self) -> Self:
        if self.erase and self.erase.column not in self.validation.columns:
            raise ValueError(f"erase.column: validate.columns does not declare {self.erase.column}")
        return self

    @property
    def person(self) -> str:
        """The column that says whose row it is."""
        return self.erase.column if self.erase else self.prepare.id

    @model_validator(mode="after")
    def _exclusions_can_exclude(self) -> Self:
        for exclusion in self.prepare.exclude:
            column = self.validation.columns[exclusion.column]
            known = [str(value) for value in column.values or (exclusion.equals,)]
            if column.type != "string" or exclusion.equals not in known:
                raise ValueError(
                    f"prepare.exclude.{exclusion.name}: no row of {exclusion.column} can equal "
                    f"{exclusion.equals!r}, as validate.columns declares it: {column.type} {', '.join(known)}"
                )
        return self

    @model_validator(mode="after")
    def _rows_can_be_told_apart(self) -> Self:
        prepare = self.prepare
        if self.validation.quarantine and any(one.name == QUARANTINED for one in prepare.exclude):
            raise ValueError(
                f"prepare.exclude: {QUARANTINED} is what rows kept aside by validate.quarantine are counted "
                "as: give the exclusion another name"
            )
        for name in (prepare.id, prepare.event_time, prepare.label.column):
            if self.validation.columns[name].level == "warn":
                raise ValueError(
                    f"validate.columns.{name}.level: a batch cannot go on without this column's rules, and "
                    "warn would let it: leave level out"
                )
        return self

    @model_validator(mode="after")
    def _clauses_have_their_columns(self) -> Self:
        for clause in self.contract.clauses:
            if missing := sorted(set(clause.columns) - set(self.prepare.slices)):
                raise ValueError(
                    f"contract: clause {clause.name} groups rows by {', '.join(missing)}: "
                    f"name it in prepare.slices, found {list(self.prepare.slices)}"
                )
        return self

    @model_validator(mode="after")
    def _sections_fit_the_objective(self) -> Self:
        label = self.prepare.label.column
        declared = self.validation.columns[label]
        if wrong := misfits(self.train, self.evaluate, self.contract, label, declared):
            raise ValueError(wrong[0])
        return self

    @model_validator(mode="after")
    def _clauses_have_their_sets(self) -> Self:
        for clause in self.contract.clauses:
            if isinstance(clause, Abstention | Coverage) and self.train.coverage is None:
                raise ValueError(
                    f"contract: clause {clause.name} asks about sets of possible labels: set train.coverage, "
                    "found null"
                )
        return self

    @model_validator(mode="after")
    def _features_do_not_tell_the_label(self) -> Self:
        prepare = self.prepare
        known_too_late = {prepare.label.column, prepare.label.available_at}
        known_too_late |= {exclusion.column for exclusion in prepare.exclude}
        if told := sorted(set(prepare.features) & known_too_late):
            raise Leak(
                f"params.yaml: prepare.sources: {told} say what the label says; they cannot be features"
            )
        if not prepare.features:
            raise ValueError("prepare.sources: a model needs at least one feature")
        if len(set(prepare.features)) != len(prepare.features):
            raise ValueError("prepare.sources: a column is a feature once")
        return self

    @model_validator(mode="after")
    def _scores_can_carry_the_id(self) -> Self:
        if self.prepare.id in self._scored_as:
            raise ValueError(
                f"prepare.id: {self.prepare.id} is what `evergreen score` calls a column of its answers, "
                "beside which it writes the id: give the id's column another name"
            )
        return self

    @property
    def _scored_as(self) -> set[str]:
        """The columns of this objective's scores."""
        objective = OBJECTIVES[self.train.objective]
        if objective.classes:
            each = {f"probability_{one}" for one in self.classes}
            decided = {"decision"} if self.evaluate.outcomes else set()
            return {"champion", "prediction", "possible_labels"} | each | decided
        if objective.probabilities:
            return {"champion", "probability", "alarm", "possible_labels"}
        return {"champion", "prediction", "low", "high"}
