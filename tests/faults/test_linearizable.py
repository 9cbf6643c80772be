"""The search for an order: what it accepts, what it rejects, and that brute force agrees."""

from itertools import combinations, permutations

import pytest
from faults.history import Operation
from faults.linearizable import Undecided, check
from hypothesis import given, settings
from hypothesis import strategies as st


def cell(value: int, one: Operation) -> int | None:
    """A number that is written, read, and swapped for another where it is the one expected."""
    asked = one.asked["value"]
    if one.kind == "write":
        return asked
    if one.kind == "read":
        return value if one.told is None or one.told["value"] == value else None
    swapped = value == one.asked["expected"]
    if one.told is None:
        return asked if swapped else None
    return None if one.told["value"] != swapped else asked if swapped else value


def done(kind: str, called: float, answered: float | None, value: int = 0, **more: int) -> Operation:
    """An operation; `told` is what a read or a swap was told."""
    told = None if answered is None else {"value": more.pop("told", value)}
    return Operation(f"{kind}@{called}", kind, {"value": value, **more}, called, answered, told)


class TestAccepts:
    """Histories that some order explains."""

    def test_one_after_the_other(self) -> None:
        """Each sees what came before."""
        history = [done("write", 0, 1, 7), done("read", 2, 3, told=7)]
        assert check(history, 0, cell).accepted

    def test_overlapping_reads_in_either_order(self) -> None:
        """Two reads beside a write may see the old and the new."""
        history = [done("write", 0, 9, 7), done("read", 1, 3, told=0), done("read", 4, 6, told=7)]
        assert check(history, 0, cell).accepted

    @pytest.mark.parametrize("seen", [0, 7])
    def test_an_operation_without_an_answer_either_way(self, seen: int) -> None:
        """It happened, or it did not, and also much later."""
        history = [done("write", 0, None, 7), done("read", 1, 2, told=0), done("read", 3, 4, told=seen)]
        assert check(history, 0, cell).accepted

    def test_nothing(self) -> None:
        """An empty history needs no order."""
        assert check([], 0, cell).accepted


class TestRejects:
    """Histories that no order explains, by the operation at which every order ends."""

    def test_a_stale_read(self) -> None:
        """What was acknowledged before the read began is seen by it."""
        verdict = check([done("write", 0, 1, 7), done("read", 2, 3, told=0)], 0, cell)
        assert not verdict.accepted
        assert verdict.stuck == done("read", 2, 3, told=0)

    def test_going_back(self) -> None:
        """Once a read has seen the new value, a later one does not see the old."""
        history = [done("write", 0, 9, 7), done("read", 1, 3, told=7), done("read", 4, 6, told=0)]
        assert not check(history, 0, cell).accepted

    def test_two_winners(self) -> None:
        """Of two swaps of one value one has won."""
        history = [done("swap", 0, 9, new, told=1, expected=0) for new in (1, 2)]
        assert not check(history, 0, cell).accepted

    def test_a_lost_update(self) -> None:
        """What was acknowledged does not vanish, whatever went unanswered."""
        history = [done("swap", 0, 1, 5, told=1, expected=0), done("write", 2, None, 3)]
        assert not check([*history, done("read", 4, 5, told=0)], 0, cell).accepted

    def test_what_happened_twice(self) -> None:
        """An operation without an answer explains one change and not two."""
        history = [done("write", 0, None, 7), done("read", 1, 2, told=7), done("write", 3, 4, 1)]
        assert not check([*history, done("read", 5, 6, told=7)], 0, cell).accepted

    def test_nothing_when_it_takes_too_long(self) -> None:
        """A search that was cut short has no verdict."""
        history = [done("write", 0, 99, value) for value in range(1, 9)]
        with pytest.raises(Undecided, match="100 steps"):
            check([*history, done("read", 100, 101, told=0)], 0, cell, limit=100)


def by_brute_force(history: list[Operation]) -> bool:
    """Every order of every choice of the unanswered ones."""
    answered = [one for one in history if one.answered is not None]
    open_ones = [one for one in history if one.answered is None]
    return any(
        _explains(order)
        for size in range(len(open_ones) + 1)
        for chosen in combinations(open_ones, size)
        for order in permutations([*answered, *chosen])
    )


def _explains(order: tuple[Operation, ...]) -> bool:
    value: int | None = 0
    for place, one in enumerate(order):
        too_late = any(later.answered is not None and later.answered < one.called for later in order[place:])
        value = None if too_late else cell(value or 0, one)
        if value is None:
            return False
    return True


@st.composite
def histories(draw: st.DrawFn) -> list[Operation]:
    """Up to five operations on a cell of small numbers."""
    made = []
    for number in range(draw(st.integers(0, 5))):
        kind, called = draw(st.sampled_from(["read", "write", "swap"])), draw(st.integers(0, 9)) + number / 10
        answered = draw(st.none() | st.integers(1, 4).map(lambda more, called=called: called + more))
        numbers = {name: draw(st.integers(0, 1)) for name in ("told", "expected")}
        made.append(done(kind, called, answered, draw(st.integers(0, 2)), **numbers))
    return sorted(made, key=lambda one: one.called)


class TestBruteForce:
    """The search against every order there is."""

    @settings(max_examples=100)
    @given(histories())
    def test_agrees(self, history: list[Operation]) -> None:
        """The same verdict on any small history."""
        assert check(history, 0, cell).accepted == by_brute_force(history)
