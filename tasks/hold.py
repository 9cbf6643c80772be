"""hold and release: during an incident nothing is promoted; decisions are still made, and wait."""

from tasks.documents import Document
from tasks.errors import Refused
from tasks.ledger import Body, Held, Ledger, Released, State
from tasks.ledger.reason import reason_of
from tasks.ledger.state import Hold
from tasks.ledger.waiting import held_words, waiting_words


class Control(Document):
    """The entry that was written, the hold in force after it, and the decision that waits, if one does."""

    schema_version: int = 1
    entry: int
    hold: Hold | None
    promotion_waits: str | None


def hold(ledger: Ledger, *, reason: str) -> Control:
    """Promote nothing from here on; raises `Refused` if promotions are held already."""
    said = reason_of(reason)

    def body(state: State) -> Body:
        if state.hold is not None:
            raise Refused(f"{held_words(state.hold)}; that hold stays, and this one was not written")
        return Held(reason=said)

    return _control(ledger.append(body))


def release(ledger: Ledger, *, reason: str) -> Control:
    """End the hold in force; raises `Refused` if there is none, or another since this call began."""
    said, seen = reason_of(reason), ledger.state().hold

    def body(state: State) -> Body:
        if state.hold is None:
            raise Refused("promotions are not held: there is nothing to release")
        if state.hold != seen:
            raise Refused(f"another hold came meanwhile, and was not released: {held_words(state.hold)}")
        return Released(hold=state.hold.number, reason=said)

    return _control(ledger.append(body))


def _control(state: State) -> Control:
    return Control(entry=state.number, hold=state.hold, promotion_waits=waiting_words(state))
