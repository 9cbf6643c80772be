"""The search for an order of operations, each at an instant between call and answer, that explains them.

The search of Wing and Gong (1993), with Lowe's memory of configurations that led nowhere (2017), over
calls and answers in a linked list as in Porcupine. An operation without an answer may have happened at
any instant after its call, or not at all.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from faults.history import Operation

State = TypeVar("State", bound=Hashable)
Step = Callable[[State, Operation], State | None]
"""The state after an operation, or None where it cannot have been told this in that state."""


@dataclass(frozen=True)
class Verdict:
    """Whether an order was found; else the operation that nothing explains. `steps` were tried."""

    accepted: bool
    steps: int
    stuck: Operation | None = None


class Undecided(Exception):
    """The search was longer than allowed."""


class _Event:
    def __init__(self, number: int, answer: "_Event | None" = None, *, is_call: bool) -> None:
        self.number, self.answer, self.is_call = number, answer, is_call
        self.before: _Event = self
        self.after: _Event | None = None

    def leave(self) -> None:
        self.before.after = self.after
        if self.after is not None:
            self.after.before = self.before

    def come_back(self) -> None:
        self.before.after = self
        if self.after is not None:
            self.after.before = self


def check(
    operations: Sequence[Operation], start: State, step: Step[State], limit: int = 2_000_000
) -> Verdict:
    """Search for an order; raises `Undecided` after `limit` steps."""
    head, open_ones = _linked(operations)
    event, state, done, steps = head.after, start, 0, 0
    taken: list[tuple[_Event, State]] = []
    tried: set[tuple[int, State]] = set()
    deepest, stuck = -1, None
    while open_ones:
        if event is None:  # an answer that is awaited stands before the end
            raise AssertionError("an answer was lost from the list")
        if event.is_call:
            steps += 1
            if steps > limit:
                raise Undecided(f"{limit:,} steps, {len(taken)} of {len(operations)} operations in order")
            after, with_it = step(state, operations[event.number]), done | 1 << event.number
            if after is None or (with_it, after) in tried:
                event = event.after
                continue
            tried.add((with_it, after))
            taken.append((event, state))
            state, done = after, with_it
            open_ones -= _lift(event)
            event = head.after
            continue
        if len(taken) > deepest:
            deepest, stuck = len(taken), operations[event.number]
        if not taken:
            return Verdict(accepted=False, steps=steps, stuck=stuck)
        event, state = taken.pop()
        done ^= 1 << event.number
        open_ones += _put_back(event)
        event = event.after
    return Verdict(accepted=True, steps=steps)


def _linked(operations: Sequence[Operation]) -> tuple[_Event, int]:
    """The head of the list of calls and answers by time, and how many answers there are."""
    timed: list[tuple[float, int, _Event]] = []
    for number, one in enumerate(operations):
        answer = None if one.answered is None else _Event(number, is_call=False)
        timed.append((one.called, 0, _Event(number, answer, is_call=True)))
        if answer is not None and one.answered is not None:
            timed.append((one.answered, 1, answer))
    head = last = _Event(-1, is_call=False)
    # Where a call and an answer have the same time, the call counts as earlier: that forbids less.
    for _, _, event in sorted(timed, key=lambda one: one[:2]):
        last.after, event.before = event, last
        last = event
    return head, sum(one.answered is not None for one in operations)


def _lift(call: _Event) -> int:
    call.leave()
    if call.answer is None:
        return 0
    call.answer.leave()
    return 1


def _put_back(call: _Event) -> int:
    if call.answer is not None:
        call.answer.come_back()
    call.come_back()
    return 0 if call.answer is None else 1
