"""What rests on erased rows: decisions and champions, by their entries."""

from dataclasses import dataclass

from tasks.errors import Corrupt
from tasks.ledger import Decided, ErasedBatch, Ledger, Promoted, RolledBack
from tasks.window import window_of


@dataclass(frozen=True)
class Resting:
    """Entries by number, drills too; of those that are `unknown` the window cannot be read.

    A champion is there by each entry that put it in office: its promotion, and rollbacks to it.
    """

    decisions: tuple[int, ...] = ()
    champions: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()


def resting_on(ledger: Ledger, batches: list[ErasedBatch]) -> Resting:
    """What has one of these contents in its window. It reads the whole ledger."""
    gone = {batch.old for batch in batches}
    rests: dict[int, bool | None] = {}
    decisions, champions, unknown = list[int](), list[int](), list[int]()
    for entry, _ in ledger.entries():
        if not isinstance(entry.body, Decided | Promoted | RolledBack):
            continue
        registered = entry.body.registered
        if registered not in rests:
            rests[registered] = _rests(ledger, registered, gone)
        if rests[registered] is None:
            unknown.append(entry.number)
        elif rests[registered]:
            (decisions if isinstance(entry.body, Decided) else champions).append(entry.number)
    return Resting(tuple(decisions), tuple(champions), tuple(unknown))


def _rests(ledger: Ledger, registered: int, gone: set[str]) -> bool | None:
    """Whether the window held one of them; None where nobody can tell."""
    try:
        window = window_of(ledger, registered)
    except Corrupt:
        return None
    return None if window is None else not gone.isdisjoint(window.values())
