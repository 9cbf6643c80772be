"""What a decision was made from, and whether it comes out again: checkout, replay."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened, stderr
from tasks.commands.group import command
from tasks.commands.saving import SavedFile


@command()
@click.argument("number", type=int)
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
def checkout(folder: Path, number: int, target: Path) -> tuple[Any, ...]:
    """Bring back what the decision of entry NUMBER was made from, into a new folder DIR.

    Batches, params.yaml, dvc.yaml, dvc.lock, the pinned champion, the model, the environment: every byte
    verified by its hash. NUMBER is a decision, a promotion or a rollback.
    """
    from tasks.replay.checkout import checkout as step
    from tasks.replay.words import checkout_text
    from tasks.version.remote import configure
    from tasks.workspace import Workspace

    home, ledger = opened(folder)
    with stderr().status("checkout") as status:
        done = step(ledger, number, target, status.update)
    configure(Workspace(target.resolve()), home=home)
    return done, checkout_text(done, target)


@command()
@click.argument("number", type=int)
@click.option(
    "--from",
    "start",
    type=click.Choice(["train", "evaluate"]),
    default="train",
    help="evaluate: take the recorded model instead of training it again (default: train).",
)
def replay(folder: Path, number: int, start: str) -> tuple[Any, ...]:
    """Make the decision of entry NUMBER again from what the ledger names, and compare the bytes.

    Writes nothing to ledger or store and spends no look. Exit status 0 if all is identical, 1 if not.
    """
    from tasks.replay.step import replay as step
    from tasks.replay.words import replay_text

    ledger = opened(folder)[1]
    with stderr().status("replay") as status:
        done = step(ledger, number, retrain=start == "train", say=status.update)
    return done, replay_text(done), int(not done.identical)


@command()
@click.argument("number", type=int)
@click.option("--bom", "as_bom", is_flag=True, help="The bill of materials instead: CycloneDX 1.6.")
@click.option(
    "--save",
    "target",
    type=SavedFile(),
    help="Save it there: markdown, or JSON where the name ends in .json; a bill of materials is JSON.",
)
def card(folder: Path, number: int, as_bom: bool, target: Path | None) -> tuple[Any, ...]:
    """The card of the model that entry NUMBER decided on, promoted or returned to.

    Drawn from what was registered with it: what it is, what it learned from, how it was judged.
    """
    from tasks.card import bom, read_full_card
    from tasks.documents import canonical, write_atomically
    from tasks.report.card import card_markdown

    full = read_full_card(opened(folder)[1], number)
    document = bom(full) if as_bom else full.model_dump(mode="json")
    text = card_markdown(full)
    if target is not None:
        as_json = as_bom or target.suffix == ".json"
        write_atomically(target, canonical(document) if as_json else text.encode())
        return document, f"saved: {target}"
    if as_bom:
        parts = len(document["components"])
        text = f"CycloneDX 1.6, {parts} components: --json prints the document, --save FILE keeps it"
    return document, text
