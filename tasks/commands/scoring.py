"""The champion at work: scores of a file, or of one row."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.common import opened
from tasks.commands.group import command
from tasks.commands.saving import SavedFile, refuse_same
from tasks.errors import BadInput

if TYPE_CHECKING:
    from tasks.ledger import Ledger


@command()
@click.argument("source")
@click.argument("target", required=False, type=SavedFile())
@click.option("--row", is_flag=True, help="SOURCE is one row as a JSON object of features.")
def score(folder: Path, source: str, target: Path | None, row: bool) -> tuple[Any, ...]:
    """Score the Parquet file SOURCE into TARGET with the champion, or one row with --row.

    \b
    evergreen score tomorrow.parquet scores.parquet
    evergreen score --row '{"carrier": "UA", "origin": "EWR", "distance": 1400}'
    """
    home, ledger = opened(folder)
    if row:
        return _score_row(ledger, source)
    from tasks.documents import write_atomically
    from tasks.score import Scored
    from tasks.score import score as step

    if target is None:
        raise BadInput("expected TARGET, the Parquet file to write the scores to")
    refuse_same(Path(source), target)
    try:
        data = Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source}: expected a readable Parquet file: {error.strerror}") from error
    scored, rows, unseen = step(ledger, data, name=source, key=home.params.prepare.id)
    write_atomically(target, scored)
    said = f"{rows:,} rows scored into {target}"
    if unseen:
        said += f"; categories that training never saw, taken as missing: {unseen}"
    return Scored(rows=rows, target=str(target), unseen_categories=unseen), said


def _score_row(ledger: "Ledger", text: str) -> tuple[Any, str]:
    from tasks.score import champion_scorer

    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"--row: expected a JSON object of features: {error}") from error
    if not isinstance(values, dict):
        raise BadInput(f"--row: expected a JSON object of features, found {type(values).__name__}")
    scorer = champion_scorer(ledger)
    if not values:
        raise BadInput("--row: expected a JSON object of features, found no feature in it")
    told, doubts = scorer.answer(scorer.complete(values)), scorer.doubts(values)
    answer = told.get("probability", told.get("prediction"))
    each = [f"{one} {told[f'probability_{one}']:.4f}" for one in scorer.card.classes]
    said = f"{answer}: {', '.join(each)}" if each else f"{answer:.4f}"
    notes = [{True: "alarm", False: "no alarm"}[told["alarm"]]] if "alarm" in told else []
    if "decision" in told:
        notes.append(f"decides {told['decision']}")
    if "possible_labels" in told:
        notes.append(f"possible labels: {told['possible_labels']}")
    if "low" in told:
        possible = "any" if told["low"] is None else f"{told['low']:.4f} to {told['high']:.4f}"
        notes.append(f"possible labels: {possible}")
    if doubts["missing_features"]:
        notes.append(f"not given, taken as missing: {', '.join(doubts['missing_features'])}")
    unseen = doubts["unseen_categories"]
    notes += [f"{name} {values[name]!r} was never seen in training, taken as missing" for name in unseen]
    notes.append(f"champion of entry {scorer.number}")
    return {"schema_version": 1, **told, **doubts}, f"{said} ({'; '.join(notes)})"
