"""What evaluation finds, as a document: `evidence.json`. Every advantage is positive when better."""

from typing import Annotated

from pydantic import Field

from tasks.documents import Document, Hash
from tasks.evaluate.evidence import Interval
from tasks.objectives import Class, Declared


class Serial(Document):
    """How much neighbouring clusters move together, in the order of time.

    `lag_one` is the correlation of a cluster's sum of residuals with the next one's. `widening` is by
    how much an interval would be wider that allows for three such lags (Newey & West, Econometrica 55
    (1987), Bartlett weights): to be known, and not applied.
    """

    lag_one: float
    widening: float


class Part(Document):
    """One quantity of a clause: `of` names it where there are several, such as `origin EWR`.

    Beside the interval that the clause is judged by, what row-level statistics would have said; in how
    many clusters, in effect, rows speak against what is required, or are at the worst that could undo it,
    if these are fewer, and whether it would hold even if clusters as bad as can be had been missed
    (`opposition`). `carrying_clusters` is how many clusters carry the variance, in effect.
    """

    of: str
    interval: Interval
    independent: Interval
    opposing_clusters: float
    holds_at_worst: bool
    carrying_clusters: float | None = None


class ClauseEvidence(Document):
    """What a clause is judged by: every part must pass. More is better, whatever the metric.

    `missing` says why a part that was asked for could not be formed; `nothing_to_ask` says why the clause
    has nothing to judge, and passes.
    """

    against: str
    unit: str
    parts: tuple[Part, ...]
    pooled: tuple[str, ...] = ()
    missing: str = ""
    nothing_to_ask: str = ""
    serial: Serial | None = None


class MetricEvidence(Document):
    """One metric of the naive baseline, the champion and the challenger, and the paired advantages.

    `linear` is that of the linear baseline; it is not named where the contract does not ask for one.
    """

    unit: str
    bigger_is_better: bool
    baseline: float | None
    champion: float | None
    challenger: float | None
    challenger_over_baseline: Interval
    challenger_over_champion: Interval | None
    champion_over_baseline: Interval | None
    linear: float | None = Field(default=None, exclude_if=lambda value: value is None)


class SliceEvidence(Document):
    """Rows that share a value; those with too few are pooled into `rest` and named in `pooled`.

    `incumbent` and `challenger` are the objective's loss on these rows, `positives` their labels of 1.
    """

    column: str
    value: str
    pooled: tuple[str, ...]
    rows: int
    positives: int | None
    incumbent: float
    challenger: float
    advantage: Interval


class Bin(Document):
    """Rows of similar predicted probability: what was predicted, and what came."""

    predicted: float
    observed: float
    rows: int


class OperatingPoint(Document):
    """Alarms from `threshold` on (above 1: none): how many rows get one, and the value per row."""

    threshold: float
    value: float
    alarms: int


class ValueCurve(Document):
    """Value by threshold, lowest threshold first, and at the threshold that the model came with."""

    chosen: OperatingPoint
    points: tuple[OperatingPoint, ...]


class ValueByThreshold(Document):
    """The curves by model, and the value per row of alarming nobody and everybody."""

    nobody: float
    everybody: float
    models: dict[str, ValueCurve]


class Confusion(Document):
    """Rows by the class that came (outer) and the one that the challenger found likeliest (inner)."""

    classes: tuple[Class, ...]
    counts: tuple[tuple[int, ...], ...]


class Decided(Document):
    """Rows by the class that came (outer) and the one that a model decided for, and its value per row."""

    counts: tuple[tuple[int, ...], ...]
    value: float


class ValueByClass(Document):
    """What was decided, by model; `outcomes` is what a row is worth by what came (outer) and was decided."""

    classes: tuple[Class, ...]
    outcomes: tuple[tuple[float, ...], ...]
    models: dict[str, Decided]


class Held(Document):
    """In which share of the rows the label lay where a model said that it may, and the share `aimed` at.

    Of a regression that is its interval of possible labels: the prediction more or less `half_width`, in the
    label's unit (None: every label is possible). Of a quantile it is all up to the answer.
    """

    aimed: float
    share: Interval
    half_width: float | None


class Evidence(Document):
    """All that the holdout says about a challenger. `incumbent` is the champion, or the naive baseline.

    That is one answer for every row, the mean label of the training rows: `base_rate`. Of a quantile it is
    the quantile of these labels, of a multiclass model the share of each class, and `base_rate` the largest.
    Only a binary model has positives, only a multiclass one a `confusion`. A currency has what is worth
    money, and a multiclass model then `value_by_class`. `held` is there of
    a quantile, and of a regression that has intervals of possible labels.
    """

    holdout: tuple[str, ...]
    rows: int
    positives: int | None
    clusters: int
    challenger: Hash
    champion: Hash | None
    incumbent: str
    base_rate: float
    currency: str
    drill: bool
    clauses: dict[str, ClauseEvidence]
    metrics: dict[str, MetricEvidence]
    slices: tuple[SliceEvidence, ...]
    reliability: dict[str, tuple[Bin, ...]]
    unseen_categories: dict[str, dict[str, int]]
    alarms: tuple[str, ...]
    value_by_threshold: ValueByThreshold | None = None
    objective: Declared = "binary"
    confusion: Annotated[Confusion | None, Field(exclude_if=lambda found: found is None)] = None
    value_by_class: Annotated[ValueByClass | None, Field(exclude_if=lambda found: found is None)] = None
    held: dict[str, Held] = Field(default={}, exclude_if=lambda held: not held)


class Look(Document):
    """Which look this is: the `ordinal`-th of `allowed` at its holdout (0 for a drill), at 1 / `budget`.

    `in_all` is how many the holdout can have, where looks under contracts with other budgets came
    before; None, and not named, where that is `budget`.
    """

    look: Hash
    periods: tuple[str, ...]
    challenger: Hash
    champion: Hash | None
    contract: Hash
    drill: bool
    ordinal: int
    budget: int
    in_all: int | None = Field(default=None, exclude_if=lambda looks: looks is None)

    @property
    def allowed(self) -> int:
        """How many looks the holdout can have under the contract of this one, those before it included."""
        return self.budget if self.in_all is None else self.in_all


class Measurements(Document):
    """Latencies in milliseconds for one row through encoding and model; rows per second in batch.

    `training_seconds` is how long the training took that made the model; None, and not named, where that
    is not known.
    """

    one_row_p50_ms: float
    one_row_p95_ms: float
    one_row_calls: int
    batch_rows_per_second: float
    model_bytes: int
    training_seconds: float | None = Field(default=None, ge=0, exclude_if=lambda seconds: seconds is None)
