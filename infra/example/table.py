"""The year in one table, from the ledger's own evidence, and a page that links the reports."""

from html import escape
from pathlib import Path
from typing import Any

from example.cycles import Cycle
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from tasks.errors import Corrupt
from tasks.evaluate.findings import Evidence
from tasks.ledger import Ledger
from tasks.ledger.artifacts import fetch_artifact
from tasks.show import show
from tasks.terminal import verdict_text

_NONE = "–"


def year_table(cycles: list[Cycle], ledger: Ledger, reports: Path) -> Table:
    """A row per cycle; writes the reports it speaks of, and their index, into `reports`."""
    table = Table(
        "cycle", "rows", "validation", "base rate", "champion", "challenger", "better by [90%]", "row-level",
        "verdict", "reason", "s", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True,
        title="Log loss on the holdout month; better by: challenger over champion, clustered by day",
    )  # fmt: skip
    links = []
    for cycle in cycles:
        rows = f"{cycle.result['rows']:,}" if cycle.result.get("rows") else _NONE
        entry = cycle.result.get("entry") if cycle.result.get("decision") else None
        cells = _judged(ledger, entry) if entry else _unjudged(cycle)
        table.add_row(cycle.name, rows, *cells, f"{cycle.seconds:.0f}")
        if entry:
            show(ledger, entry, reports / f"{cycle.name.replace(' ', '-')}.html")
            links.append((cycle.name, str(cycle.result["verdict"]), str(cycle.result["headline"])))
    for column in table.columns[:-2]:
        column.no_wrap = True
    _index(links, reports)
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
