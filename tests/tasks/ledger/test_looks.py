"""Looks in the log: which holdouts they were spent on, at what share, and what was decided on them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import sha
from logs import contract, decided, entry, folded, look, registered

from tasks.errors import Corrupt
from tasks.ledger import LookTaken, State
from tasks.ledger.entries import parse_entry
from tasks.ledger.fold import advance
from tasks.ledger.looks import find_look, level_spent, looks_at, looks_left
from tasks.ledger.past import InMemory


def looks_of(*shared_by: int) -> list[LookTaken]:
    """Looks that each spend one in so many of the level."""
    return [
        LookTaken(look=sha(str(place)), periods=("2024-01",), drill=False, shared_by=one)
        for place, one in enumerate(shared_by)
    ]


class TestLooks:
    """Looks are what a holdout's budget is spent on."""

    def test_share_a_budget_where_they_share_a_period(self) -> None:
        """A look at January and February spends on each of them, and not on March."""
        both = look("a").model_copy(update={"periods": ("2024-01", "2024-02")})
        state = folded(contract(), both)
        assert [
            len(looks_at(state, at, InMemory()))
            for at in (("2024-01",), ("2024-02", "2024-03"), ("2024-03",))
        ] == [
            1,
            1,
            0,
        ]

    def test_a_drill_spends_nothing(self) -> None:
        """A drill's look is in the ledger, and counts at no holdout."""
        state = folded(contract(), look(drill=True))
        assert find_look(state, look().look, InMemory()) is not None
        assert looks_at(state, ("2024-01",), InMemory()) == ()

    def test_know_the_share_of_a_level_that_they_spend(self) -> None:
        """It comes from the entry, and is still known once the decision is in."""
        third = look().model_copy(update={"shared_by": 3})
        before = folded(contract(), third, registered())
        after = advance(before, *entry(before, decided(at=3)))
        for state in (before, after, State.model_validate_json(after.to_bytes())):
            (found,) = looks_at(state, ("2024-01",), InMemory())
            assert level_spent([found]) == Fraction(1, 3)

    def test_that_name_no_share_spend_the_whole_level(self) -> None:
        """A look at the whole level has the bytes that it had before shares were recorded."""
        one, _ = entry(folded(contract()), look())
        assert b"shared_by" not in one.to_bytes()
        state = folded(contract(), look())
        assert b"shared_by" not in state.to_bytes()
        assert level_spent(looks_at(state, ("2024-01",), InMemory())) == 1

    @pytest.mark.parametrize("said", ["1", "0", "-2", "2.0", "true", '"2"', "null", "0.5"])
    def test_name_a_share_in_one_form_alone(self, said: str) -> None:
        """A share that is none, or the whole written out, makes the entry corrupt."""
        one, _ = entry(folded(contract()), look().model_copy(update={"shared_by": 2}))
        data = one.to_bytes()
        assert parse_entry(data, key="it", number=2) == one
        with pytest.raises(Corrupt):
            parse_entry(data.replace(b'"shared_by": 2', f'"shared_by": {said}'.encode()), key="it", number=2)

    def test_know_their_decision(self) -> None:
        """A look has none until the decision on it is in."""
        before = folded(contract(), look(), registered())
        after = advance(before, *entry(before, decided(at=3)))
        told = [find_look(state, look().look, InMemory()) for state in (before, after)]
        assert [one and one.decision for one in told] == [None, sha("decision a")]


class TestShares:
    """What looks under any contracts have spent of a level, exactly."""

    @pytest.mark.parametrize(
        ("taken", "asked", "left"),
        [
            ((), 4, 4),
            ((3, 3), 3, 1),
            ((3, 3, 3), 3, 0),
            ((1,), 2, 0),
            ((1,), 500, 0),
            ((1, 2), 2, 0),
            ((4, 4), 2, 1),
            ((4, 4), 4, 2),
            ((4,), 1, 0),
            ((2, 3), 6, 1),
            ((2, 3, 6), 500, 0),
            ((10,) * 9, 10, 1),
        ],
    )
    def test_leave_so_many_looks(self, taken: tuple[int, ...], asked: int, left: int) -> None:
        """A look fits as long as its own share and those before come to no more than one."""
        assert looks_left(looks_of(*taken), asked) == left

    @given(st.lists(st.integers(1, 12), max_size=40))
    def test_taken_while_one_is_left_never_pass_the_whole(self, budgets: list[int]) -> None:
        """However a contract's budget is raised and lowered between looks."""
        taken: list[int] = []
        for budget in budgets:
            if looks_left(looks_of(*taken), budget):
                taken.append(budget)
            else:
                assert level_spent(looks_of(*taken, budget)) > 1
        assert level_spent(looks_of(*taken)) <= 1
