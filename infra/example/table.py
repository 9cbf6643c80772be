"""The year in one table, from the ledger's own evidence, and a page of both gates that links the reports."""

from pathlib import Path
from typing import Any

from example.cycles import Cycle
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from tasks.documents import write_atomically
from tasks.errors import Corrupt
from tasks.evaluate.findings import Evidence
from tasks.ledger import Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.past import read_past
from tasks.report import render_history
from tasks.show import show
from tasks.terminal import verdict_text

_NONE = "–"


def year_table(cycles: list[Cycle], ledger: Ledger, reports: Path) -> Table:
    """A row per cycle; writes the reports it speaks of, and the page of both gates, into `reports`."""
    table = Table(
        "cycle", "rows", "validation", "base rate", "champion", "challenger", "better by [90%]", "row-level",
        "verdict", "reason", "s", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True,
        title="Log loss on the holdout month; better by: challenger over champion, clustered by day",
    )  # fmt: skip
    links = {}
    for cycle in cycles:
        rows = f"{cycle.result['rows']:,}" if cycle.result.get("rows") else _NONE
        entry = cycle.result.get("entry") if cycle.result.get("decision") else None
        cells = _judged(ledger, entry) if entry else _unjudged(cycle)
        table.add_row(cycle.name, rows, *cells, f"{cycle.seconds:.0f}")
        if entry:
            links[entry] = f"{cycle.name.replace(' ', '-')}.html"
            show(ledger, entry, reports / links[entry])
    for column in table.columns[:-2]:
        column.no_wrap = True
    write_atomically(reports / "index.html", render_history(ledger.model, read_past(ledger), links).encode())
    return table


def alarms(cycles: list[Cycle]) -> Text:
    """What must be said loudly, a line each."""
    text = Text()
    for cycle in cycles:
        for alarm in cycle.result.get("alarms", ()):
            text.append(f"! {cycle.name}: {alarm}\n", style="bold red")
    return text


def _judged(ledger: Ledger, entry: int) -> tuple[Any, ...]:
    found = show(ledger, entry)
    if found.decision is None:
        raise Corrupt(f"entry {entry} is no decision")
    data = fetch_artifact(ledger.store, ledger.model, found.artifacts["evidence.json"])
    evidence = Evidence.parse(data)
    loss, decision = evidence.metrics["log_loss"], found.decision
    paired = loss.challenger_over_champion
    reason = ", ".join(f"{one.name}: {one.verdict}" for one in decision.clauses if one.verdict != "pass")
    difference = "no champion yet"
    if paired is not None and paired.estimate is not None:
        difference = f"{paired.estimate:+.4f} [{paired.low:+.4f}, {paired.high:+.4f}]"
    return (
        "good",
        _number(loss.baseline),
        _number(loss.champion) + (" !" if decision.alarms else ""),
        _number(loss.challenger),
        difference,
        verdict_text("promote" if decision.row_level_would_promote else "keep"),
        verdict_text(decision.verdict),
        reason or "every clause passes",
    )


def _unjudged(cycle: Cycle) -> tuple[Any, ...]:
    verdict = str(cycle.result.get("verdict", "done"))
    said = (
        cycle.result.get("headline") or f"champion is {str(cycle.result['champion']['candidate'])[:8]} again"
    )
    validation = "blocked" if verdict == "blocked" else "good" if cycle.result.get("arrived") else _NONE
    return (verdict_text(validation), *[_NONE] * 5, verdict_text(verdict), said)


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"
