"""Registrations in the log: open until they are decided on or given up."""

import pytest
from ledgers import sha
from logs import abandoned, contract, decided, entry, folded, promoted, registered

from tasks.errors import Corrupt
from tasks.ledger import (
    Body,
    Swept,
)
from tasks.ledger.fold import advance


class TestOpen:
    """A registration is open, and somebody may decide on it."""

    def test_until_its_decision(self) -> None:
        """Each is known until it is decided on; the newest of a candidate is the one that counts."""
        before = folded(contract(), registered(), registered())
        newest = before.registration(sha("a"))
        assert newest is not None
        assert newest.number == 3
        after = advance(before, *entry(before, decided(at=3)))
        assert [one.number for one in after.open] == [2]


class TestAbandonment:
    """A registration that was given up leads nowhere, and its keys are never named again."""

    def test_leaves_nothing_to_decide_on(self) -> None:
        """A decision on it does not follow, so no promotion and no approval do."""
        state = folded(contract(), registered(), abandoned())
        assert (state.open, state.abandoned, state.unswept) == ((), 3, (3,))
        with pytest.raises(Corrupt, match="entry 2 is no open registration of its candidate"):
            advance(state, *entry(state, decided()))

    def test_of_the_same_candidate_is_not_of_the_candidate(self) -> None:
        """Registered once more, it is decided on and promoted like any other."""
        state = folded(contract(), registered(), abandoned(), registered(after=3), decided(at=4))
        assert state.pending is not None
        assert advance(state, *entry(state, promoted(state.pending))).champion is not None

    @pytest.mark.parametrize(
        ("before", "body"),
        [
            ([], abandoned()),
            ([registered(), decided()], abandoned()),
            ([registered(), abandoned()], abandoned()),
            ([registered()], abandoned(candidate=sha("b"))),
            ([registered(), decided()], decided()),
        ],
        ids=["never registered", "decided on", "twice", "of another candidate", "decided on twice"],
    )
    def test_is_of_an_open_registration(self, before: list[Body], body: Body) -> None:
        """What was decided on is kept for ever."""
        state = folded(contract(), *before)
        with pytest.raises(Corrupt, match="is no open registration of its candidate"):
            advance(state, *entry(state, body))

    @pytest.mark.parametrize("after", [None, 2, 9])
    def test_lets_nobody_name_its_keys_again(self, after: int | None) -> None:
        """A registration is of the newest abandonment, or is refused."""
        state = folded(contract(), registered(), abandoned())
        with pytest.raises(Corrupt, match="names keys that an abandonment may have swept"):
            advance(state, *entry(state, registered(after=after)))

    def test_is_swept_once(self) -> None:
        """And then there is nothing left to do about it."""
        swept = Swept(abandoned=3, objects=1, size=1)
        state = folded(contract(), registered(), abandoned(), swept)
        assert state.unswept == ()
        with pytest.raises(Corrupt, match="entry 3 has nothing to be swept"):
            advance(state, *entry(state, swept))
