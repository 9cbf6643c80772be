"""A decision in markdown, for an orchestrator's page: headline, alarms, clauses, metrics. Pure."""

import re

from tasks.decide.contract import ClauseVerdict
from tasks.decide.decision import Decision
from tasks.decide.sealed import LATER
from tasks.evaluate.findings import Evidence, MetricEvidence
from tasks.evaluate.metrics import METRICS
from tasks.objectives import OBJECTIVES
from tasks.report.wording import counted, metric_name, number, scale_of, with_interval

MARKS = {"promote": "✔", "pass": "✔", "keep": "✘", "fail": "✘", "undecided": "?"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#|~!])")


def markdown(decision: Decision, evidence: Evidence) -> str:
    """The decision as an artifact's markdown; what people wrote is escaped, HTML included."""
    lines = [f"# {MARKS[decision.verdict]} {decision.verdict.upper()}: {_plain(decision.model)}", ""]
    lines += [f"> **ALARM: {_plain(alarm)}**\n" for alarm in decision.alarms]
    if decision.drill:
        lines += [
            "**This is a drill**: the challenger was trained on shuffled labels; it cannot be promoted.",
            "",
        ]
    lines += [f"**{_plain(decision.headline)}**", ""]
    rows, clusters = counted(decision.rows, "row"), counted(decision.clusters, "cluster")
    told = f"Holdout {', '.join(decision.holdout)}: {rows} in {clusters}. {would_have_been(decision)}"
    lines += [_plain(told), ""]
    lines += _table(
        ("clause", "owner", "verdict", "estimate [interval]", "required", "if every row were independent"),
        [_clause(clause) for clause in decision.clauses],
    )
    if decision.sealed:
        return "\n".join(lines)
    baseline = OBJECTIVES[evidence.objective].baseline
    lines += _table(
        ("metric", baseline, "champion", "challenger", f"over {baseline}", "over champion"),
        [_metric(name, evidence.metrics[name]) for name in METRICS if name in evidence.metrics],
    )
    return "\n".join(lines)


def would_have_been(decision: Decision) -> str:
    """What row-level statistics would have done, and what alone stood in the way of a promotion."""
    if decision.row_level_would_promote is None:
        return f"What row-level statistics would have done is not told yet: {LATER}."
    would = "would" if decision.row_level_would_promote else "would not"
    words = f"Row-level statistics {would} have promoted it"
    if decision.verdict == "promote":
        return f"{words}{' too' if decision.row_level_would_promote else ''}."
    if len(decision.but_for) == 1:
        return f"{words}. But for {decision.but_for[0]}, it would have been promoted."
    return f"{words}."


def _clause(clause: ClauseVerdict) -> tuple[str, ...]:
    scale = scale_of(clause.unit)
    return (
        _plain(clause.name),
        _plain(clause.owner),
        f"{MARKS[clause.verdict]} {clause.verdict}",
        _plain(with_interval(clause.interval, scale)),
        _plain(clause.asks),
        f"{MARKS[clause.row_level]} {clause.row_level}" if clause.row_level else "not told yet",
    )


def _metric(name: str, metric: MetricEvidence) -> tuple[str, ...]:
    scale = scale_of(metric.unit)
    way = "higher is better" if metric.bigger_is_better else "lower is better"
    return (
        f"{_plain(metric_name(name))} ({_plain(scale.unit)}, {way})",
        *(number(value, scale.decimals) for value in (metric.baseline, metric.champion, metric.challenger)),
        _plain(with_interval(metric.challenger_over_baseline, scale)),
        _plain(with_interval(metric.challenger_over_champion, scale)),
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    return [*(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)), ""]


def _plain(text: str) -> str:
    """Text that markdown shows as it is: on one line, without markup or HTML."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", flat)
