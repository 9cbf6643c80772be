"""Does the ledger hold? The chain from its first entry, every number, and the bytes of every champion."""

from tasks.documents import Document
from tasks.errors import Corrupt
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.entries import Erased, Promoted, RolledBack
from tasks.ledger.log import Ledger
from tasks.ledger.state import State


class Audit(Document):
    """What was verified, or the first thing that is wrong."""

    schema_version: int = 1
    model: str
    entries: int
    champions: int
    artifacts: int
    erasures: int = 0
    head: str | None
    wrong: str | None = None


def audit(ledger: Ledger) -> Audit:
    """Fold the log from entry 1 and hash every champion's artifacts; names the first wrong thing.

    Pointer, snapshot and listing are taken first: what they tell of has to be in the log that is read
    after them, also while others append. They are all that can tell of a last entry that was changed
    or cut off.
    """
    state, champions, artifacts, erasures = State(), 0, 0, 0
    wrong = None
    caches = {key: ledger.caches.told(key) for key in ledger.caches.keys}
    listed = [one.key for one in ledger.store.list(f"ledger/{ledger.model}/")]
    try:
        for entry, state in ledger.states():
            _must_agree(state, caches)
            erasures += isinstance(entry.body, Erased)
            if isinstance(entry.body, Promoted | RolledBack):
                champions += 1
                for ref in artifacts_of(ledger.entry(entry.body.registered)).values():
                    fetch_artifact(ledger.store, ledger.model, ref)
                    artifacts += 1
        wrong = _cut_off(ledger, state.number, caches, listed)
    except Corrupt as error:
        wrong = str(error)
    return Audit(
        model=ledger.model,
        entries=state.number,
        champions=champions,
        artifacts=artifacts,
        erasures=erasures,
        head=state.head,
        wrong=wrong,
    )


def _must_agree(state: State, caches: dict[str, State | None]) -> None:
    for key, told in caches.items():
        if told is not None and told.number == state.number and told != state:
            raise Corrupt(f"{key}: says otherwise than the log at entry {state.number}")


def _cut_off(ledger: Ledger, last: int, caches: dict[str, State | None], listed: list[str]) -> str | None:
    beyond = [key for key in listed if key > ledger.key(last)]
    if beyond:
        return f"{beyond[0]}: there is no entry {last + 1}, but entries after it"
    for key, told in caches.items():
        if told is not None and told.number > last:
            return f"{key}: tells of entry {told.number}, but the log ends at {last}"
    return None
