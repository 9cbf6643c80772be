"""The `erased` entry: fenced on what was searched, and on runs that have batches in hand."""

from datetime import UTC, datetime, timedelta

from tasks.erase.search import Found
from tasks.errors import Conflict, Refused
from tasks.intake import bytes_key, read_catalogue
from tasks.ledger import Body, Erased, Ledger, State
from tasks.ledger.erasures import erasures


def refuse_if_at_work(state: State, hours: float) -> None:
    """A registration without a decision may be a run's on another machine, which has the batches in hand."""
    for one in state.open:
        if datetime.now(UTC) - datetime.fromisoformat(one.time) < timedelta(hours=hours):
            raise Refused(
                f"registration {one.number} has no decision yet: its run may be at work elsewhere; no row "
                f"was erased. Try again after it, or after {hours:g} hours if it died (retention.grace_hours)"
            )


def write_entry(ledger: Ledger, found: Found, reason: str, seen: State, hours: float) -> int:
    """The entry's number; raises `Refused` if since `seen`, read before the search, rows were erased.

    What is left of a batch would then hold rows that went meanwhile.
    """

    def body(state: State) -> Body:
        if state.erased != seen.erased:
            came = f"another erasure came meanwhile, entry {state.erased}"
            raise Refused(f"{came}: no row was erased; repeat it")
        refuse_if_at_work(state, hours)
        for one in found.batches:
            if one.new and not ledger.store.exists(bytes_key(ledger.model, one.new)):
                raise Conflict(f"what is left of {one.period} is not in the store any more: repeat it")
        return Erased(before=state.erased, reason=reason, batches=tuple(found.batches))

    try:
        return ledger.append(body).number
    except Refused:
        _take_back(ledger, found, seen)
        raise


def _take_back(ledger: Ledger, found: Found, seen: State) -> None:
    """Remove what is left of batches that others erased from: it holds their rows, and nobody names it."""
    came = [batch for one in erasures(ledger, seen.erased or 0) for batch in one.body.batches]
    gone = {batch.old for batch in came}
    named = {batch.new for batch in came}
    named |= {one.sha256 for one in read_catalogue(ledger.store, ledger.model).revisions}
    for batch in found.batches:
        if batch.new and batch.old in gone and batch.new not in named:
            ledger.store.delete(bytes_key(ledger.model, batch.new))
