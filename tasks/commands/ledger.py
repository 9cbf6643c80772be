"""What the ledger tells: status, history, an entry, the champion, the audit."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.common import opened, promotions
from tasks.commands.group import command
from tasks.commands.saving import SavedFile

if TYPE_CHECKING:
    from tasks.ledger import Ledger


@command()
def status(folder: Path) -> tuple[Any, ...]:
    """What has arrived, who is champion, what was decided last."""
    from tasks.status import status as look
    from tasks.status import status_text

    found = look(*opened(folder))
    return found, status_text(found)


@command()
@click.option(
    "--page",
    type=SavedFile(),
    help="Save a page there: decision by decision, what other gates would have done.",
)
def history(folder: Path, page: Path | None) -> tuple[Any, ...]:
    """The ledger: number, kind, time, model, verdict, and the champion after each entry."""
    from rich.console import Group
    from rich.text import Text

    from tasks.ledger.state import State
    from tasks.terminal import history_table, promotions_text

    _, ledger = opened(folder)
    told = list(ledger.states())
    state = told[-1][1] if told else State()
    if page is not None:
        _save_history(ledger, page)
    entries = [
        {**entry.model_dump(mode="json"), "champion_after": after.champion and after.champion.number}
        for entry, after in told
    ]
    document = {"schema_version": 1, "entries": entries, **promotions(state)}
    saved = [Text(f"page saved: {page}")] if page is not None else []
    if not told:
        return document, Group("the ledger is empty", *saved)
    return document, Group(history_table(told), *filter(None, [promotions_text(state)]), *saved)


def _save_history(ledger: "Ledger", page: Path) -> None:
    from tasks.documents import write_atomically
    from tasks.past import read_past
    from tasks.report import render_history

    write_atomically(page, render_history(ledger.model, read_past(ledger)).encode())


@command()
@click.argument("number", type=int)
@click.option("--report", "page", type=SavedFile(), help="Save the report there.")
@click.option("--explain", is_flag=True, help="Of a decision: each clause for its owner.")
def show(folder: Path, number: int, page: Path | None, explain: bool) -> tuple[Any, ...]:
    """Entry NUMBER; for a decision or a promotion, why."""
    from tasks.show import show as look
    from tasks.show import shown_text

    found = look(opened(folder)[1], number, page)
    return found, shown_text(found, explain=explain, saved=page)


@command()
def champion(folder: Path) -> tuple[Any, ...]:
    """The champion: its entry, its identity, what it was trained on, and what waits to replace it."""
    from rich.console import Group

    from tasks.score import champion_card
    from tasks.terminal import promotions_text

    _, ledger = opened(folder)
    found, card = champion_card(ledger)
    state = ledger.state()
    document = {"schema_version": 1, **found.model_dump(mode="json"), "card": card.model_dump(mode="json")}
    said = (
        f"champion {found.candidate[:12]} since entry {found.number}: {card.trees} trees, {card.library}, "
        f"{card.train_rows:,} rows of {card.periods[0]} to {card.periods[-1]}"
    )
    return document | promotions(state), Group(said, *filter(None, [promotions_text(state)]))


@command()
def audit(folder: Path) -> tuple[Any, ...]:
    """Verify the ledger from its first entry, and the bytes of every champion."""
    from tasks.ledger.audit import audit as look

    found = look(opened(folder)[1])
    held = f"{found.entries} entries in one chain, {found.champions} champions, {found.artifacts} artifacts"
    if found.erasures:
        several = "s" * (found.erasures > 1)
        held += (
            f"\n{found.erasures} erasure{several} of rows, on purpose: decisions made from them stand, and "
            "cannot be replayed (`evergreen history` names the periods)"
        )
    return (
        found,
        f"WRONG: {found.wrong}" if found.wrong else f"the ledger holds: {held}",
        int(bool(found.wrong)),
    )
