"""By slice: the advantage in the loss of each, as a forest plot. Descriptive: no clause reads it. Pure."""

from dataclasses import dataclass
from itertools import groupby

from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import SliceEvidence
from tasks.evaluate.metrics import METRICS
from tasks.objectives import BINARY, Objective
from tasks.report.axis import Axis, Bar, Tick, bar, spanning_most
from tasks.report.wording import Scale, counted, scale_of, share, with_interval

# Beyond this many slices of one column, the smaller ones are folded away.
SHOWN = 14


@dataclass(frozen=True)
class SliceView:
    """One row of the plot; `reading` is better, worse or unclear, by its interval."""

    value: str
    pooled: tuple[str, ...]
    rows: str
    positives: str
    incumbent: float
    challenger: float
    advantage: str
    reading: str
    bar: Bar | None
    radius: float
    title: str


@dataclass(frozen=True)
class Group:
    """The slices of one column: those shown at once, and those folded away."""

    column: str
    shown: tuple[SliceView, ...]
    folded: tuple[SliceView, ...]


@dataclass(frozen=True)
class Forest:
    """All groups on one axis, and in one sentence what stands out."""

    groups: tuple[Group, ...]
    zero: float
    ticks: tuple[Tick, ...]
    summary: str


def forest(slices: tuple[SliceEvidence, ...], objective: Objective = BINARY) -> Forest | None:
    """The plot, or None where no slices were asked for."""
    if not slices:
        return None
    scale = scale_of(METRICS[objective.loss].unit)
    axis = spanning_most([one.advantage for one in slices])
    largest = max(one.rows for one in slices)
    groups = []
    for column, members in groupby(slices, key=lambda one: one.column):
        views = tuple(_view(one, axis, largest, scale) for one in members)
        groups.append(Group(column, views[:SHOWN], views[SHOWN:]))
    return Forest(tuple(groups), axis.at(0), axis.ticks(sign=True), _summary(slices))


def reading(interval: Interval) -> str:
    """What the interval says by itself: better, worse, or unclear."""
    if interval.low is None or interval.high is None:
        return "unclear"
    if interval.low > 0:
        return "better"
    return "worse" if interval.high < 0 else "unclear"


def _view(one: SliceEvidence, axis: Axis, largest: int, scale: Scale) -> SliceView:
    told = with_interval(one.advantage, scale)
    return SliceView(
        value=one.value,
        pooled=one.pooled,
        rows=counted(one.rows),
        positives="" if one.positives is None else share(one.positives, one.rows),
        incumbent=one.incumbent,
        challenger=one.challenger,
        advantage=told,
        reading=reading(one.advantage),
        bar=bar(one.advantage, axis),
        radius=round(3 + 3 * (one.rows / largest) ** 0.5, 2),
        title=f"{one.column} {one.value}: {told} {scale.unit} on {counted(one.rows, 'row')}",
    )


def _summary(slices: tuple[SliceEvidence, ...]) -> str:
    found = [reading(one.advantage) for one in slices]
    better, worse = found.count("better"), found.count("worse")
    level = max(one.advantage.level for one in slices)
    return (
        f"{counted(len(slices), 'slice')}: better in {better}, worse in {worse}, unclear in "
        f"{len(slices) - better - worse}. With equal models, luck alone would show about "
        f"{level * len(slices):.1f} of them as better and as many as worse."
    )
