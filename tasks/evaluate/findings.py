"""What evaluation finds, as a document: `evidence.json`. Every advantage is positive when better."""

from tasks.documents import Document, Hash
from tasks.evaluate.evidence import Interval


class ClauseEvidence(Document):
    """The estimate a clause is judged by, and what row-level statistics would have said beside it."""

    against: str
    interval: Interval
    independent: Interval


class MetricEvidence(Document):
    """One metric of the naive baseline, the champion and the challenger, and the paired advantages."""

    unit: str
    bigger_is_better: bool
    baseline: float | None
    champion: float | None
    challenger: float | None
    challenger_over_baseline: Interval
    challenger_over_champion: Interval | None
    champion_over_baseline: Interval | None


class SliceEvidence(Document):
    """Rows that share a value; those with too few are pooled into `rest` and named in `pooled`."""

    column: str
    value: str
    pooled: tuple[str, ...]
    rows: int
    positives: int
    incumbent: float
    challenger: float
    advantage: Interval


class Bin(Document):
    """Rows of similar predicted probability: what was predicted, and what came."""

    predicted: float
    observed: float
    rows: int


class Evidence(Document):
    """All that the holdout says about a challenger. `incumbent` is the champion, or the base rate."""

    holdout: tuple[str, ...]
    rows: int
    positives: int
    clusters: int
    challenger: Hash
    champion: Hash | None
    incumbent: str
    base_rate: float
    drill: bool
    clauses: dict[str, ClauseEvidence]
    metrics: dict[str, MetricEvidence]
    slices: tuple[SliceEvidence, ...]
    reliability: dict[str, tuple[Bin, ...]]
    unseen_categories: dict[str, dict[str, int]]
    alarms: tuple[str, ...]


class Look(Document):
    """Which look this is: the `ordinal`-th of `budget` at its holdout (0 for a drill)."""

    look: Hash
    periods: tuple[str, ...]
    challenger: Hash
    champion: Hash | None
    contract: Hash
    drill: bool
    ordinal: int
    budget: int
