"""One cycle as a whole, and the champion that `dvc repro` compares with."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened, stderr
from tasks.commands.group import command


@command()
@click.option(
    "--drill", is_flag=True, help="Train on shuffled labels: shows that the gate refuses. Never promoted."
)
@click.option("--pinned", is_flag=True, help="Repeat the cycle against the champion pinned in champion.json.")
def run(folder: Path, drill: bool, pinned: bool) -> tuple[Any, ...]:
    """One cycle: take in what has arrived, validate, train, judge, decide, promote.

    Safe to run again at any time; with nothing new it says so and stops. Exit status 1 if it blocked a batch.
    """
    from tasks.run import retrain
    from tasks.steps import Steps
    from tasks.terminal import outcome_text, watched

    steps, status = watched(Steps(), stderr())
    with status:
        outcome = retrain(folder, steps, drill=drill, pinned=pinned)
    return outcome, outcome_text(outcome), int(bool(outcome.blocked))


@command()
def fetch(folder: Path) -> tuple[Any, ...]:
    """Pin the champion in champion.json, bring its bytes and the accepted batches.

    The only command that refreshes the pin; `dvc repro` then compares with this champion.
    """
    from tasks.intake import read_catalogue, released_files
    from tasks.pins import fetch as pin_champion
    from tasks.run.workspaces import assemble
    from tasks.validate import rules_hash
    from tasks.validate.released import put_releases
    from tasks.validate.shelf import bring
    from tasks.version.commands import dvc
    from tasks.version.remote import configure

    home, ledger = opened(folder)
    pin = pin_champion(home, ledger)
    rules = rules_hash(home.params)
    usable = read_catalogue(ledger.store, ledger.model).usable(rules)
    configure(home)
    assemble(home, home, ledger.store, usable, dvc)
    put_releases(home, released_files(usable, rules))
    bring(ledger.store, home, {one.file: one.sha256 for one in usable})
    champion = f"champion of entry {pin.champion.number}" if pin.champion else "no champion yet"
    return pin, f"pinned: {champion}, contract {pin.contract[:12]}; {len(usable)} batches in {home.batches}"
