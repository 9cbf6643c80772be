"""Registrations in the fold: open until they are decided on or given up. Pure.

Whoever sweeps what was given up may be slow, or dead and replaced. So keys are never named again
after an abandonment: a later registration of the same bytes names other keys, by the number of the
newest abandonment, and what the sweep may remove is settled with the entry that abandons.
"""

from tasks.errors import Corrupt
from tasks.ledger.entries import Abandoned, Decided, Entry, Registered, Swept
from tasks.ledger.state import Registration, State


def noted(state: State, entry: Entry, body: Registered | Abandoned | Swept) -> State:
    """The state after a registration, an abandonment or a sweep; raises `Corrupt` if it does not follow."""
    match body:
        case Registered():
            return _registered(state, entry, body)
        case Abandoned():
            return _abandoned(state, entry, body)
        case Swept():
            return _swept(state, entry, body)


def _registered(state: State, entry: Entry, body: Registered) -> State:
    if any(ref.after != state.abandoned for ref in body.artifacts.values()):
        raise Corrupt(f"{entry.place}: names keys that an abandonment may have swept")
    one = Registration(number=entry.number, candidate=body.candidate, time=entry.time)
    return state.model_copy(update={"open": (*state.open, one)})


def _abandoned(state: State, entry: Entry, body: Abandoned) -> State:
    rest = without(state, entry, body)
    return state.model_copy(
        update={"open": rest, "abandoned": entry.number, "unswept": (*state.unswept, entry.number)}
    )


def _swept(state: State, entry: Entry, body: Swept) -> State:
    if body.abandoned not in state.unswept:
        raise Corrupt(f"{entry.place}: entry {body.abandoned} has nothing to be swept")
    left = tuple(number for number in state.unswept if number != body.abandoned)
    return state.model_copy(update={"unswept": left})


def without(state: State, entry: Entry, body: Abandoned | Decided) -> tuple[Registration, ...]:
    """The open registrations without that of `body`; raises `Corrupt` if it is none of them."""
    rest = tuple(
        one for one in state.open if (one.number, one.candidate) != (body.registered, body.candidate)
    )
    if len(rest) == len(state.open):
        raise Corrupt(
            f"{entry.place}: entry {body.registered} is no open registration of its candidate: "
            "none ever, or one that was decided on or abandoned"
        )
    return rest
