"""The year in one table, from the ledger's own evidence, and a page that links the reports."""

from html import escape
from pathlib import Path
from typing import Any

from example.cycles import Cycle
from rich.table import Table
from rich.text import Text

from tasks.evaluate.findings import Evidence
from tasks.ledger import Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.show import show
from tasks.terminal import verdict_text

_NONE = "–"


def year_table(cycles: list[Cycle], ledger: Ledger, reports: Path) -> Table:
    """A row per cycle; writes the reports it speaks of, and their index, into `reports`."""
    table = Table(
        "cycle", "rows", "validation", "base rate", "champion", "challenger",
        "challenger over champion [90%]", "row-level", "verdict", "reason", "s",
        title="log loss on the holdout month; positive differences are better; clusters are days",
    )  # fmt: skip
    links = []
    for cycle in cycles:
        entry = cycle.result.get("entry") if cycle.result.get("decision") else None
        cells = _judged(ledger, entry) if entry else _unjudged(cycle)
        table.add_row(cycle.name, *cells, f"{cycle.seconds:.0f}")
        for alarm in cycle.result.get("alarms", ()):
            table.add_row("", "", "", "", Text("↑", "bold red"), "", Text(alarm, "bold red"), "", "", "", "")
        if entry:
            show(ledger, entry, reports / f"{cycle.name.replace(' ', '-')}.html")
            links.append((cycle.name, str(cycle.result["verdict"]), str(cycle.result["headline"])))
    _index(links, reports)
    return table


def _judged(ledger: Ledger, entry: int) -> tuple[Any, ...]:
    found = show(ledger, entry)
    if found.decision is None:
        return _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE
    data = fetch_artifact(ledger.store, ledger.model, found.artifacts["evidence.json"])
    evidence = Evidence.model_validate_json(data)
    loss, decision = evidence.metrics["log_loss"], found.decision
    paired = loss.challenger_over_champion
    reason = ", ".join(f"{one.name}: {one.verdict}" for one in decision.clauses if one.verdict != "pass")
    row_level = "promote" if decision.row_level_would_promote else "keep"
    return (
        f"{evidence.rows:,}",
        "good",
        _number(loss.baseline),
        _number(loss.champion),
        _number(loss.challenger),
        f"{paired.estimate:+.4f} [{paired.low:+.4f}, {paired.high:+.4f}]"
        if paired and None not in (paired.estimate, paired.low, paired.high)
        else "no champion yet",
        verdict_text(row_level),
        verdict_text(decision.verdict),
        reason or "all clauses pass",
    )


def _unjudged(cycle: Cycle) -> tuple[Any, ...]:
    result = cycle.result.get("verdict", "done")
    if result == "blocked":
        return (
            _NONE,
            verdict_text("blocked"),
            *[_NONE] * 5,
            verdict_text("blocked"),
            cycle.result["headline"],
        )
    said = (
        cycle.result.get("headline") or f"champion is {str(cycle.result['champion']['candidate'])[:12]} again"
    )
    validation = "good" if cycle.result.get("arrived") else _NONE
    return (_NONE, validation, *[_NONE] * 5, verdict_text(str(result)), said)


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"


def _index(links: list[tuple[str, str, str]], reports: Path) -> None:
    items = "".join(
        f'<li><a href="{escape(name.replace(" ", "-"))}.html">{escape(name)}</a>: '
        f"<b>{escape(verdict)}</b>. {escape(headline)}</li>"
        for name, verdict, headline in links
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<title>The year 2013</title><style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;"
        "padding:0 1rem;color-scheme:light dark}li{margin:.5rem 0}</style>"
        f"<h1>The year 2013, decision by decision</h1><ol>{items}</ol></html>"
    )
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "index.html").write_text(page, encoding="utf-8")
