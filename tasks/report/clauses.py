"""Clause by clause: what was asked, how it ended, and the interval beside what must be exceeded. Pure."""

from dataclasses import dataclass

from tasks.decide.contract import ClauseVerdict
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Evidence
from tasks.evaluate.metrics import METRICS
from tasks.report.axis import Axis, Bar, Tick, bar, drawn, spanning
from tasks.report.wording import Scale, confidence, counted, metric_name, scale_of, with_interval


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
    asks: str
    independent: str
    axis_words: str
    basis: str
    picture: Picture | None


def clause_views(
    clauses: tuple[ClauseVerdict, ...], evidence: Evidence, currency: str
) -> tuple[ClauseView, ...]:
    """The clauses in the contract's order."""
    return tuple(_view(clause, evidence.clauses.get(clause.name), currency) for clause in clauses)


def asks(clause: ClauseVerdict, unit: str) -> str:
    """The requirement in words."""
    name = metric_name(clause.metric)
    if clause.kind == "floor":
        # A ceiling over a loss was judged as a floor under its negative: say it as it was declared.
        bigger = METRICS[clause.metric].bigger_is_better
        return f"{name} above {clause.required:g}" if bigger else f"{name} below {-clause.required:g}"
    lead = f"by more than {clause.required:g} {unit}" if clause.required else "by any amount above 0"
    return f"better {name} than {clause.against}, {lead}"


def _view(clause: ClauseVerdict, evidence: ClauseEvidence | None, currency: str) -> ClauseView:
    scale = scale_of(clause.unit, currency)
    wanted = asks(clause, scale.unit)
    axis_words = _axis_words(clause, scale)
    independent = evidence.independent if evidence else None
    return ClauseView(
        clause=clause,
        asks=wanted,
        independent=with_interval(independent, scale, sign=clause.kind != "floor"),
        axis_words=axis_words,
        basis=_basis(clause.interval),
        picture=_picture(clause, independent, scale, f"{clause.name}: {wanted}"),
    )


def _axis_words(clause: ClauseVerdict, scale: Scale) -> str:
    name = metric_name(clause.metric)
    if clause.kind != "floor":
        return f"Advantage in {name}, {scale.unit}"
    shown = name if METRICS[clause.metric].bigger_is_better else f"minus {name}"
    return f"{shown[0].upper()}{shown[1:]}, {scale.unit}"


def _basis(interval: Interval | None) -> str:
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
