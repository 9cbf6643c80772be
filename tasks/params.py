"""`params.yaml` as frozen, typed models, read once by the runner.

One section per step, named like the step; `contract` is what `decide` applies.
Unknown keys are errors: a misspelt setting must not be a setting that does nothing.
"""

import os
import reprlib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tasks.documents import canonical, digest
from tasks.errors import BadInput, Leak
from tasks.periods import Calendar

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Share = Annotated[float, Field(ge=0, le=1)]
_SHORT = reprlib.Repr()
_SHORT.maxlevel, _SHORT.maxstring = 2, 80


class Section(BaseModel):
    """Frozen, and strict about its keys and types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class StoreParams(Section):
    """Where the object store is; `EVERGREEN_STORE` in the environment wins."""

    url: str


class IntakeParams(Section):
    """How arriving objects map to periods."""

    period: Literal["day", "month"]
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
    """What every batch must satisfy in one column; shares are of the batch's rows."""

    type: Literal["string", "integer", "number", "boolean", "timestamp"]
    max_nulls: Share = 0.0
    min: float | None = None
    max: float | None = None
    values: tuple[str, ...] | None = None
    unique: bool = False
    max_bad: Share = 0.0

    @model_validator(mode="after")
    def _some_value_can_pass(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}: no value could pass")
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


class ValidateParams(Section):
    """The suite that every batch must pass."""

    rows: Rows
    columns: dict[Name, Column]


class Exclusion(Section):
    """Rows that have no label by nature, left out by name and counted."""

    name: Name
    column: Name
    equals: str


class Label(Section):
    """A 0/1 column, and the column that says when it became known."""

    column: Name
    available_at: Name


