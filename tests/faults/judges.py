"""The three judges of every history: the audit, the log against the answers, the search for an order."""

from collections.abc import Sequence
from pathlib import Path

from faults.against_log import differences, settled
from faults.history import Operation
from faults.linearizable import check
from faults.register import Office, Register, step
from ledgers import MODEL, enthroned, frozen

from tasks.errors import Corrupt
from tasks.ledger import Entry, Ledger, State
from tasks.ledger.audit import audit
from tasks.store import Store

FEW = 20
"""Operations without an answer, up to which an order is sought without the help of the log too.

With it more is rejected: the log says which of them happened, and where. Without it the search takes
exponentially longer with each.
"""


def prepared(store: Store, root: Path) -> Register:
    """A ledger with a contract and two champions, and what a reader sees of it."""
    ledger = frozen(store)
    for name in ("setup-a", "setup-b"):
        enthroned(root, ledger, name)
    return seen(ledger.state())


def seen(state: State) -> Register:
    """What a reader sees of a ledger that is not held."""
    first, last = (Office(one.number, one.candidate) for one in state.champions[-2:])
    return Register(contract=str(state.contract), last=state.number, champion=last, before=first)


def wrongs(store: Store, operations: Sequence[Operation], start: Register) -> list[str]:
    """Everything that is wrong with a history and the ledger that came of it."""
    ledger = Ledger(store, MODEL)
    found = audit(ledger).wrong
    entries, broken = _readable(ledger)
    said = [("audit", found), ("log", broken), *(("log", one) for one in differences(operations, entries))]
    histories = {"history and log": settled(operations, entries)}
    if sum(one.told is None for one in operations) <= FEW:
        histories["history"] = list(operations)
    for name, history in histories.items():
        verdict = check(history, start, step)
        if not verdict.accepted:
            said.append((name, f"no order explains {verdict.stuck}"))
    return [f"{judge}: {words}" for judge, words in said if words]


def _readable(ledger: Ledger) -> tuple[list[Entry], str | None]:
    entries: list[Entry] = []
    try:
        entries.extend(entry for entry, _ in ledger.entries())
    except Corrupt as error:
        return entries, str(error)
    return entries, None
