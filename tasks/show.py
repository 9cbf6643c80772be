"""One entry of the ledger, and for a decision or a promotion what it rests on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import Field
from rich.console import Group, RenderableType
from rich.text import Text

from tasks.decide.decision import Decision
from tasks.documents import Document, write_atomically
from tasks.errors import BadInput
from tasks.ledger import (
    Approved,
    ArtifactRef,
    Decided,
    Entry,
    Ledger,
    Promoted,
    Registered,
    Rejected,
    RolledBack,
    State,
)
from tasks.ledger.artifacts import artifact_key, artifacts_of, fetch_artifact
from tasks.ledger.looks import retired
from tasks.ledger.office import promotion_of
from tasks.ledger.waiting import held_words, stale_words, waiting_words
from tasks.opening import open_ledger
from tasks.terminal import decision_table, explanation, summary, verdict_text
from tasks.unsealed import unsealed

_APART = timedelta(minutes=1)
"""How far two clocks may be apart before anybody is told."""


class Shown(Document):
    """An entry, the decision document behind it if there is one, and where its report lies in the store.

    `promotion` says of the entry of a decision to promote what became of it. `stored` is when the entry was
    put into the store, by the store's clock; the time inside of it is by the writer's.
    """

    schema_version: int = 1
    entry: Entry
    decision: Decision | None = None
    promotion: str | None = None
    report: str | None = None
    artifacts: dict[str, ArtifactRef] = Field(default_factory=dict)
    stored: str | None = None


def show(ledger: Ledger, number: int, page: Path | None = None) -> Shown:
    """Read entry `number` and verify what it shows; with `page`, save the report there."""
    state = ledger.state()
    last = state.number
    if not 1 <= number <= last:
        raise BadInput(f"expected an entry from 1 to {last}, found {number}; see `evergreen history`")
    entry = ledger.entry(number)
    named = _artifacts(ledger, entry)
    if page is not None and "report.html" not in named:
        raise BadInput(f"entry {number} ({entry.body.kind}) has no report; decisions and promotions have")
    stored = _stored(ledger, number)
    if "decision.json" not in named:
        return Shown(entry=entry, stored=stored)
    decision = Decision.parse(
        fetch_artifact(ledger.store, ledger.model, named["decision.json"]), f"entry {number}"
    )
    drawn = None
    if decision.sealed and retired(state, decision.holdout):
        decision, drawn = unsealed(ledger, named, decision)
    if page is not None:
        write_atomically(page, drawn or fetch_artifact(ledger.store, ledger.model, named["report.html"]))
    return Shown(
        entry=entry,
        decision=decision,
        promotion=_promotion(ledger, state, entry),
        report=_report(ledger, named),
        artifacts=named,
        stored=stored,
    )


def shown_text(found: Shown, *, explain: bool = False, saved: Path | None = None) -> RenderableType:
    """As a person reads it; with `explain`, clause by clause for its owner. The page was `saved` there."""
    entry, decision = found.entry, found.decision
    first = f"entry {entry.number}, {entry.body.kind}, {entry.time}, by {entry.actor}, code {entry.code}"
    parts: list[Any] = [first, summary(entry.body), *_clocks(found)]
    if decision is not None:
        parts += [
            *decision.alarms,
            explanation(decision) if explain else decision_table(decision),
            verdict_text(decision.verdict),
            decision.headline,
        ]
    if found.promotion:
        parts.append(Text(found.promotion, style="bold"))
    if saved is not None:
        parts.append(Text(f"report saved: {saved}"))
    elif found.report:
        parts.append(f"report: `evergreen show {entry.number} --report report.html`")
    return Group(*parts)


def _stored(ledger: Ledger, number: int) -> str | None:
    """When the store says that it got the entry, in UTC; None where it lists no such object."""
    key = ledger.key(number)
    times = [one.modified for one in ledger.store.list(key) if one.key == key]
    return times[0].astimezone(UTC).isoformat(timespec="seconds") if times else None


def _clocks(found: Shown) -> list[str]:
    """The store's time, and how far the writer's was off where that is more than a minute."""
    if found.stored is None:
        return []
    apart = datetime.fromisoformat(found.entry.time) - datetime.fromisoformat(found.stored)
    said = f"stored {found.stored} by the store's clock"
    if abs(apart) > _APART:
        which = "ahead of" if apart > timedelta(0) else "behind"
        said += f": the writer's was {abs(apart).total_seconds() / 60:,.0f} minutes {which} it"
    return [said]


def decision_markdown(folder: Path, number: int) -> tuple[str, list[dict[str, Any]]]:
    """Decision entry `number` in markdown, and its clauses as rows of a table."""
    from tasks.evaluate.findings import Evidence
    from tasks.report import markdown

    ledger = open_ledger(folder)[1]
    found = show(ledger, number)
    if found.decision is None:
        raise BadInput(f"entry {number} ({found.entry.body.kind}) is no decision")
    evidence = fetch_artifact(ledger.store, ledger.model, found.artifacts["evidence.json"])
    text = markdown(found.decision, Evidence.parse(evidence, f"entry {number}"))
    rows = [
        one.model_dump(mode="json", include={"name", "owner", "verdict", "words", "row_level"})
        for one in found.decision.clauses
    ]
    where = (
        f"Report: `{found.report}` in {ledger.store.url}, or `evergreen show {number} --report report.html`"
    )
    return f"{text}\n\n{where}\n", rows


def _artifacts(ledger: Ledger, entry: Entry) -> dict[str, ArtifactRef]:
    match entry.body:
        case Registered():
            return entry.body.artifacts
        case Decided() | Promoted() | RolledBack():
            return artifacts_of(ledger.entry(entry.body.registered))
        case Approved() | Rejected():
            return _artifacts(ledger, ledger.entry(entry.body.decision))
    return {}


def _report(ledger: Ledger, named: dict[str, ArtifactRef]) -> str | None:
    found = named.get("report.html")
    return artifact_key(ledger.model, found.sha256, found.after) if found else None


def _promotion(ledger: Ledger, state: State, entry: Entry) -> str | None:
    """What became of a decision to promote: it waits, it is in office, or why it never will be."""
    body = entry.body
    if not isinstance(body, Decided) or body.verdict != "promote" or body.drill:
        return None
    late = stale_words(state, entry.number, promotion_of(state, entry.number, ledger))
    if late is not None:
        return f"Of this decision: {late}."
    held = f"; {held_words(state.hold)}" if state.hold else ""
    return f"Not in office: {waiting_words(state)}{held}."
