"""What the ledger names of a decision: the entry, its registration and the model it was compared with."""

import json
from dataclasses import dataclass

from tasks.errors import BadInput, Corrupt
from tasks.ledger import (
    ArtifactRef,
    Champion,
    Decided,
    Entry,
    Ledger,
    Promoted,
    RolledBack,
)
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.looks import find_look, retired

DECISION = "decision.json"


@dataclass(frozen=True)
class Record:
    """The decision behind entry `asked`: its own entry and body, and its artifacts by name."""

    asked: int
    entry: Entry
    body: Decided
    named: dict[str, ArtifactRef]


def record_of(ledger: Ledger, number: int) -> Record:
    """The decision of entry `number`, or the one that its promotion, or the rollback to it, rests on.

    Raises `BadInput` where the entry rests on no decision.
    """
    last = ledger.state().number
    if not 1 <= number <= last:
        raise BadInput(f"expected an entry from 1 to {last}, found {number}; see `evergreen history`")
    entry = ledger.entry(number)
    while isinstance(entry.body, Promoted | RolledBack):
        before = entry.body.decision if isinstance(entry.body, Promoted) else entry.body.to
        if before >= entry.number:
            raise Corrupt(f"ledger of {ledger.model}: entry {entry.number} rests on a later one, {before}")
        entry = ledger.entry(before)
    if not isinstance(entry.body, Decided):
        raise BadInput(f"entry {number} ({entry.body.kind}) is no decision, promotion or rollback")
    return Record(number, entry, entry.body, artifacts_of(ledger.entry(entry.body.registered)))


def champion_of(ledger: Ledger, body: Decided) -> Champion | None:
    """The champion that the decision's challenger was compared with."""
    if body.champion is None:
        return None
    crowned = ledger.entry(body.champion).body
    if not isinstance(crowned, Promoted | RolledBack):
        raise Corrupt(f"ledger of {ledger.model}: entry {body.champion} put no champion in office")
    return Champion(number=body.champion, registered=crowned.registered, candidate=crowned.candidate)


def is_sealed(ledger: Ledger, record: Record) -> bool:
    """Whether the holdout of the decision may be asked again, so that its numbers are still withheld.

    A document that cannot be read, as another version wrote it, counts as sealed until its holdout retires.
    """
    if retired(ledger.state(), _holdout(ledger, record)):
        return False
    if DECISION not in record.named:
        return True
    data = fetch_artifact(ledger.store, ledger.model, record.named[DECISION])
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return True
    return not isinstance(said, dict) or said.get("sealed") is not False


def _holdout(ledger: Ledger, record: Record) -> tuple[str, ...]:
    found = find_look(ledger.state(), record.body.look, ledger)
    if found is None:
        raise Corrupt(
            f"ledger of {ledger.model}: decision {record.entry.number} is on a look that is not in it"
        )
    return found.periods
