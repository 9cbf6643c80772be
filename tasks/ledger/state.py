"""The control state of a ledger: what a fold of its entries comes to."""

from typing import Literal

from pydantic import Field

from tasks.documents import Document, Hash
from tasks.ledger.entries import Champion


class LookTaken(Document):
    """A look, the share of a level that it spends, and the decision that came of it, once that is in."""

    look: Hash
    periods: tuple[str, ...]
    drill: bool
    decision: Hash | None = None
    shared_by: int = Field(default=1, ge=1, exclude_if=lambda looks: looks == 1)


class SegmentRef(Document):
    """Looks that have moved out of the fold, by hash; `highest` is the last period of any till then."""

    sha256: Hash
    highest: str


class LastDecision(Document):
    """The newest decision that was no drill."""

    number: int
    verdict: Literal["promote", "keep", "undecided"]
    inputs: Hash
    registered: int
    candidate: Hash
    champion: int | None
    contract: Hash


class Registration(Document):
    """Artifacts that were registered at entry `number`, for a decision on `candidate`."""

    number: int
    candidate: Hash
    time: str


class Hold(Document):
    """Promotions are held since this entry."""

    number: int
    time: str
    actor: str
    reason: str


class Answer(Document):
    """What somebody said to the newest decision, and the entry that says so."""

    number: int
    verdict: Literal["approved", "rejected"]


class State(Document):
    """The control state after entry `number` (0: an empty log), and what the next steps need of the past.

    It does not grow with the log: older looks lie in segments, and each entry that put a champion in
    office names the one before it.
    """

    number: int = 0
    head: Hash | None = None
    contract: Hash | None = None
    approval: Literal["required"] | None = None
    """What the contract in force asks for between a decision to promote and its promotion."""
    hold: Hold | None = None
    released: int | None = None
    """The newest release."""
    champion: Champion | None = None
    previous: Champion | None = None
    """The champion before this one: what a rollback returns to."""
    looks: tuple[LookTaken, ...] = ()
    """The newest looks; those before them are in `archive`."""
    archive: SegmentRef | None = None
    latest: str | None = None
    """The first period of the latest holdout that was asked: holdouts before it have retired."""
    decision: LastDecision | None = None
    answer: Answer | None = None
    open: tuple[Registration, ...] = ()
    """Registrations that nobody has decided on or given up."""
    abandoned: int | None = None
    """The newest abandonment."""
    unswept: tuple[int, ...] = ()
    """Abandonments whose artifacts may still be there."""
    erased: int | None = None
    """The newest erasure."""

    @property
    def pending(self) -> LastDecision | None:
        """A decision to promote whose promotion is not in, and is still valid over today's champion."""
        last = self.decision
        if last is None or last.verdict != "promote" or last.contract != self.contract:
            return None
        if self.answer is not None and self.answer.verdict == "rejected":
            return None
        return last if last.champion == (self.champion.number if self.champion else None) else None

    @property
    def waits_for(self) -> Literal["release", "approval"] | None:
        """What the pending decision waits for before it may be promoted."""
        if self.pending is None:
            return None
        if self.hold is not None:
            return "release"
        return "approval" if self.approval == "required" and self.answer is None else None

    @property
    def has_waited(self) -> bool:
        """Whether the pending decision is one that waited, and need not wait any longer."""
        pending = self.pending
        if pending is None or self.waits_for is not None:
            return False
        return self.answer is not None or (self.released or 0) > pending.number

    def registration(self, candidate: str) -> Registration | None:
        """The newest open registration of `candidate`."""
        return next((one for one in reversed(self.open) if one.candidate == candidate), None)

    def is_open(self, number: int) -> bool:
        """Whether entry `number` is a registration that nobody has decided on or given up."""
        return any(one.number == number for one in self.open)
