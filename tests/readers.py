"""What a reader sees of a ledger, who knows nothing yet."""

from ledgers import MODEL

from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.store import Store


def kinds(ledger: Ledger, first: int = 1) -> list[str]:
    """The kinds of the entries from `first` on."""
    return [entry.body.kind for entry, _ in ledger.entries(first)]


def champion_of(store: Store) -> str | None:
    """The champion, every artifact verified."""
    ledger = Ledger(store, MODEL)
    champion = ledger.state().champion
    if champion is None:
        return None
    for ref in artifacts_of(ledger.entry(champion.registered)).values():
        fetch_artifact(store, MODEL, ref)
    return champion.candidate
