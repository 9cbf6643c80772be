"""What was erased, as the ledger tells it: each erasure names the one before, so no other entry is read."""

from collections.abc import Iterator
from dataclasses import dataclass

from tasks.errors import Corrupt
from tasks.ledger.entries import Erased
from tasks.ledger.log import Ledger


@dataclass(frozen=True)
class Erasure:
    """An erasure by its entry, and when it was (UTC)."""

    number: int
    time: str
    body: Erased


def erasures(ledger: Ledger, after: int = 0) -> Iterator[Erasure]:
    """Every erasure later than entry `after`, the newest first; raises `Corrupt` where the chain breaks."""
    number = ledger.state().erased
    while number is not None and number > after:
        entry = ledger.entry(number)
        if not isinstance(entry.body, Erased) or (entry.body.before or 0) >= number:
            raise Corrupt(f"{entry.place}: expected an erasure that follows an earlier one")
        yield Erasure(number, entry.time, entry.body)
        number = entry.body.before


def erased_contents(ledger: Ledger) -> dict[str, Erasure]:
    """By the SHA-256 of each content that is gone, the erasure that took it."""
    return {batch.old: one for one in erasures(ledger) for batch in one.body.batches}


def erased_words(decision: int, period: str, erasure: Erasure) -> str:
    """Why a decision cannot be brought back whole, in one line."""
    when = erasure.time[:16].replace("T", " ")
    return (
        f"decision {decision} was made from rows of {period} that were erased on purpose, by entry "
        f"{erasure.number} ({when} UTC): it cannot be brought back or replayed; `evergreen show {decision}` "
        "tells what was decided"
    )
