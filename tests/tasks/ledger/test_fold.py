"""The fold: what the log says now, for every log that can be written."""

import pytest
from drawn_logs import logs
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import sha
from logs import (
    Log,
    approved,
    contract,
    decided,
    entry,
    folded,
    log_of,
    look,
    past_of,
    promoted,
    registered,
    reign,
    rejected,
)

from tasks.documents import digest
from tasks.errors import Corrupt
from tasks.ledger import (
    Approved,
    Body,
    ContractFrozen,
    Decided,
    Held,
    Promoted,
    Rejected,
    Released,
    RolledBack,
    State,
)
from tasks.ledger.fold import advance, fold
from tasks.ledger.office import reigns


class TestAnyLog:
    """What holds for every log that can be written."""

    @settings(max_examples=40)
    @given(logs())
    def test_folds_to_its_last_entry(self, log: Log) -> None:
        """Number and head of the state are those of the last entry."""
        state = fold(log)
        assert (state.number, state.head) == ((log[-1][0].number, log[-1][1]) if log else (0, None))

    @settings(max_examples=40)
    @given(logs())
    def test_agrees_with_reading_backwards(self, log: Log) -> None:
        """Champion and contract are those of the last entries that set one."""
        state, bodies = fold(log), [(one.number, one.body) for one, _ in reversed(log)]
        crowned = [(n, body.candidate) for n, body in bodies if isinstance(body, Promoted | RolledBack)]
        frozen = [body.contract for _, body in bodies if isinstance(body, ContractFrozen)]
        assert [(one.number, one.candidate) for one in reigns(state, past_of(log))] == crowned
        assert (state.champion.number if state.champion else None) == (crowned[0][0] if crowned else None)
        assert (state.previous.number if state.previous else None) == (crowned[1][0] if crowned[1:] else None)
        assert state.contract == (frozen[0] if frozen else None)

    @settings(max_examples=40)
    @given(logs(), st.integers(0, 16))
    def test_a_prefix_and_the_rest_are_the_whole(self, log: Log, cut: int) -> None:
        """Folding on from the state of a prefix gives the fold of all: what a pointer rests on."""
        state = State.model_validate_json(fold(log[:cut]).to_bytes())
        for one in log[cut:]:
            state = advance(state, *one, past_of(log))
        assert state == fold(log)

    @settings(max_examples=40)
    @given(logs())
    def test_a_drill_is_never_what_is_promoted(self, log: Log) -> None:
        """No champion was put there by a decision that was a drill or did not say promote."""
        by_number = {one.number: one.body for one, _ in log}
        for body in by_number.values():
            if isinstance(body, Promoted):
                decision = by_number[body.decision]
                assert isinstance(decision, Decided)
                assert (decision.verdict, decision.drill) == ("promote", False)

    @settings(max_examples=80)
    @given(logs())
    def test_nothing_is_promoted_that_somebody_stopped(self, log: Log) -> None:
        """Read backwards from each promotion: no hold in force, and what its contract asks for."""
        bodies = [one.body for one, _ in log]
        for at, body in enumerate(bodies):
            if not isinstance(body, Promoted):
                continue
            past = bodies[:at]
            since = past[body.decision - 1 :]
            assert [one.kind for one in past if isinstance(one, Held | Released)][-1:] != ["hold"]
            assert not [one for one in since if isinstance(one, Rejected)]
            asked = [one.approval for one in past if isinstance(one, ContractFrozen)][-1]
            steps = [one.kind for one in since if isinstance(one, Approved | Held | ContractFrozen)]
            assert asked is None or steps[-1] == "approval"

    @settings(max_examples=40)
    @given(logs())
    def test_what_waits_and_what_is_open_are_one_of(self, log: Log) -> None:
        """Whatever is pending either waits for something, or could be promoted by the next entry."""
        state = fold(log)
        if state.pending and state.waits_for is None:
            assert advance(state, *entry(state, promoted(state.pending))).champion is not None
        elif state.pending:
            with pytest.raises(Corrupt, match=f"waits for {state.waits_for}"):
                advance(state, *entry(state, promoted(state.pending)))


class TestTampering:
    """What a log that was changed afterwards does to its fold."""

    @settings(max_examples=40)
    @given(logs(smallest=2), st.data())
    def test_a_changed_entry_breaks_the_chain(self, log: Log, data: st.DataObject) -> None:
        """Any entry but the last with one other word: the next one names another hash."""
        at = data.draw(st.integers(0, len(log) - 2))
        changed = log[at][0].model_copy(update={"actor": "somebody else"})
        with pytest.raises(Corrupt, match=f"entry {at + 2} does not continue the chain"):
            fold([*log[:at], (changed, digest(changed.to_bytes())), *log[at + 1 :]])

    @settings(max_examples=40)
    @given(logs(smallest=1))
    def test_a_changed_last_entry_has_another_head(self, log: Log) -> None:
        """Nothing follows the last entry: its change shows in the head, which the pointer holds."""
        changed = log[-1][0].model_copy(update={"actor": "somebody else"})
        other = fold([*log[:-1], (changed, digest(changed.to_bytes()))])
        assert other.head != fold(log).head

    @settings(max_examples=40)
    @given(logs(smallest=2), st.data())
    def test_a_removed_entry_breaks_the_chain(self, log: Log, data: st.DataObject) -> None:
        """A log without one of its entries (but the last) does not fold."""
        at = data.draw(st.integers(0, len(log) - 2))
        with pytest.raises(Corrupt, match="does not continue the chain"):
            fold([*log[:at], *log[at + 1 :]])

    @settings(max_examples=40)
    @given(logs(smallest=2), st.data())
    def test_reordered_entries_break_the_chain(self, log: Log, data: st.DataObject) -> None:
        """A log in any other order does not fold, and neither does one with an entry twice."""
        order = data.draw(st.permutations(range(len(log))).filter(lambda order: order != sorted(order)))
        with pytest.raises(Corrupt, match="does not continue the chain"):
            fold([log[at] for at in order])
        with pytest.raises(Corrupt, match="does not continue the chain"):
            fold([*log, log[order[0]]])


