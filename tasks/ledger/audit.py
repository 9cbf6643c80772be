"""Does the ledger hold? The chain from its first entry, every number, and the bytes of every champion."""

from tasks.documents import Document
from tasks.errors import Corrupt
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.entries import Promoted, RolledBack
from tasks.ledger.fold import State, advance
from tasks.ledger.log import Ledger


class Audit(Document):
    """What was verified, or the first thing that is wrong."""

    schema_version: int = 1
    model: str
    entries: int
    champions: int
    artifacts: int
    head: str | None
    wrong: str | None = None


def audit(ledger: Ledger) -> Audit:
    """Fold the log from entry 1 and hash every champion's artifacts; names the first wrong thing."""
    state, champions, artifacts = State(), 0, 0
    wrong = None
    try:
        for entry, head in ledger.entries():
            state = advance(state, entry, head)
            if isinstance(entry.body, Promoted | RolledBack):
                champions += 1
                for ref in artifacts_of(ledger.entry(entry.body.registered)).values():
                    fetch_artifact(ledger.store, ledger.model, ref)
                    artifacts += 1
        listed = [one.key for one in ledger.store.list(f"ledger/{ledger.model}/")]
        beyond = [key for key in listed if key > ledger.key(state.number)]
        if beyond:
            wrong = f"{beyond[0]}: there is no entry {state.number + 1}, but entries after it"
    except Corrupt as error:
        wrong = str(error)
    return Audit(
        model=ledger.model,
        entries=state.number,
        champions=champions,
        artifacts=artifacts,
        head=state.head,
        wrong=wrong,
    )
