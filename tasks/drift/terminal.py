"""Drift on a terminal: three headings, since these are three different things."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tasks.drift.findings import ClassShift, ConceptDrift, CovariateShift, Drift
from tasks.drift.words import (
    NOT_ENOUGH,
    against,
    baseline_words,
    bounds,
    calibration_words,
    class_words,
    concept_words,
    covariate_words,
    effect_words,
    label_words,
    missing_words,
    slice_words,
    verdict_words,
    volume_words,
)
from tasks.periods import spanned
from tasks.report.wording import number, share


def drift_text(found: Drift) -> RenderableType:
    """As a person reads it."""
    parts: list[RenderableType] = [against(found)]
    if found.corrected:
        parts.append(f"corrected since it learned from them: {', '.join(found.corrected)}")
    parts.append(_heading("Covariate shift: the inputs"))
    if found.covariate_shift is None:
        parts.append(NOT_ENOUGH)
    else:
        parts += [_columns(found.covariate_shift), covariate_words(found.covariate_shift)]
    if found.slices:
        parts.append(Text(slice_words(found.slices), style="yellow"))
    if found.volume is not None:
        parts.append(Text(volume_words(found.volume), style="yellow" if found.volume.drifted else ""))
    if found.label_shift is not None:
        parts += [_heading("Label shift: what comes, on average"), label_words(found.label_shift)]
    if found.class_shift is not None:
        parts += [_heading("Label shift: which classes come"), _classes(found.class_shift)]
        parts.append(class_words(found.class_shift))
    concept = found.concept_drift
    parts += [_heading("Concept drift: what ties labels to inputs"), concept_words(concept)]
    parts += [Text(alarm, style="bold red") for alarm in baseline_words(concept)]
    parts.append(_meetings(concept))
    if concept.calibration is not None:
        style = "yellow" if concept.calibration.drifted else ""
        parts.append(Text(calibration_words(concept.calibration), style=style))
    return Group(*parts)


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _columns(shift: CovariateShift) -> Table:
    table = Table("column", "effect", "usual", "missing, points", "usual", "since", "weight", box=None)
    for one in shift.columns:
        table.add_row(
            one.column,
            effect_words(one),
            number(one.usual, 3),
            missing_words(one),
            number(100 * one.usual_missing, 1),
            one.since or "",
            "" if one.weight is None else share(one.weight),
            style="yellow" if one.drifted else "",
        )
    return table


def _classes(shift: ClassShift) -> Table:
    table = Table("class", "share before", "share now", "change", box=None)
    for one in shift.classes:
        before, now = number(one.reference.estimate), number(one.newest.estimate)
        table.add_row(one.name, before, now, bounds(one.change), style="yellow" if one.clear else "")
    return table


def _meetings(concept: ConceptDrift) -> RenderableType:
    if not concept.meetings:
        return "no later decision has met this champion yet"
    table = Table(
        "entry",
        "holdout",
        "champion",
        "baseline",
        "lead over it",
        "change of the lead",
        "",
        box=None,
    )
    for one in concept.meetings:
        table.add_row(
            str(one.entry),
            spanned(one.holdout),
            number(one.champion),
            number(one.baseline),
            bounds(one.lead),
            bounds(one.change),
            Text(verdict_words(one), style="bold red" if one.baseline_wins else "yellow" * one.fallen),
        )
    return table
