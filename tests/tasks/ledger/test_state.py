"""What the state tells of the log: what is pending, what it waits for, and the champion before this one."""

import pytest
from ledgers import sha
from logs import (
    approved,
    contract,
    decided,
    entry,
    folded,
    promoted,
    registered,
    reign,
    rejected,
    rolled_back,
)

from tasks.ledger import (
    Body,
    Held,
    Released,
    State,
)
from tasks.ledger.fold import advance


class TestApproval:
    """What a person said counts for one decision, on the control state on which it was said."""

    @pytest.fixture
    def agreed(self) -> State:
        """Decision 3 is approved by entry 4."""
        asked = folded(contract("one", "required"), registered(), decided())
        return advance(asked, *entry(asked, approved(asked)))

    def test_is_what_the_promotion_waits_for(self, agreed: State) -> None:
        """With it the promotion follows; `has_waited` tells that it did not come at once."""
        assert (agreed.waits_for, agreed.has_waited) == (None, True)
        assert agreed.pending is not None
        assert advance(agreed, *entry(agreed, promoted(agreed.pending))).champion is not None

    @pytest.mark.parametrize(
        "since",
        [[Held(reason="i"), Released(hold=5, reason="o")], [contract("two"), contract("one", "required")]],
        ids=["a hold", "another contract"],
    )
    def test_ends_with_what_changes_the_control_state(self, agreed: State, since: list[Body]) -> None:
        """Also if that was taken back: whoever approved did not know of it, and is asked again."""
        for body in since:
            agreed = advance(agreed, *entry(agreed, body))
        assert (agreed.pending is not None, agreed.waits_for, agreed.answer) == (True, "approval", None)

    def test_is_not_of_the_next_decision(self, agreed: State) -> None:
        """A later decision waits for an approval of its own; a drill changes nothing."""
        drill = agreed
        for body in (registered("b"), decided("b", 5, drill=True)):
            drill = advance(drill, *entry(drill, body))
        assert drill.waits_for is None
        for body in (registered("b"), decided("b", 5)):
            agreed = advance(agreed, *entry(agreed, body))
        assert agreed.waits_for == "approval"

    def test_a_rejection_stands_through_hold_and_release(self) -> None:
        """What was refused does not come back with the end of an incident."""
        state = folded(contract(), registered(), decided())
        for body in (rejected(state), Held(reason="i"), Released(hold=5, reason="o")):
            state = advance(state, *entry(state, body))
        assert state.pending is None


class TestRollback:
    """Earlier champions return, and are champions like any other."""

    @pytest.fixture
    def two(self) -> State:
        """After `a`, then `b`."""
        state = folded(contract())
        for name in ("a", "b"):
            for body in reign(name, state):
                state = advance(state, *entry(state, body))
        return state

    def test_a_first_champion_has_none_before_it(self) -> None:
        """There is nothing to return to before the second champion."""
        assert folded(contract()).previous is None
        assert folded(contract(), *reign("a", folded(contract()))).previous is None

    def test_previous_is_the_one_before(self, two: State) -> None:
        """What a rollback returns to is the champion before this one."""
        assert two.champion is not None
        assert two.previous is not None
        assert (two.champion.candidate, two.previous.candidate) == (sha("b"), sha("a"))

    def test_twice_is_an_undo(self, two: State) -> None:
        """The second rollback returns to the champion that the first one left; so does every second one."""
        state = two
        for expected in ("a", "b", "a", "b"):
            assert state.previous is not None
            state = advance(state, *entry(state, rolled_back(state, state.previous)))
            assert state.champion is not None
            assert (state.champion.candidate, state.champion.number) == (sha(expected), state.number)

    def test_leaves_nothing_to_finish(self, two: State) -> None:
        """After a rollback, the decision that was undone is not pending again."""
        assert two.previous is not None
        state = advance(two, *entry(two, rolled_back(two, two.previous)))
        assert state.decision is not None
        assert state.decision.verdict == "promote"
        assert state.pending is None


class TestPending:
    """A decision to promote, whose promotion is not in yet."""

    def test_is_the_last_decision_that_says_promote(self) -> None:
        """It is there until its promotion is."""
        state = folded(contract(), registered(), decided())
        assert state.pending is not None
        assert (state.pending.number, state.pending.candidate) == (3, sha("a"))
        assert advance(state, *entry(state, promoted(state.pending))).pending is None

    @pytest.mark.parametrize("verdict", ["keep", "undecided"])
    def test_is_none_for_other_verdicts(self, verdict: str) -> None:
        """A decision that promotes nothing leaves nothing to finish, also after one that does."""
        assert folded(contract(), registered(), decided(verdict=verdict)).pending is None
        later = [registered("b"), decided("b", 4, verdict=verdict)]
        assert folded(contract(), registered(), decided(), *later).pending is None

    def test_is_none_under_another_contract(self) -> None:
        """A decision under a contract that changed since is stale."""
        assert folded(contract(), registered(), decided(), contract("two")).pending is None

    def test_is_none_over_another_champion(self) -> None:
        """A decision that compared with another champion is stale."""
        first = folded(contract(), *reign("a", folded(contract())))
        assert first.champion is not None
        stale = decided("b", 5, champion=None)
        fresh = decided("b", 5, champion=first.champion.number)
        for decision, expected in ((stale, None), (fresh, sha("b"))):
            state = first
            for body in (registered("b"), decision):
                state = advance(state, *entry(state, body))
            assert (state.pending.candidate if state.pending else None) == expected

    def test_a_drill_neither_is_nor_hides_one(self) -> None:
        """A drill's decision promotes nothing, and leaves the last real one as it was."""
        assert folded(contract(), registered(), decided(drill=True)).pending is None
        drill = [registered("b"), decided("b", 4, drill=True)]
        state = folded(contract(), registered(), decided(), *drill)
        assert state.pending is not None
        assert state.pending.candidate == sha("a")
