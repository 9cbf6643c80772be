"""The steps of a cycle, one at a time: what dvc.yaml runs."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened, promotions, stderr
from tasks.commands.group import command
from tasks.errors import BadInput


@command()
def intake(folder: Path) -> tuple[Any, ...]:
    """Acknowledge what has arrived under incoming/<model>/ as immutable batches."""
    from tasks.intake import incoming_place
    from tasks.intake import intake as step

    home, ledger = opened(folder)
    with stderr().status("intake"):
        arrivals = step(home.params, ledger.store)
    document = {"new": [one.model_dump(mode="json") for one in arrivals.new], "unplaced": arrivals.unplaced}
    lines = [f"{one.period}: revision {one.revision}, {one.size:,} bytes" for one in arrivals.new]
    lines += [f"blocked: {one.reason}" for one in arrivals.new if one.unread]
    text = "\n".join(lines) or f"nothing new has arrived in {incoming_place(ledger.store, ledger.model)}"
    return {"schema_version": 1, **document}, text, int(any(one.unread for one in arrivals.new))


@command()
def validate(folder: Path) -> tuple[Any, ...]:
    """Check the batches in data/batches that these rules have not checked.

    The reports go beside the batches in the store, as a run's do, if the store can be reached.
    """
    from tasks.checked import keep_reports
    from tasks.validate import validate as step
    from tasks.validate.released import read_releases

    home, ledger = opened(folder)
    if not home.batch_files():
        raise BadInput(
            f"{home.batches}: no batches. Bring them with `evergreen fetch` (the example: `make data`)"
        )
    with stderr().status("validate"):
        validation = step(home)
        keep_reports(home, ledger, validation.reports)
    released = read_releases(home)
    count = {
        one.file: "; released: they count"
        for one in validation.reports
        if one.rules == released.get(one.file)
    }
    lines = [
        one.kept_aside + count.get(one.file, "")
        if one.kept_aside
        else f"{one.period}: {one.rows:,} rows, {one.checks} checks, good"
        for one in validation.reports
        if one.passed
    ]
    lines += [f"warning: {one.warning}" for one in validation.reports if one.warning]
    lines += [f"blocked: {one.reason}" for one in validation.blocked]
    lines += [validation.again] if validation.again else []
    document = {"schema_version": 1, "reports": [one.model_dump(mode="json") for one in validation.reports]}
    return document, "\n".join(lines), int(bool(validation.blocked))


@command()
@click.option("--manifest-only", is_flag=True, help="Only write data/dataset.json: the stage of dvc.yaml.")
def version(folder: Path, manifest_only: bool) -> tuple[Any, ...]:
    """Make the batches a dataset version: `dvc add` and `dvc push` to the store."""
    from tasks.version import manifest
    from tasks.version import version as step
    from tasks.version.remote import configure
    from tasks.workspace import open_folder

    # The store is opened first: an address that it refuses must not get into DVC's configuration.
    home = open_folder(folder) if manifest_only else opened(folder)[0]
    if not manifest_only:
        configure(home)
    with stderr().status("version"):
        dataset = manifest(home) if manifest_only else step(home)
    rows = sum(batch.rows for batch in dataset.batches)
    return dataset, f"{len(dataset.batches)} batches, {rows:,} rows"


@command()
def prepare(folder: Path) -> tuple[Any, ...]:
    """Split the dataset forward in time into train, selection and holdout."""
    from tasks.steps import prepare as step
    from tasks.workspace import open_folder

    done = step(open_folder(folder))
    parts = ", ".join(f"{name} {part.rows:,}" for name, part in done.parts.items())
    return done, f"{done.rows_in:,} rows: {parts}; left out {done.excluded or 'none'}"


@command()
@click.option("--drill", is_flag=True, help="Train on shuffled labels.")
def train(folder: Path, drill: bool) -> tuple[Any, ...]:
    """Train a challenger, stopped early on the selection split."""
    from tasks.decide.asks import metric_words
    from tasks.objectives import OBJECTIVES
    from tasks.steps import train as step
    from tasks.workspace import open_folder

    with stderr().status("train"):
        card = step(open_folder(folder), drill=drill)
    said = f"challenger {card.candidate[:12]}: {card.trees} trees"
    loss = metric_words(OBJECTIVES[card.objective].loss)
    return card, f"{said}, {loss} {card.selection_loss:.4f} on {card.selection_rows:,} selection rows"


@command()
def evaluate(folder: Path) -> tuple[Any, ...]:
    """Record a look at the holdout, then compare challenger, champion and naive baseline on it."""
    from tasks.decide.asks import metric_words
    from tasks.objectives import OBJECTIVES
    from tasks.periods import spanned
    from tasks.steps import evaluate as step

    home, ledger = opened(folder)
    found = step(home, ledger)
    objective = OBJECTIVES[found.objective]
    loss = found.metrics[objective.loss]
    values = {objective.baseline: loss.baseline, "champion": loss.champion, "challenger": loss.challenger}
    said = ", ".join(f"{name} {value:.4f}" for name, value in values.items() if value is not None)
    where = f"{found.rows:,} rows of {spanned(found.holdout)}"
    return found, f"{metric_words(objective.loss)} on {where}: {said}"


@command()
def measure(folder: Path) -> tuple[Any, ...]:
    """Take what differs from run to run: latency of one row, rows per second."""
    from tasks.steps import measure as step
    from tasks.workspace import open_folder

    found = step(open_folder(folder))
    return found, (
        f"one row: {found.one_row_p50_ms:.2f} ms (p95 {found.one_row_p95_ms:.2f}, {found.one_row_calls} "
        f"calls); batch: {found.batch_rows_per_second:,.0f} rows/s"
    )


@command()
def decide(folder: Path) -> tuple[Any, ...]:
    """Apply the contract to the evidence and write data/decision.json and data/report.html."""
    from rich.console import Group

    from tasks.explain.step import explain
    from tasks.report import report
    from tasks.steps import decide as step
    from tasks.terminal import decision_table, verdict_text
    from tasks.workspace import open_folder

    home = open_folder(folder)
    decision = step(home)
    if rows := home.params.evaluate.explained_rows:
        explain(home, rows=rows)
    report(home)
    return decision, Group(decision_table(decision), verdict_text(decision.verdict), decision.headline)


@command()
def promote(folder: Path) -> tuple[Any, ...]:
    """Put the folder's decision into the ledger and, if it says promote, its challenger into office.

    For a folder in which `dvc repro` has decided; `evergreen run` does it by itself.
    """
    from tasks.intake import read_catalogue
    from tasks.run.context import inputs_of
    from tasks.steps import promote as step
    from tasks.validate import rules_hash

    home, ledger = opened(folder)
    if not home.decision.exists():
        raise BadInput(f"{home.decision}: there is no decision to act on; run `dvc repro` or `evergreen run`")
    ledger.store.probe()
    usable = read_catalogue(ledger.store, ledger.model).usable(rules_hash(home.params))
    done = step(home, ledger, inputs_of(usable, home.params.hash))
    champion = done.state.champion
    said = "the challenger is champion now" if done.promoted else "recorded; the champion stays"
    document = {"schema_version": 1, "promoted": done.promoted, "champion": champion and champion.number}
    document |= promotions(done.state)
    if document["promotion_waits"]:
        said += f": {document['promotion_waits']}"
    return document, said
