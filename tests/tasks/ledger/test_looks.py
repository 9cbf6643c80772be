"""Looks in the log: which holdouts they were spent on, and what was decided on them."""

from ledgers import sha
from logs import contract, decided, entry, folded, look, registered

from tasks.ledger.fold import advance
from tasks.ledger.looks import find_look, looks_at
from tasks.ledger.past import InMemory


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

    def test_know_their_decision(self) -> None:
        """A look has none until the decision on it is in."""
        before = folded(contract(), look(), registered())
        after = advance(before, *entry(before, decided(at=3)))
        told = [find_look(state, look().look, InMemory()) for state in (before, after)]
        assert [one and one.decision for one in told] == [None, sha("decision a")]
