"""The command line: `evergreen COMMAND`, and `python -m tasks STEP` for dvc.yaml."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.command import command, evergreen, main
from tasks.errors import BadInput

if TYPE_CHECKING:
    from rich.console import Console

    from tasks.ledger import Ledger, State
    from tasks.workspace import Workspace

__all__ = ["evergreen", "main"]


def _opened(folder: Path) -> "tuple[Workspace, Ledger]":
    from tasks.opening import open_ledger

    return open_ledger(folder)


def _stderr() -> "Console":
    from rich.console import Console

    return Console(stderr=True)


# -- the cycle ------------------------------------------------------------------------------------


@command()
@click.option(
    "--drill", is_flag=True, help="Train on shuffled labels: shows that the gate refuses. Never promoted."
)
@click.option("--pinned", is_flag=True, help="Repeat the cycle against the champion pinned in champion.json.")
def run(folder: Path, drill: bool, pinned: bool) -> tuple[Any, ...]:
    """One cycle: take in what has arrived, validate, train, judge, decide, promote.

    Safe to run again at any time; with nothing new it says so and stops.
    """
    from tasks.run import retrain
    from tasks.steps import Steps
    from tasks.terminal import outcome_text, watched

    steps, status = watched(Steps(), _stderr())
    with status:
        outcome = retrain(folder, steps, drill=drill, pinned=pinned)
    return outcome, outcome_text(outcome), int(outcome.verdict == "blocked")


@command()
def fetch(folder: Path) -> tuple[Any, ...]:
    """Pin the champion in champion.json, bring its bytes and the accepted batches.

    The only command that refreshes the pin; `dvc repro` then compares with this champion.
    """
    from tasks.intake import read_catalogue
    from tasks.pins import fetch as pin_champion
    from tasks.run.workspaces import assemble
    from tasks.validate import rules_hash
    from tasks.validate.shelf import bring
    from tasks.version.commands import dvc
    from tasks.version.remote import configure

    home, ledger = _opened(folder)
    pin = pin_champion(home, ledger)
    usable = read_catalogue(ledger.store, ledger.model).usable(rules_hash(home.params))
    configure(home)
    assemble(home, home, ledger.store, usable, dvc)
    bring(ledger.store, home, {one.file: one.sha256 for one in usable})
    champion = f"champion of entry {pin.champion.number}" if pin.champion else "no champion yet"
    return pin, f"pinned: {champion}, contract {pin.contract[:12]}; {len(usable)} batches in {home.batches}"


# -- a step at a time ---------------------------------------------------------------------------


@command()
def intake(folder: Path) -> tuple[Any, ...]:
    """Acknowledge what has arrived under incoming/<model>/ as immutable batches."""
    from tasks.intake import intake as step

    home, ledger = _opened(folder)
    arrivals = step(home.params, ledger.store)
    document = {"new": [one.model_dump(mode="json") for one in arrivals.new], "unplaced": arrivals.unplaced}
    lines = [f"{one.period}: revision {one.revision}, {one.size:,} bytes" for one in arrivals.new]
    return {"schema_version": 1, **document}, "\n".join(lines) or "nothing new has arrived"


@command()
def validate(folder: Path) -> tuple[Any, ...]:
    """Check the batches in data/batches that these rules have not checked."""
    from tasks.validate import validate as step
    from tasks.workspace import open_folder

    home = open_folder(folder)
    if not home.batch_files():
        raise BadInput(
            f"{home.batches}: no batches. Bring them with `evergreen fetch` (the example: `make data`)"
        )
    with _stderr().status("validate"):
        validation = step(home)
    lines = [
        f"{one.period}: {one.rows:,} rows, {one.checks} checks, good"
        for one in validation.reports
        if one.passed
    ]
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
    home = open_folder(folder) if manifest_only else _opened(folder)[0]
    if not manifest_only:
        configure(home)
    with _stderr().status("version"):
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

    with _stderr().status("train"):
        card = step(open_folder(folder), drill=drill)
    said = f"challenger {card.candidate[:12]}: {card.trees} trees"
    loss = metric_words(OBJECTIVES[card.objective].loss)
    return card, f"{said}, {loss} {card.selection_loss:.4f} on {card.selection_rows:,} selection rows"


@command()
def evaluate(folder: Path) -> tuple[Any, ...]:
    """Record a look at the holdout, then compare challenger, champion and naive baseline on it."""
    from tasks.decide.asks import metric_words
    from tasks.objectives import OBJECTIVES
    from tasks.steps import evaluate as step

    home, ledger = _opened(folder)
    found = step(home, ledger)
    objective = OBJECTIVES[found.objective]
    loss = found.metrics[objective.loss]
    values = {objective.baseline: loss.baseline, "champion": loss.champion, "challenger": loss.challenger}
    said = ", ".join(f"{name} {value:.4f}" for name, value in values.items() if value is not None)
    where = f"{found.rows:,} rows of {', '.join(found.holdout)}"
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
    from tasks.run.cycle import inputs_of
    from tasks.steps import promote as step
    from tasks.validate import rules_hash

    home, ledger = _opened(folder)
    if not home.decision.exists():
        raise BadInput(f"{home.decision}: there is no decision to act on; run `dvc repro` or `evergreen run`")
    ledger.store.probe()
    usable = read_catalogue(ledger.store, ledger.model).usable(rules_hash(home.params))
    done = step(home, ledger, inputs_of(usable, home.params.hash))
    champion = done.state.champion
    said = "the challenger is champion now" if done.promoted else "recorded; the champion stays"
    document = {"schema_version": 1, "promoted": done.promoted, "champion": champion and champion.number}
    document |= _promotions(done.state)
    if document["promotion_waits"]:
        said += f": {document['promotion_waits']}"
    return document, said


@command()
@click.argument("source")
@click.argument("target", required=False)
@click.option("--row", is_flag=True, help="SOURCE is one row as a JSON object of features.")
def score(folder: Path, source: str, target: str | None, row: bool) -> tuple[Any, ...]:
    """Score the Parquet file SOURCE into TARGET with the champion, or one row with --row.

    \b
    evergreen score tomorrow.parquet scores.parquet
    evergreen score --row '{"carrier": "UA", "origin": "EWR", "distance": 1400}'
    """
    home, ledger = _opened(folder)
    if row:
        return _score_row(ledger, source)
    from tasks.documents import write_atomically
    from tasks.score import Scored
    from tasks.score import score as step

    if target is None:
        raise BadInput("expected TARGET, the Parquet file to write the scores to")
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source}: expected a readable Parquet file: {error.strerror}") from error
    scored, rows, unseen = step(ledger, data, name=source, key=home.params.prepare.id)
    write_atomically(Path(target), scored)
    said = f"{rows:,} rows scored into {target}"
    if unseen:
        said += f"; categories that training never saw, taken as missing: {unseen}"
    return Scored(rows=rows, target=target, unseen_categories=unseen), said


def _score_row(ledger: "Ledger", text: str) -> tuple[Any, str]:
    from tasks.score import champion_scorer

    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"--row: expected a JSON object of features: {error}") from error
    if not isinstance(values, dict):
        raise BadInput(f"--row: expected a JSON object of features, found {type(values).__name__}")
    scorer = champion_scorer(ledger)
    told = scorer.answer(scorer.complete(values))
    answer = told.get("probability", told.get("prediction"))
    each = [f"{one} {told[f'probability_{one}']:.4f}" for one in scorer.card.classes]
    said = f"{answer}: {', '.join(each)}" if each else f"{answer:.4f}"
    notes = [{True: "alarm", False: "no alarm"}[told["alarm"]]] if "alarm" in told else []
    if "possible_labels" in told:
        notes.append(f"possible labels: {told['possible_labels']}")
    if "low" in told:
        possible = "any" if told["low"] is None else f"{told['low']:.4f} to {told['high']:.4f}"
        notes.append(f"possible labels: {possible}")
    notes.append(f"champion of entry {scorer.number}")
    return {"schema_version": 1, **told}, f"{said} ({'; '.join(notes)})"


# -- the contract ---------------------------------------------------------------------------------


def _number(_: click.Context, option: click.Parameter, given: Any) -> Any:
    """What was given, unless it is no number: a range lets NaN pass."""
    for one in given if isinstance(given, tuple) else (given,):
        if one is not None and one != one:  # noqa: PLR0124 - only NaN differs from itself
            raise click.BadParameter("expected a number, found NaN", param=option)
    return given


@command()
@click.option(
    "--gain",
    "gains",
    type=click.FloatRange(0, 10, min_open=True),
    multiple=True,
    callback=_number,
    help="A lead, as a share of the incumbent's metric: 0.005 is half a per cent. May be repeated.",
)
@click.option(
    "--differ",
    type=click.FloatRange(0.001, 10),
    callback=_number,
    help="Plan from the labels of the batches alone, and this guess: by how much the log odds of champion "
    "and challenger differ, as a root mean square over rows. At 0.3 one says 50% where the other says 57%; "
    "models of the example of this repository, one to three months apart, differ by 0.44 to 0.89. "
    "Without a decision it is 0.3.",
)
def plan(folder: Path, gains: tuple[float, ...], differ: float | None) -> tuple[Any, ...]:
    """Before any training: the smallest lead that N batches would show, and how many a lead takes.

    How much a lead moves from cluster to cluster is measured by the newest decision whose numbers are
    open. Without one it is guessed from the labels that have arrived, and the answer says so.
    """
    from tasks.plan import GAINS
    from tasks.plan import plan as make
    from tasks.plan.words import plan_text

    home, ledger = _opened(folder)
    found = make(ledger, home.params, gains or GAINS, differ)
    return found, plan_text(found, home.params.intake.period, home.params.evaluate.currency)


# -- the ledger -----------------------------------------------------------------------------------


@command()
def status(folder: Path) -> tuple[Any, ...]:
    """What has arrived, who is champion, what was decided last."""
    from tasks.status import status as look
    from tasks.status import status_text

    found = look(*_opened(folder))
    return found, status_text(found)


@command()
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save a page there: decision by decision, what other gates would have done.",
)
def history(folder: Path, page: Path | None) -> tuple[Any, ...]:
    """The ledger: number, kind, time, model, verdict, and the champion after each entry."""
    from rich.console import Group

    from tasks.ledger.fold import advance
    from tasks.ledger.state import State
    from tasks.terminal import history_table, promotions_text

    _, ledger = _opened(folder)
    state, told = State(), []
    for entry, head in ledger.entries():
        state = advance(state, entry, head)
        told.append((entry, state))
    if page is not None:
        _save_history(ledger, page)
    entries = [
        {**entry.model_dump(mode="json"), "champion_after": after.champion and after.champion.number}
        for entry, after in told
    ]
    document = {"schema_version": 1, "entries": entries, **_promotions(state)}
    if not told:
        return document, "the ledger is empty"
    return document, Group(history_table(told), *filter(None, [promotions_text(state)]))


def _promotions(state: "State") -> dict[str, Any]:
    """What stands in the way of promotions, as `history` and `champion` tell it."""
    from tasks.ledger.waiting import waiting_words

    hold = state.hold and state.hold.model_dump(mode="json")
    return {"hold": hold, "promotion_waits": waiting_words(state)}


def _save_history(ledger: "Ledger", page: Path) -> None:
    from tasks.documents import write_atomically
    from tasks.report import read_past, render_history

    write_atomically(page, render_history(ledger.model, read_past(ledger)).encode())


@command()
@click.option(
    "--page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Save a page there: a heat map of columns by period, the labels, the champion's loss.",
)
def drift(folder: Path, page: Path | None) -> tuple[Any, ...]:
    """What has changed since the champion learned: the inputs, the labels, or what ties the two."""
    from tasks.documents import write_atomically
    from tasks.drift.step import drift as look
    from tasks.drift.terminal import drift_text
    from tasks.report.drift import render_drift

    home, ledger = _opened(folder)
    with _stderr().status("drift"):
        found = look(home.params, ledger)
    if page is not None:
        write_atomically(page, render_drift(found).encode())
    return found, drift_text(found)


@command()
@click.argument("number", type=int)
@click.option(
    "--report", "page", type=click.Path(path_type=Path, dir_okay=False), help="Save the report there."
)
@click.option("--explain", is_flag=True, help="Of a decision: each clause for its owner.")
def show(folder: Path, number: int, page: Path | None, explain: bool) -> tuple[Any, ...]:
    """Entry NUMBER; for a decision or a promotion, why."""
    from tasks.show import show as look
    from tasks.show import shown_text

    found = look(_opened(folder)[1], number, page)
    return found, shown_text(found, explain=explain)


@command()
def champion(folder: Path) -> tuple[Any, ...]:
    """The champion: its entry, its identity, what it was trained on, and what waits to replace it."""
    from rich.console import Group

    from tasks.score import champion_card
    from tasks.terminal import promotions_text

    _, ledger = _opened(folder)
    found, card = champion_card(ledger)
    state = ledger.state()
    document = {"schema_version": 1, **found.model_dump(mode="json"), "card": card.model_dump(mode="json")}
    said = (
        f"champion {found.candidate[:12]} since entry {found.number}: {card.trees} trees, {card.library}, "
        f"{card.train_rows:,} rows of {card.periods[0]} to {card.periods[-1]}"
    )
    return document | _promotions(state), Group(said, *filter(None, [promotions_text(state)]))


@command()
@click.option(
    "--to", type=int, help="Return to the champion that this entry put in office (default: the previous)."
)
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def rollback(folder: Path, to: int | None, reason: str) -> tuple[Any, ...]:
    """Return to an earlier champion, without retraining. A second rollback undoes the first."""
    from tasks.promote import rollback_in

    done = rollback_in(folder, to=to, reason=reason)
    return done, f"entry {done.entry}: champion is {done.champion.candidate[:12]} again"


@command()
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def hold(folder: Path, reason: str) -> tuple[Any, ...]:
    """Promote nothing until `evergreen release`: for an incident. Runs still decide, rollback still works."""
    from tasks.hold import hold as step

    done = step(_opened(folder)[1], reason=reason)
    return done, _control(done.entry, "promotions are held", done.promotion_waits)


@command()
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def release(folder: Path, reason: str) -> tuple[Any, ...]:
    """End a hold. What waited is promoted by the next run, if nothing has changed by then."""
    from tasks.hold import release as step

    done = step(_opened(folder)[1], reason=reason)
    return done, _control(done.entry, "promotions are released", done.promotion_waits)


def _control(entry: int, said: str, waits: str | None) -> str:
    return f"entry {entry}: {said}" + (f"\n{waits}" if waits else "")


@command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def approve(folder: Path, number: int, reason: str) -> tuple[Any, ...]:
    """Agree to decision NUMBER, which waits for it, and put its challenger in office."""
    from tasks.approve import approve_in

    done = approve_in(folder, number, reason=reason)
    before = "" if done.written else "; it stood before, and this reason was not written"
    if done.promotion is None:
        said = f"entry {done.approval} approved decision {number}, and nothing was promoted: "
        return done, f"{said}{done.promotion_waits}", 1
    return (
        done,
        f"entry {done.promotion}: the challenger is champion now, by approval {done.approval}{before}",
    )


@command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def reject(folder: Path, number: int, reason: str) -> tuple[Any, ...]:
    """Keep the challenger of decision NUMBER out of office, though its verdict is to promote."""
    from tasks.approve import reject as step

    done = step(_opened(folder)[1], number, reason=reason)
    return done, f"entry {done.rejection}: decision {number} is rejected; the champion stays"


@command()
def audit(folder: Path) -> tuple[Any, ...]:
    """Verify the ledger from its first entry, and the bytes of every champion."""
    from tasks.ledger.audit import audit as look

    found = look(_opened(folder)[1])
    held = f"{found.entries} entries in one chain, {found.champions} champions, {found.artifacts} artifacts"
    return (
        found,
        f"WRONG: {found.wrong}" if found.wrong else f"the ledger holds: {held}",
        int(bool(found.wrong)),
    )


if __name__ == "__main__":
    main()
