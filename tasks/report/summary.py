"""A decision in markdown, for an orchestrator's page: headline, alarms, clauses, metrics. Pure."""

import re
from collections.abc import Mapping

from tasks.decide.contract import ClauseVerdict
from tasks.decide.decision import Decision
from tasks.decide.sealed import LATER
from tasks.evaluate.findings import Evidence, MetricEvidence
from tasks.evaluate.metrics import METRICS
from tasks.objectives import OBJECTIVES, ObjectiveName
from tasks.periods import spanned
from tasks.report.wording import counted, metric_name, number, scale_of, with_interval

MARKS = {"promote": "✔", "pass": "✔", "keep": "✘", "fail": "✘", "undecided": "?"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#|~!])")


def markdown(decision: Decision, evidence: Evidence) -> str:
    """The decision as an artifact's markdown; what people wrote is escaped, HTML included."""
    lines = [f"# {heading(decision)}", "", *decided(decision)]
    return "\n".join(
        lines if decision.sealed else lines + metrics_table(evidence.objective, evidence.metrics)
    )


def heading(decision: Decision) -> str:
    """The verdict and the model's name."""
    return f"{MARKS[decision.verdict]} {decision.verdict.upper()}: {plain(decision.model)}"


def decided(decision: Decision) -> list[str]:
    """Alarms, headline and clauses, line by line."""
    lines = [f"> **ALARM: {plain(alarm)}**\n" for alarm in decision.alarms]
    if decision.drill:
        lines += [
            "**This is a drill**: the challenger was trained on shuffled labels; it cannot be promoted.",
            "",
        ]
    lines += [f"**{plain(decision.headline)}**", ""]
    rows, clusters = counted(decision.rows, "row"), counted(decision.clusters, "cluster")
    told = f"Holdout {spanned(decision.holdout)}: {rows} in {clusters}. {would_have_been(decision)}"
    lines += [plain(told), ""]
    return lines + table(
        ("clause", "owner", "verdict", "estimate [interval]", "required", "if every row were independent"),
        [_clause(clause) for clause in decision.clauses],
    )


def metrics_table(objective: ObjectiveName, metrics: Mapping[str, MetricEvidence]) -> list[str]:
    """Each metric of baseline, champion and challenger, line by line."""
    baseline = OBJECTIVES[objective].baseline
    return table(
        ("metric", baseline, "champion", "challenger", f"over {baseline}", "over champion"),
        [_metric(name, metrics[name]) for name in METRICS if name in metrics],
    )


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
        plain(clause.name),
        plain(clause.owner),
        f"{MARKS[clause.verdict]} {clause.verdict}",
        plain(with_interval(clause.interval, scale)),
        plain(clause.asks),
        f"{MARKS[clause.row_level]} {clause.row_level}" if clause.row_level else "not told yet",
    )


def _metric(name: str, metric: MetricEvidence) -> tuple[str, ...]:
    scale = scale_of(metric.unit)
    way = "higher is better" if metric.bigger_is_better else "lower is better"
    return (
        f"{plain(metric_name(name))} ({plain(scale.unit)}, {way})",
        *(number(value, scale.decimals) for value in (metric.baseline, metric.champion, metric.challenger)),
        plain(with_interval(metric.challenger_over_baseline, scale)),
        plain(with_interval(metric.challenger_over_champion, scale)),
    )


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A table of cells that are markdown already, line by line, and an empty line."""
    return [*(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)), ""]


def plain(text: str) -> str:
    """Text that markdown shows as it is: on one line, without markup or HTML."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", flat)
