"""What a person sees on a terminal: tables and sentences on stdout, progress on stderr."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.ledger.control import Approved, Held, Rejected, Released
from tasks.ledger.entries import (
    Abandoned,
    Body,
    ContractFrozen,
    Decided,
    Entry,
    Erased,
    Promoted,
    RolledBack,
    Swept,
)
from tasks.ledger.state import State
from tasks.ledger.waiting import held_words, waiting_words
from tasks.periods import spanned
from tasks.steps import Steps

if TYPE_CHECKING:
    from tasks.decide.decision import Decision
    from tasks.run.outcome import Outcome

COLOURS = {"promote": "green", "pass": "green", "keep": "red", "fail": "red", "blocked": "red",
           "undecided": "yellow", "exhausted": "yellow", "waiting": "cyan"}  # fmt: skip


def verdict_text(verdict: str) -> Text:
    """A verdict in its colour; the word alone carries the meaning."""
    return Text(verdict, style=COLOURS.get(verdict, ""))


def watched(steps: Steps, console: Console) -> tuple[Steps, AbstractContextManager[Any]]:
    """The same steps, naming themselves beside a spinner while they run."""
    status = console.status("looking for what has arrived")

    def named(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            status.update(name)
            return step(*arguments, **options)

        return call

    return Steps(**{name: named(name, step) for name, step in vars(steps).items()}), status


def outcome_text(outcome: "Outcome") -> Text:
    """A cycle's outcome in a few lines."""
    text = Text()
    loud = [*outcome.alarms, *([held_words(outcome.hold)] if outcome.hold else ())]
    for alarm in (*loud, *([outcome.promotion_waits] if outcome.promotion_waits else ())):
        text.append(f"{alarm}\n", style="bold white on red")
    if outcome.finished:
        text.append(f"finished: {outcome.finished}\n")
    text.append_text(verdict_text(outcome.verdict))
    text.append(f": {outcome.headline}\n")
    for blocked in outcome.blocked if outcome.verdict != "blocked" else ():
        text.append(f"blocked: {blocked}\n", style="red")
    if outcome.drift is not None:
        text.append(f"{outcome.drift.headline}\n", style="yellow" if outcome.drift.drifted else "")
    if outcome.docs:
        text.append(f"what validation found: {outcome.docs}\n")
    for line in (*outcome.quarantined, *(f"warning: {said}" for said in outcome.warnings)):
        text.append(f"{line}\n", style="yellow")
    for one in outcome.corrected:
        text.append(f"corrected: {one.words}\n", style="yellow")
    champion = f"champion: entry {outcome.champion}" if outcome.champion else "no champion yet"
    text.append(f"{champion}; {outcome.seconds:.1f} s")
    if outcome.rehearsal:
        text.append("; a rehearsal: the store is a local directory")
    return text


def history_table(entries: list[tuple[Entry, State]]) -> Table:
    """The ledger, an entry per row, with the champion after it."""
    table = Table("entry", "kind", "time (UTC)", "model", "verdict", "champion after it", "what", box=None)
    for entry, after in entries:
        verdict = entry.body.verdict if isinstance(entry.body, Decided) else ""
        champion = f"{after.champion.candidate[:8]} of {after.champion.number}" if after.champion else "none"
        when = entry.time[:16].replace("T", " ")
        table.add_row(
            str(entry.number),
            entry.body.kind,
            when,
            _model(entry.body)[:8],
            verdict_text(verdict),
            champion,
            summary(entry.body),
        )
    for column in table.columns[:-1]:
        column.no_wrap = True
    return table


def promotions_text(state: State) -> Text:
    """What stands between a decision to promote and its promotion: empty where nothing does."""
    said = [held_words(state.hold)] if state.hold else []
    waits = waiting_words(state)
    return Text("\n".join([*said, *([waits] if waits else [])]), style="bold white on red")


def _model(body: Body) -> str:
    match body.kind:
        case "contract" | "hold" | "release" | "swept" | "erased":
            return ""
        case "look":
            return body.challenger
    return body.candidate


def summary(body: Body) -> str:
    """An entry in a few words."""
    match body.kind:
        case "contract" | "promotion" | "rollback":
            return _in_force(body)
        case "look":
            return f"{body.look[:8]} {'(drill) ' if body.drill else ''}at {spanned(body.periods)}"
        case "registered":
            return f"{len(body.artifacts)} artifacts"
        case "abandoned" | "swept" | "erased":
            return _cleared(body)
        case "decision":
            return f"{'drill, ' if body.drill else ''}on look {body.look[:8]}"
        case _:
            return _steering(body)


def _in_force(body: ContractFrozen | Promoted | RolledBack) -> str:
    match body:
        case ContractFrozen():
            return f"{body.contract[:8]} frozen{', approval required' if body.approval else ''}"
        case Promoted():
            return f"of decision {body.decision}"
        case RolledBack():
            return f"to {body.to}: {body.reason}"


def _cleared(body: Abandoned | Swept | Erased) -> str:
    if isinstance(body, Erased):
        rows, periods = sum(one.rows for one in body.batches), sorted({one.period for one in body.batches})
        return f"{rows:,} row{'s' * (rows != 1)} of {spanned(periods)}: {body.reason}"
    if isinstance(body, Swept):
        return f"of {body.abandoned}: {body.objects} objects, {body.size:,} bytes"
    return f"registration {body.registered}: {body.reason}"


def _steering(body: Held | Released | Approved | Rejected) -> str:
    match body:
        case Held():
            return body.reason
        case Released():
            return f"of hold {body.hold}: {body.reason}"
        case Approved() | Rejected():
            return f"of decision {body.decision}: {body.reason}"


def decision_table(decision: "Decision") -> Table:
    """The clauses of a decision."""
    table = Table("clause", "owner", "verdict", "found", "row-level statistics")
    for clause in decision.clauses:
        table.add_row(
            clause.name,
            clause.owner,
            verdict_text(clause.verdict),
            clause.words,
            verdict_text(clause.row_level or "not told yet"),
        )
    return table


def explanation(decision: "Decision") -> Text:
    """Clause by clause for its owner: what was asked and why, what was found, and what would decide it."""
    from tasks.decide.words import counterfactual, needed_words, serial_words, worth_words

    text = Text()
    for clause in decision.clauses:
        text.append(f"\n{clause.name} ", style="bold").append_text(verdict_text(clause.verdict))
        text.append(f" (for {clause.owner})\n")
        text.append(f"  asked: {clause.asks}\n  because: {clause.reason}\n  found: {clause.words}\n")
        if clause.row_level not in (clause.verdict, None):
            text.append(f"  row-level statistics would have said: {clause.row_level}\n")
        if clause.pooled:
            text.append(f"  judged together as rest: {', '.join(clause.pooled)}\n")
        if clause.serial is not None:
            text.append(f"  {serial_words(clause.serial.lag_one, clause.serial.widening)}\n")
        if clause.verdict == "undecided" and clause.interval is not None:
            text.append(f"  {needed_words(clause)}\n")
    text.append(f"\n{counterfactual(decision)}\n")
    if worth := worth_words(decision.worth):
        text.append(f"{worth}\n")
    return text
