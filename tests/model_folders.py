"""What a model folder and its store tell of the cycles that were run in it."""

from pathlib import Path

from tasks.intake import read_catalogue
from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.opening import open_ledger
from tasks.version import Dataset


def ledger_of(folder: Path) -> Ledger:
    return open_ledger(folder)[1]


def entries(folder: Path) -> list[str]:
    """The kinds of the ledger's entries, in order."""
    return [entry.body.kind for entry, _ in ledger_of(folder).entries()]


def statuses(folder: Path) -> list[tuple[str, int, str]]:
    """Period, revision and status of every revision that ever arrived."""
    catalogue = read_catalogue(ledger_of(folder).store, "small")
    return [(one.period, one.revision, one.status) for one in catalogue.revisions]


def dataset_of(folder: Path) -> Dataset:
    """The batches that the newest decision was made from, as the ledger's artifacts tell."""
    ledger = ledger_of(folder)
    decision = ledger.state().decision
    assert decision is not None
    named = artifacts_of(ledger.entry(decision.registered))
    return Dataset.model_validate_json(fetch_artifact(ledger.store, "small", named["dataset.json"]))


def no_workspace_left(folder: Path) -> bool:
    return not any((folder / ".evergreen" / "runs").glob("*"))
