"""What the log says now: a fold over its entries. Pure, given what is asked of the entries before."""

from tasks.errors import Corrupt
from tasks.ledger.control import Approved, Held, Rejected, Released
from tasks.ledger.entries import (
    Abandoned,
    Champion,
    ContractFrozen,
    Decided,
    Entry,
    Erased,
    Looked,
    Promoted,
    Registered,
    RolledBack,
    Swept,
)
from tasks.ledger.looks import after_look, find_look
from tasks.ledger.office import champion_of
from tasks.ledger.past import NOTHING, InMemory, Past
from tasks.ledger.registrations import noted, without
from tasks.ledger.segments import moved_out
from tasks.ledger.state import Answer, Hold, LastDecision, LookTaken, State


def fold(entries: list[tuple[Entry, str]]) -> State:
    """The state after `entries`, each with the SHA-256 of its bytes."""
    state, past = State(), InMemory()
    for entry, head in entries:
        past.keep(entry, moved_out(state, entry.body))
        state = advance(state, entry, head, past)
    return state


def advance(state: State, entry: Entry, head: str, past: Past = NOTHING) -> State:
    """The state after one more entry; raises `Corrupt` where the entry does not follow from it.

    `past` is asked where the state is not enough: for a rollback to an earlier champion than the
    previous one, and a decision on a look that has moved out.
    """
    if entry.number != state.number + 1 or entry.previous != state.head:
        raise Corrupt(
            f"ledger of {entry.model}: entry {entry.number} does not continue the chain: "
            f"expected number {state.number + 1} after {state.head}, found previous {entry.previous}"
        )
    after = _apply(state, entry, past)
    return after.model_copy(update={"number": entry.number, "head": head})


def _apply(state: State, entry: Entry, past: Past) -> State:
    body = entry.body
    match body:
        case ContractFrozen():
            frozen = {"contract": body.contract, "approval": body.approval}
            return state.model_copy(update={**frozen, "answer": _unless_approved(state)})
        case Looked():
            return after_look(state, body)
        case Registered() | Abandoned() | Swept():
            return noted(state, entry, body)
        case Decided():
            return _decided(state, entry, body, past)
        case Promoted() | RolledBack():
            return _crowned(state, entry, body, past)
        case Held() | Released() | Approved() | Rejected() | Erased():
            return _steered(state, entry, body)


def _crowned(state: State, entry: Entry, body: Promoted | RolledBack, past: Past) -> State:
    _must_follow(state, entry, before=body.before)
    if isinstance(body, Promoted):
        _must_be_decided(state, entry, body)
    else:
        _must_have_reigned(state, entry, body, past)
    return state.model_copy(update={"champion": champion_of(entry), "previous": state.champion})


def _steered(state: State, entry: Entry, body: Held | Released | Approved | Rejected | Erased) -> State:
    if isinstance(body, Erased):
        return _erased(state, entry, body)
    if isinstance(body, Held | Released):
        return _held(state, entry, body)
    return _answered(state, entry, body)


def _held(state: State, entry: Entry, body: Held | Released) -> State:
    """An approval ends with a hold: whoever gave it did not know of what the hold is for."""
    if isinstance(body, Held):
        if state.hold is not None:
            raise Corrupt(f"{entry.place}: promotions are held already, by entry {state.hold.number}")
        hold = Hold(number=entry.number, time=entry.time, actor=entry.actor, reason=body.reason)
        return state.model_copy(update={"hold": hold, "answer": _unless_approved(state)})
    if state.hold is None or state.hold.number != body.hold:
        raise Corrupt(f"{entry.place}: releases a hold of entry {body.hold} that is not in force")
    return state.model_copy(update={"hold": None, "released": entry.number})


def _answered(state: State, entry: Entry, body: Approved | Rejected) -> State:
    pending = state.pending
    if pending is None or (body.decision, body.candidate) != (pending.number, pending.candidate):
        raise Corrupt(f"{entry.place}: decision {body.decision} is not what waits")
    if state.answer is not None:
        raise Corrupt(f"{entry.place}: entry {state.answer.number} has answered decision {body.decision}")
    if isinstance(body, Approved):
        if (body.before, body.contract) != (pending.champion, pending.contract):
            raise Corrupt(
                f"{entry.place}: is about another champion or contract than decision {body.decision}"
            )
        if state.waits_for != "approval":
            raise Corrupt(f"{entry.place}: decision {body.decision} does not wait for approval")
    verdict = "approved" if isinstance(body, Approved) else "rejected"
    return state.model_copy(update={"answer": Answer(number=entry.number, verdict=verdict)})


def _erased(state: State, entry: Entry, body: Erased) -> State:
    if body.before != state.erased:
        raise Corrupt(f"{entry.place}: follows erasure {body.before}, but the one before is {state.erased}")
    return state.model_copy(update={"erased": entry.number})


def _unless_approved(state: State) -> Answer | None:
    return None if state.answer is not None and state.answer.verdict == "approved" else state.answer


def _decided(state: State, entry: Entry, body: Decided, past: Past) -> State:
    last = state.decision
    if not body.drill:
        last = LastDecision(
            number=entry.number,
            verdict=body.verdict,
            inputs=body.inputs,
            registered=body.registered,
            candidate=body.candidate,
            champion=body.champion,
            contract=body.contract,
        )
    answer = state.answer if body.drill else None
    return state.model_copy(
        update={
            "looks": _answered_looks(state, body, past),
            "open": without(state, entry, body),
            "decision": last,
            "answer": answer,
        }
    )


def _answered_looks(state: State, body: Decided, past: Past) -> tuple[LookTaken, ...]:
    """The looks, of which one knows its decision now; one that had moved out is back."""
    decided = {"decision": body.decision}
    if all(look.look != body.look for look in state.looks):
        found = find_look(state, body.look, past)
        return (*state.looks, found.model_copy(update=decided)) if found else state.looks
    return tuple(look.model_copy(update=decided) if look.look == body.look else look for look in state.looks)


def _must_follow(state: State, entry: Entry, *, before: int | None) -> None:
    current = state.champion.number if state.champion else None
    if before != current:
        raise Corrupt(
            f"ledger of {entry.model}: {entry.body.kind} {entry.number} replaces champion {before}, "
            f"but the champion was {current}"
        )


def _must_be_decided(state: State, entry: Entry, body: Promoted) -> None:
    if body.contract != state.contract:
        raise Corrupt(f"ledger of {entry.model}: promotion {entry.number} is under another contract")
    last = state.pending
    found = (body.decision, body.registered, body.candidate)
    if last is None or found != (last.number, last.registered, last.candidate):
        raise Corrupt(
            f"ledger of {entry.model}: promotion {entry.number} of {body.candidate[:12]}… by decision "
            f"{body.decision}: there is no decision that calls for it"
        )
    if state.waits_for is not None:
        raise Corrupt(f"{entry.place}: decision {last.number} waits for {state.waits_for}")


def _must_have_reigned(state: State, entry: Entry, body: RolledBack, past: Past) -> None:
    back = Champion(number=body.to, registered=body.registered, candidate=body.candidate)
    if back in (state.champion, state.previous):
        return
    if not 1 <= body.to <= state.number or champion_of(past.entry(body.to)) != back:
        raise Corrupt(
            f"ledger of {entry.model}: rollback {entry.number} returns to entry {body.to}, "
            "which put no such champion in office"
        )
