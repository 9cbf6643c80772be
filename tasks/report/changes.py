"""What changed the challenger's mind: its attributions less the champion's, as pictures. Pure."""

from dataclasses import dataclass

from tasks.evaluate.evidence import Interval
from tasks.explain.explanation import Change, ChangedRows, Explanation
from tasks.objectives import BINARY, Objective
from tasks.report.answers import WORDS
from tasks.report.axis import Bar, Tick, bar, drawn, spanning
from tasks.report.wording import Scale, counted, number, share, with_interval

# Beyond this many features, the smaller ones are folded away.
SHOWN = 6
_DECIMALS = 2
_TITLES = {"all rows": "On all rows", "new alarms": "New alarms", "dropped alarms": "Dropped alarms"}
_WHO = {"new alarms": "challenger", "dropped alarms": "champion"}


@dataclass(frozen=True)
class ChangeView:
    """One feature; `reading` is raises, lowers or unclear, by the interval of the difference."""

    feature: str
    note: str
    difference: str
    moved: str
    reading: str
    bar: Bar | None
    radius: float
    title: str


@dataclass(frozen=True)
class ChangedView:
    """Some rows: what changed there, the largest difference first, on an axis of their own."""

    title: str
    summary: str
    shown: tuple[ChangeView, ...]
    folded: tuple[ChangeView, ...]
    zero: float
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class ChangesView:
    """All rows, new alarms and dropped alarms; `thresholds` says where the two models' differ."""

    groups: tuple[ChangedView, ...]
    thresholds: str


def changes_view(explanation: Explanation, objective: Objective = BINARY) -> ChangesView | None:
    """What changed from the champion to the challenger; None without a champion."""
    if not explanation.changes:
        return None
    return ChangesView(
        tuple(_group(one, explanation.rows, objective) for one in explanation.changes),
        _thresholds(explanation),
    )


def _group(found: ChangedRows, rows: int, objective: Objective) -> ChangedView:
    scale = Scale(objective.scale, _DECIMALS)
    axis = spanning([0.0, *(place for one in found.features for place in drawn(one.difference))], margin=0.05)
    views = tuple(
        ChangeView(
            feature=one.feature,
            note=f"only the {one.only} has it" if one.only else "",
            difference=with_interval(one.difference, scale),
            moved=f"{number(one.moved.estimate, _DECIMALS)} either way",
            reading=_reading(one.difference),
            bar=bar(one.difference, axis),
            radius=4.5,
            title=f"{one.feature}: {with_interval(one.difference, scale)} {scale.unit}",
        )
        for one in found.features
    )
    ticks = axis.ticks(sign=True) if views else ()
    return ChangedView(
        _TITLES[found.of], _summary(found, rows, objective), views[:SHOWN], views[SHOWN:], axis.at(0), ticks
    )


def _summary(found: ChangedRows, rows: int, objective: Objective) -> str:
    lead = with_interval(found.answer, Scale(objective.scale, _DECIMALS))
    said = WORDS[objective.name].said
    differs = f"the challenger's {said} differ{'' if said.endswith('s') else 's'}"
    if found.of == "all rows":
        start = number(found.start, 2, sign=True)
        return (
            f"On average over {counted(rows, 'row')} {differs} from the champion's by "
            f"{lead}; of that the start makes {start}. {_furthest(found.features)}"
        )
    who, here = _WHO[found.of], found.answer.rows
    if not here:
        return f"On none of the {counted(rows, 'row')} does the {who} alone raise an alarm."
    return (
        f"On {counted(here)} of {counted(rows, 'row')} ({share(here, rows)}) the {who} alone raises "
        f"an alarm. There {differs} from the champion's by {lead}."
    )


def _furthest(changes: tuple[Change, ...]) -> str:
    moved = max(changes, key=lambda one: one.moved.estimate or 0.0, default=None)
    if moved is None or not moved.moved.estimate:
        return "No row's attributions changed."
    distance = number(moved.moved.estimate, 2)
    return f"Either way, single rows were moved furthest by {moved.feature}: by {distance} on average."


def _thresholds(explanation: Explanation) -> str:
    first, second = (explanation.models[role].threshold for role in ("challenger", "champion"))
    if first is None or second is None:
        return ""
    if first == second:
        return "Both models raise an alarm from the same probability."
    return (
        f"The challenger raises an alarm {_from(first)}, the champion {_from(second)}: part of what differs "
        "in alarms is this, and not the features."
    )


def _from(threshold: float) -> str:
    return f"from a probability of {share(threshold)}" if threshold <= 1 else "never"


def _reading(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return "unclear"
    if interval.low > 0:
        return "raises"
    return "lowers" if interval.high < 0 else "unclear"
