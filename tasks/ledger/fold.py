"""What the log says now: a fold over its entries. Pure."""

from functools import reduce
from typing import Literal

from pydantic import Field

from tasks.documents import Document, Hash
from tasks.errors import Corrupt
from tasks.ledger.entries import (
    Champion,
    ContractFrozen,
    Decided,
    Entry,
    Looked,
    Promoted,
    Registered,
    RolledBack,
)


class LookTaken(Document):
    """A look that counts, and the decision that came of it, once that is in."""

    look: Hash
    periods: tuple[str, ...]
    drill: bool
    decision: Hash | None = None


class LastDecision(Document):
    """The newest decision that was no drill."""

    number: int
    verdict: Literal["promote", "keep", "undecided"]
    inputs: Hash
    registered: int
    candidate: Hash
    champion: int | None
    contract: Hash


class State(Document):
    """The control state after entry `number` (0: an empty log), and what the next steps need of the past."""

    number: int = 0
    head: Hash | None = None
    contract: Hash | None = None
    champion: Champion | None = None
    champions: tuple[Champion, ...] = ()
    looks: tuple[LookTaken, ...] = ()
    decision: LastDecision | None = None
    registrations: dict[str, int] = Field(default_factory=dict)
    """Newest registration of each candidate that has no decision yet."""

    @property
    def previous(self) -> Champion | None:
        """The champion before this one: what a rollback returns to."""
        return self.champions[-2] if len(self.champions) > 1 else None

    @property
    def pending(self) -> LastDecision | None:
        """A decision to promote whose promotion is not in, and is still valid over today's champion."""
        last = self.decision
        if last is None or last.verdict != "promote" or last.contract != self.contract:
            return None
        return last if last.champion == (self.champion.number if self.champion else None) else None

    def look(self, look: str) -> LookTaken | None:
        """The look with this identity, if it was taken."""
        return next((one for one in self.looks if one.look == look), None)

    def looks_at(self, periods: tuple[str, ...]) -> tuple[LookTaken, ...]:
        """Looks that spent budget on a holdout which shares a period with `periods`."""
        return tuple(look for look in self.looks if not look.drill and set(look.periods) & set(periods))


def fold(entries: list[tuple[Entry, str]]) -> State:
    """The state after `entries`, each with the SHA-256 of its bytes."""
    return reduce(lambda state, item: advance(state, *item), entries, State())


def advance(state: State, entry: Entry, head: str) -> State:
    """The state after one more entry; raises `Corrupt` where the entry does not follow from it."""
    if entry.number != state.number + 1 or entry.previous != state.head:
        raise Corrupt(
            f"ledger of {entry.model}: entry {entry.number} does not continue the chain: "
            f"expected number {state.number + 1} after {state.head}, found previous {entry.previous}"
        )
    after = _apply(state, entry)
    return after.model_copy(update={"number": entry.number, "head": head})


def _apply(state: State, entry: Entry) -> State:
    body = entry.body
    match body:
        case ContractFrozen():
            return state.model_copy(update={"contract": body.contract})
        case Looked():
            look = LookTaken(look=body.look, periods=body.periods, drill=body.drill)
            return state.model_copy(update={"looks": (*state.looks, look)})
        case Registered():
            return state.model_copy(
                update={"registrations": {**state.registrations, body.candidate: entry.number}}
            )
        case Decided():
            return _decided(state, body, entry.number)
        case Promoted():
            _must_follow(state, entry, before=body.before)
            if body.contract != state.contract:
                raise Corrupt(f"ledger of {entry.model}: promotion {entry.number} is under another contract")
            _must_be_decided(state, entry, body)
        case RolledBack():
            _must_follow(state, entry, before=body.before)
            if Champion(number=body.to, registered=body.registered, candidate=body.candidate) not in (
                state.champions
            ):
                raise Corrupt(
                    f"ledger of {entry.model}: rollback {entry.number} returns to entry {body.to}, "
                    "which put no such champion in office"
                )
    champion = Champion(number=entry.number, registered=body.registered, candidate=body.candidate)
    return state.model_copy(update={"champion": champion, "champions": (*state.champions, champion)})


def _decided(state: State, body: Decided, number: int) -> State:
    looks = tuple(
        look.model_copy(update={"decision": body.decision}) if look.look == body.look else look
        for look in state.looks
    )
    open_ones = {key: value for key, value in state.registrations.items() if key != body.candidate}
    last = state.decision
    if not body.drill:
        last = LastDecision(
            number=number,
            verdict=body.verdict,
            inputs=body.inputs,
            registered=body.registered,
            candidate=body.candidate,
            champion=body.champion,
            contract=body.contract,
        )
    return state.model_copy(update={"looks": looks, "registrations": open_ones, "decision": last})


def _must_follow(state: State, entry: Entry, *, before: int | None) -> None:
    current = state.champion.number if state.champion else None
    if before != current:
        raise Corrupt(
            f"ledger of {entry.model}: {entry.body.kind} {entry.number} replaces champion {before}, "
            f"but the champion was {current}"
        )


def _must_be_decided(state: State, entry: Entry, body: Promoted) -> None:
    last = state.pending
    found = (body.decision, body.registered, body.candidate)
    if last is None or found != (last.number, last.registered, last.candidate):
        raise Corrupt(
            f"ledger of {entry.model}: promotion {entry.number} of {body.candidate[:12]}… by decision "
            f"{body.decision}: there is no decision that calls for it"
        )