class TestWhatMayFollow:
    """Bodies that do not follow from the state are no entries, whoever wrote them."""

    def test_a_promotion_over_another_champion(self) -> None:
        """A promotion that names another champion before it is refused."""
        log = log_of(contract(), registered(), decided())
        wrong = promoted(fold(log).pending).model_copy(update={"before": 1})  # type: ignore[arg-type]
        with pytest.raises(Corrupt, match="replaces champion 1, but the champion was None"):
            advance(fold(log), *entry(fold(log), wrong))

    def test_a_promotion_under_another_contract(self) -> None:
        """A promotion under a contract that is no longer in force is refused."""
        state = folded(contract(), registered(), decided())
        late = promoted(state.pending)  # type: ignore[arg-type]
        state = advance(state, *entry(state, contract("two")))
        with pytest.raises(Corrupt, match="under another contract"):
            advance(state, *entry(state, late))

    @pytest.mark.parametrize(
        "decision",
        [decided(verdict="keep"), decided(verdict="undecided"), decided(drill=True), look()],
        ids=["keep", "undecided", "drill", "none"],
    )
    def test_a_promotion_that_no_decision_calls_for(self, decision: Body) -> None:
        """Only a decision that says promote, and is no drill, can be followed by a promotion."""
        state = folded(contract(), registered(), decision)
        forged = Promoted(
            decision=3, registered=2, candidate=sha("a"), before=None, contract=state.contract or ""
        )
        with pytest.raises(Corrupt, match="no decision that calls for it"):
            advance(state, *entry(state, forged))

    def test_a_promotion_of_another_candidate_than_was_decided_on(self) -> None:
        """The decision names the candidate and its registration; a promotion may not."""
        state = folded(contract(), registered(), registered("b"), decided())
        forged = promoted(state.pending).model_copy(update={"candidate": sha("b"), "registered": 3})  # type: ignore[arg-type]
        with pytest.raises(Corrupt, match="no decision that calls for it"):
            advance(state, *entry(state, forged))

    def test_a_rollback_to_what_never_was_champion(self) -> None:
        """A rollback names an entry that put that champion in office."""
        log = log_of(contract(), *reign("a", folded(contract())))
        forged = entry(fold(log), RolledBack(to=2, registered=2, candidate=sha("a"), before=4, reason="no"))
        with pytest.raises(Corrupt, match="entry 2, which put no such champion in office"):
            advance(fold(log), *forged, past_of(log))

    @pytest.mark.parametrize(
        ("before", "body", "message"),
        [
            ([Held(reason="a")], Held(reason="b"), "promotions are held already, by entry 2"),
            ([], Released(hold=1, reason="over"), "releases a hold of entry 1 that is not in force"),
            ([Held(reason="a")], Released(hold=1, reason="over"), "hold of entry 1 that is not in force"),
            ([], Rejected(decision=3, candidate=sha("a"), reason="no"), "decision 3 is not what waits"),
        ],
        ids=["hold twice", "release of none", "release of another", "rejection of none"],
    )
    def test_what_people_cannot_say(self, before: list[Body], body: Body, message: str) -> None:
        """A hold, a release or an answer that does not fit what is in force."""
        state = folded(contract(), *before)
        with pytest.raises(Corrupt, match=message):
            advance(state, *entry(state, body))

    def test_an_approval_that_does_not_fit(self) -> None:
        """Of another candidate, over another champion, under another contract, unasked, twice, while held."""
        asked = folded(contract("one", "required"), registered(), decided())
        good = approved(asked)
        for change, message in (
            ({"candidate": sha("b")}, "is not what waits"),
            ({"before": 1}, "another champion or contract"),
            ({"contract": sha("two")}, "another champion or contract"),
        ):
            with pytest.raises(Corrupt, match=message):
                advance(asked, *entry(asked, good.model_copy(update=change)))
        unasked = folded(contract(), registered(), decided())
        held = advance(asked, *entry(asked, Held(reason="incident")))
        for state in (unasked, held):
            with pytest.raises(Corrupt, match="does not wait for approval"):
                advance(state, *entry(state, good))
        twice = advance(asked, *entry(asked, good))
        for second in (good, rejected(asked)):
            with pytest.raises(Corrupt, match="entry 4 has answered decision 3"):
                advance(twice, *entry(twice, second))