class Source(Section):
    """Features that become known together: `available_at` names the column that says when."""

    name: Name
    available_at: Name
    numeric: tuple[Name, ...] = ()
    categorical: tuple[Name, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the source."""
        return self.numeric + self.categorical


class PrepareParams(Section):
    """Which rows, which columns, and how time splits them."""

    id: Name
    event_time: Name
    cluster: Name
    label: Label
    exclude: tuple[Exclusion, ...] = ()
    sources: tuple[Source, ...] = Field(min_length=1)
    slices: tuple[Name, ...] = ()
    max_periods: int = Field(ge=2)
    min_periods: int = Field(ge=2)
    holdout_periods: int = Field(default=1, ge=1)
    selection_days: int = Field(ge=1)
    label_lag_days: int = Field(ge=0)
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
    """XGBoost, by its own names where it has one."""

    seed: int
    rounds: int = Field(ge=1)
    early_stopping_rounds: int = Field(ge=1)
    max_depth: int = Field(ge=1)
    learning_rate: float = Field(gt=0, le=1)
    min_child_weight: float = Field(default=1.0, ge=0)
    subsample: float = Field(default=1.0, gt=0, le=1)
    colsample_bytree: float = Field(default=1.0, gt=0, le=1)
    reg_lambda: float = Field(default=1.0, ge=0)
    max_bin: int = Field(default=256, ge=2)


class CostParams(Section):
    """Value of one prediction in `currency`, by what was said and what happened; a cost is negative."""

    currency: str
    true_positive: float
    false_positive: float
    false_negative: float
    true_negative: float


class EvaluateParams(Section):
    """What is measured on the holdout, apart from what the contract asks for."""

    costs: CostParams
    min_slice_rows: int = Field(default=200, ge=1)
    min_slice_clusters: int = Field(default=10, ge=2)


class MeasureParams(Section):
    """How latency is taken: `rows` single-row predictions after `warmup` more."""

    rows: int = Field(default=200, ge=10)
    warmup: int = Field(default=20, ge=0)


class Clause(Section):
    """One requirement: who wants it, why, and what passes it.

    `margin` (beats_*) and `threshold` (floor) are in the metric's unit.
    `level` is the one-sided chance of passing a challenger that violates the clause.
    """

    name: Name
    kind: Literal["beats_baseline", "beats_champion", "floor"]
    metric: Literal["log_loss", "auc", "value"]
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    level: float = Field(default=0.05, gt=0, lt=0.5)
    margin: float = Field(default=0.0, ge=0)
    threshold: float | None = None

    @model_validator(mode="after")
    def _threshold_only_for_floors(self) -> Self:
        if (self.kind == "floor") != (self.threshold is not None):
            raise ValueError(f"clause {self.name}: `threshold` is for a floor, and a floor needs it")
        if self.kind == "floor" and self.margin:
            raise ValueError(f"clause {self.name}: a floor has a `threshold`, and no `margin`")
        return self


class Contract(Section):
    """What a challenger must show before it replaces the champion; frozen by hash in the ledger."""

    looks_per_holdout: int = Field(default=1, ge=1)
    min_clusters: int = Field(default=10, ge=2)
    clauses: tuple[Clause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [clause.name for clause in self.clauses]
        if len(set(names)) != len(names):
            raise ValueError(f"clause names must differ, found {names}")
        if not {"beats_baseline", "beats_champion"} <= {clause.kind for clause in self.clauses}:
            raise ValueError("a contract needs a beats_baseline and a beats_champion clause")
        return self

    @property
    def hash(self) -> str:
        """What the ledger freezes: 64 hexadecimal digits over every setting of the contract."""
        return digest(canonical(self.model_dump(mode="json")))


class Params(Section):
    """Everything that a model folder declares."""

    model: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,47}$")]
    store: StoreParams
    intake: IntakeParams
    validation: ValidateParams = Field(alias="validate")
    prepare: PrepareParams
    train: TrainParams
    evaluate: EvaluateParams
    measure: MeasureParams = MeasureParams()
    contract: Contract

    @property
    def store_url(self) -> str:
        """The store's URL: the environment's, or else the folder's own."""
        return os.environ.get("EVERGREEN_STORE") or self.store.url

    @property
    def hash(self) -> str:
        """Over everything that can change a stage's output: all but where the store is."""
        return digest(canonical(self.model_dump(mode="json", by_alias=True, exclude={"store"})))

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
    def _features_do_not_tell_the_label(self) -> Self:
        prepare = self.prepare
        known_too_late = {prepare.label.column, prepare.label.available_at}
        known_too_late |= {exclusion.column for exclusion in prepare.exclude}
        if told := sorted(set(prepare.features) & known_too_late):
            raise Leak(
                f"params.yaml: prepare.sources: {told} say what the label says; they cannot be features"
            )
        if len(set(prepare.features)) != len(prepare.features):
            raise ValueError("prepare.sources: a column is a feature once")
        return self


def read_params(path: Path) -> Params:
    """The parameters in `path`; raises `BadInput` with one line per setting that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: expected a readable params.yaml of a model folder: {error}") from error
    return parse_params(text, path.name)


def parse_params(text: str, name: str = "params.yaml") -> Params:
    """As `read_params`, from text; `name` is what messages call it."""
    try:
        document = _tuples(_Loader(text).get_single_data(), {})
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadInput(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, dict):
        raise BadInput(f"{name}: expected settings by section, found {type(document).__name__}")
    try:
        return Params.model_validate(document)
    except ValidationError as error:
        lines = [_explained(name, dict(item)) for item in error.errors()]
        raise BadInput("\n".join(lines)) from error


class _Loader(yaml.SafeLoader):
    """YAML's plain types and nothing else; a key that is given twice would hide a setting."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"{key.value} is set twice", problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return node


def _tuples(value: object, known: dict[int, object]) -> object:
    """YAML's lists as tuples, which is what frozen models hold; what is named twice is made once."""
    if not isinstance(value, dict | list):
        return value
    if id(value) not in known:
        known[id(value)] = (
            {key: _tuples(item, known) for key, item in value.items()}
            if isinstance(value, dict)
            else tuple(_tuples(item, known) for item in value)
        )
    return known[id(value)]


def _explained(name: str, item: dict[str, object]) -> str:
    location = item["loc"]
    where = ".".join(str(part) for part in location) if isinstance(location, tuple) else ""
    # Not what was found where it could be a secret: in the store's address, or under a key that is not ours.
    silent = item["type"] in ("missing", "value_error", "extra_forbidden") or where.startswith("store")
    found = "" if silent else f", found {_SHORT.repr(item['input'])}"
    return f"{name}: {where or 'settings'}: {str(item['msg']).removeprefix('Value error, ')}{found}"
