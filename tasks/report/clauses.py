"""Clause by clause: what was asked, how it ended, and the interval beside what must be exceeded. Pure."""

from dataclasses import dataclass

from tasks.decide.contract import ClauseVerdict
from tasks.decide.words import needed_words, serial_words
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Evidence
from tasks.evaluate.metrics import METRICS
from tasks.report.axis import Axis, Bar, Tick, bar, drawn, spanning
from tasks.report.glossary import KINDS
from tasks.report.wording import Scale, confidence, counted, metric_name, scale_of, with_interval

_LEADS = ("beats_baseline", "beats_champion", "not_worse", "slice")


@dataclass(frozen=True)
class Picture:
    """Two intervals on one axis: as judged, and as if rows were independent; what must be exceeded."""

    judged: Bar
    independent: Bar | None
    required: float
    required_words: str
    ticks: tuple[Tick, ...]
    title: str
    description: str


@dataclass(frozen=True)
class ClauseView:
    """A clause as the page shows it."""

    clause: ClauseVerdict
    kind: str
    asks: str
    independent: str
    axis_words: str
    basis: str
    needed: str
    serial: str
    picture: Picture | None


def clause_views(
    clauses: tuple[ClauseVerdict, ...], evidence: Evidence, currency: str
) -> tuple[ClauseView, ...]:
    """The clauses in the contract's order."""
    return tuple(_view(clause, evidence.clauses.get(clause.name), currency) for clause in clauses)


def _view(clause: ClauseVerdict, evidence: ClauseEvidence | None, currency: str) -> ClauseView:
    scale = scale_of(clause.unit, currency)
    axis_words = _axis_words(clause, scale)
    deciding = next((part for part in evidence.parts if part.of == clause.part), None) if evidence else None
    independent = deciding.independent if deciding else None
    open_ = clause.verdict == "undecided" and clause.interval is not None
    return ClauseView(
        clause=clause,
        kind=KINDS[clause.kind],
        asks=clause.asks,
        independent=with_interval(independent, scale, sign=clause.kind != "floor"),
        axis_words=axis_words,
        basis=_basis(clause),
        needed=needed_words(clause) if open_ else "",
        serial=serial_words(clause.serial.lag_one, clause.serial.widening) if clause.serial else "",
        picture=_picture(clause, independent, scale, f"{clause.name}: {clause.asks}"),
    )


def _axis_words(clause: ClauseVerdict, scale: Scale) -> str:
    """What is drawn: more is better, so that what must stay small has a minus before it."""
    name = metric_name(clause.metric)
    if clause.kind in _LEADS:
        of = f" of {clause.part}" if clause.part else ""
        return f"Advantage in {name}{of}, {scale.unit}"
    if clause.kind != "floor":
        told = f"{'Minus ' if _negated(clause) else ''}{name}{f' of {clause.part}' if clause.part else ''}"
        return f"{told[0].upper()}{told[1:]}, {scale.unit}"
    shown = name if METRICS[clause.metric].bigger_is_better else f"minus {name}"
    return f"{shown[0].upper()}{shown[1:]}, {scale.unit}"


def _negated(clause: ClauseVerdict) -> bool:
    """Whether the numbers of a kind that is no lead are of the other sign than its name, as a ceiling's are.

    A ratio of rates is asked as one rate less so much of another, above 0: `Fairness.required`.
    """
    of_ratio = clause.kind == "fairness" and clause.required == 0
    return clause.kind in ("fairness", "calibration", "churn") and not of_ratio


def _basis(clause: ClauseVerdict) -> str:
    interval = clause.interval
    if clause.measured is not None:
        return "a measurement, taken once where the model was trained"
    if interval is None:
        return "no evidence"
    words = (
        f"{counted(interval.rows, 'row')} in {counted(interval.clusters, 'cluster')} (they weigh as much as "
        f"{interval.effective_clusters:.1f} equal ones; the largest holds "
        f"{100 * interval.largest_cluster_share:.1f}% of the rows)"
    )
    if interval.standard_error is not None and interval.degrees_of_freedom is not None:
        freedom = f"{interval.degrees_of_freedom:.1f} degrees of freedom"
        words += f"; standard error {interval.standard_error:.2g}, {freedom}"
    return f"{words}; {interval.method}"


def _picture(clause: ClauseVerdict, independent: Interval | None, scale: Scale, title: str) -> Picture | None:
    axis: Axis = spanning([*drawn(clause.interval), *drawn(independent), clause.required])
    judged = bar(clause.interval, axis)
    if judged is None or clause.interval is None:
        return None
    held = confidence(clause.interval.level)
    told = f"Estimate and {held} interval {with_interval(clause.interval, scale)} {scale.unit}, by cluster"
    if independent is not None:
        told += f"; {with_interval(independent, scale)} if every row were independent"
    required = f"{clause.required:g}".replace("-", "−")
    return Picture(
        judged=judged,
        independent=bar(independent, axis),
        required=axis.at(clause.required),
        required_words=f"must exceed {required}",
        ticks=axis.ticks(sign=clause.kind != "floor"),
        title=title,
        description=f"{told}. The whole interval must exceed {required}. Verdict: {clause.verdict}.",
    )
