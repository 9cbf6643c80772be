"""Drift in sentences, the same ones on a terminal and on a page. Pure."""

from collections.abc import Sequence

from tasks.decide.asks import metric_words
from tasks.drift.findings import (
    CalibrationDrift,
    ClassShift,
    ColumnDrift,
    ConceptDrift,
    CovariateShift,
    LabelShift,
    Meeting,
    MovedSlice,
    Shifts,
    Volume,
)
from tasks.evaluate.evidence import Interval
from tasks.periods import spanned
from tasks.report.wording import NOTHING, counted, number, share

_SLICES = 3
NOT_ENOUGH = "no batch later than what the champion learned from has arrived: nothing to compare"


def against(found: Shifts) -> str:
    """What is compared with what."""
    first, last = found.trained_on[0], found.trained_on[-1]
    learned_from = first if first == last else f"{first} to {last}"
    same = "weeks of its month" if found.season == "week" else f"the same {found.season}"
    each = f", each {found.season} with {same}" if found.season else ""
    unchecked = ", ".join(found.unchecked)
    more = f"; not checked by today's rules yet, so all rows count: {unchecked}" if unchecked else ""
    newest = found.newest or "no newer batch"
    return f"{newest} against {learned_from}, which the champion learned from{each}{more}"


def covariate_words(shift: CovariateShift) -> str:
    """How many columns, how much of the champion's use, and by what measure of usual."""
    drifted = [one for one in shift.columns if one.drifted]
    said = f"{len(drifted)} of {counted(len(shift.columns), 'column')} drifted"
    weights = [one.weight for one in drifted if one.weight is not None]
    if weights and len(weights) == len(drifted):
        said += f", with {share(sum(weights))} of what moves the champion's answers"
    if shift.by_luck is None:
        return f"{said}. The thresholds are fixed: there are too few periods to learn what is usual."
    return (
        f"{said}. Usual is the most by which a period that it learned from differs from the others, or what "
        "luck may do where that is more; without any drift about "
        f"{number(shift.by_luck, 1)} such limits would be passed."
    )


def slice_words(found: Sequence[MovedSlice]) -> str:
    """Which features have moved in one slice alone, the three that are farthest beyond usual; or nothing."""
    told = []
    for one in found[:_SLICES]:
        far = f"{number(one.effect, 3)}{'' if one.categorical else ' sd'}" if one.effect else ""
        gone = f"missing {number(100 * one.missing, 1, sign=True)} points" if one.missing else ""
        told.append(f"{one.column} where {one.slice} is {one.value} ({', '.join(filter(None, (far, gone)))})")
    more = f" and {len(found) - _SLICES} more" if len(found) > _SLICES else ""
    return f"More than usual in a slice and not in the whole: {'; '.join(told)}{more}." if told else ""


def volume_words(found: Volume) -> str:
    """How many rows came, and whether that is an unusual number."""
    said = f"{counted(found.rows, 'row')} came, where a period has {counted(round(found.mean), 'row')}"
    if found.change is None:
        return f"{said}."
    verdict = "unusually many" if found.change > 0 else "unusually few"
    more = f"{number(100 * found.change, 1, sign=True)}%, usual {share(found.usual)}"
    return f"{said}: {more}{f': {verdict}' if found.drifted else ''}."


def effect_words(column: ColumnDrift) -> str:
    """The effect with its unit."""
    if column.effect is None:
        return NOTHING
    return f"{number(column.effect, 3)}{'' if column.categorical else ' sd'}"


def missing_words(column: ColumnDrift) -> str:
    """By how many points the share of missing values rose, and the share of unseen categories."""
    said = f"{number(100 * column.missing, 1, sign=True)}" if column.missing else ""
    if column.unseen:
        said += f"{'; ' if said else ''}{share(column.unseen, decimals=2)} unseen"
    return said


def label_words(shift: LabelShift) -> str:
    """From what to what, by how much, and whether that is more than usual."""
    if shift.change.estimate is None:
        return f"{shift.label}: not known: {shift.change.note}"
    usual = "not known yet" if shift.usual is None else number(shift.usual)
    verdict = "shifted" if shift.shifted else "not shifted"
    means = f"{number(shift.newest.estimate)} after {number(shift.reference.estimate)}"
    return f"{shift.label}: {verdict}. Mean {means}: {bounds(shift.change)}; usual {usual}."


def class_words(shift: ClassShift) -> str:
    """How many rows would have to be of another class, and whether that is more than usual."""
    if shift.effect is None:
        return f"{shift.label}: not known: no labelled rows"
    usual = "not known yet" if shift.usual is None else share(shift.usual)
    verdict = "shifted" if shift.shifted else "not shifted"
    return f"{shift.label}: {verdict}. {share(shift.effect)} of the rows are of other classes; usual {usual}."


def concept_words(found: ConceptDrift) -> str:
    """What the champion was worth when it was promoted."""
    name = metric_words(found.metric)
    if found.lead is None:
        return f"{name} at its promotion: {found.withheld}."
    return (
        f"{name} at its promotion, on {', '.join(found.promoted_on)}: {number(found.champion)}, ahead of the "
        f"naive baseline ({number(found.baseline)}) by {bounds(found.lead)} {found.unit}."
    )


def baseline_words(found: ConceptDrift) -> tuple[str, ...]:
    """An alarm for each decision in which the naive baseline did better than the champion."""
    return tuple(
        f"BELOW THE NAIVE BASELINE on {spanned(one.holdout)} ({one.baseline_wins}): "
        f"{number(one.champion)} against {number(one.baseline)}"
        for one in found.meetings
        if one.baseline_wins
    )


def calibration_words(found: CalibrationDrift) -> str:
    """Whether what comes still is what the champion says, overall; and in which bins of its score not."""
    where = f"calibration on {spanned(found.holdout)} (entry {found.entry})"
    if found.withheld:
        return f"{where}: not known: {found.withheld}"
    off = [f"{number(one.predicted, 2)} ({bounds(one.change)})" for one in found.bins if one.drifted]
    said = f"{where}: {'drifted' if found.drifted else 'not drifted'}. Label minus probability: "
    said += f"{bounds(found.now)}, changed by {bounds(found.change)} since the promotion"
    return f"{said}; of scores about {', '.join(off)}." if off else f"{said}."


def verdict_words(meeting: Meeting) -> str:
    """What a decision's holdout says of the champion."""
    if meeting.withheld:
        return meeting.withheld
    if meeting.baseline_wins:
        return f"BELOW THE NAIVE BASELINE ({meeting.baseline_wins})"
    return "its lead has fallen" if meeting.fallen else "no fall to be seen"


def bounds(interval: Interval | None) -> str:
    """`+0.0139 [+0.0038, +0.0240]`, or the estimate and why it has no bounds."""
    if interval is None or interval.estimate is None:
        return NOTHING
    estimate = number(interval.estimate, sign=True)
    if interval.low is None or interval.high is None:
        return f"{estimate} (no interval: {interval.note})"
    return f"{estimate} [{number(interval.low, sign=True)}, {number(interval.high, sign=True)}]"
