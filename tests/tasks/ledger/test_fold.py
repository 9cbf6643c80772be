"""The fold: what the log says now, for every log that can be written."""

from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import MODEL, sha

from tasks.documents import digest
from tasks.errors import Corrupt
from tasks.ledger import (
    Abandoned,
    Approved,
    ArtifactRef,
    Body,
    Champion,
    ContractFrozen,
    Decided,
    Entry,
    Held,
    Looked,
    Promoted,
    Registered,
    Rejected,
    Released,
    RolledBack,
    State,
    Swept,
)
from tasks.ledger.entries import parse_entry
from tasks.ledger.fold import advance, fold
from tasks.ledger.looks import find_look, level_spent, looks_at, looks_left
from tasks.ledger.office import champion_of, reigns
from tasks.ledger.past import InMemory
from tasks.ledger.state import LastDecision, LookTaken

Log = list[tuple[Entry, str]]
NAMES = ("a", "b", "c")


def entry(state: State, body: Body) -> tuple[Entry, str]:
    """The entry that `body` is after `state`, with its hash."""
    one = Entry(
        number=state.number + 1,
        model=MODEL,
        previous=state.head,
        transaction=f"{state.number + 1:032x}",
        time="2024-01-01T00:00:00+00:00",
        actor="test",
        code="0",
        body=body,
    )
    return one, digest(one.to_bytes())


def log_of(*bodies: Body) -> Log:
    """A log of these bodies."""
    log: Log = []
    for body in bodies:
        log.append(entry(fold(log), body))
    return log


def folded(*bodies: Body) -> State:
    return fold(log_of(*bodies))


def contract(name: str = "one", approval: Literal["required"] | None = None) -> ContractFrozen:
    return ContractFrozen(contract=sha(name), text=name, approval=approval)


def look(name: str = "a", period: str = "2024-01", *, drill: bool = False) -> Looked:
    return Looked(
        look=sha(f"look {name} {period}"),
        periods=(period,),
        challenger=sha(name),
        champion=None,
        contract=sha("one"),
        drill=drill,
    )


def looks_of(*shared_by: int) -> list[LookTaken]:
    """Looks that each spend one in so many of the level."""
    return [
        LookTaken(look=sha(str(place)), periods=("2024-01",), drill=False, shared_by=one)
        for place, one in enumerate(shared_by)
    ]


def registered(name: str = "a", after: int | None = None) -> Registered:
    named = {"model.ubj": ArtifactRef(sha256=sha(name), size=1, after=after)}
    return Registered(candidate=sha(name), artifacts=named)


def abandoned(at: int = 2, candidate: str = sha("a")) -> Abandoned:
    return Abandoned(registered=at, candidate=candidate, reason="its run died")


def decided(name: str = "a", at: int = 2, **changed: Any) -> Decided:
    plain: dict[str, Any] = {
        "decision": sha(f"decision {name}"),
        "verdict": "promote",
        "headline": "so it is",
        "look": sha(f"look {name} 2024-01"),
        "candidate": sha(name),
        "registered": at,
        "champion": None,
        "contract": sha("one"),
        "inputs": sha("inputs"),
        "drill": False,
    }
    return Decided(**{**plain, **changed})


def promoted(last: LastDecision) -> Promoted:
    return Promoted(
        decision=last.number,
        registered=last.registered,
        candidate=last.candidate,
        before=last.champion,
        contract=last.contract,
    )


def approved(state: State) -> Approved:
    last = state.pending
    assert last is not None
    return Approved(
        decision=last.number,
        candidate=last.candidate,
        before=last.champion,
        contract=last.contract,
        reason="agreed",
    )


def rejected(state: State) -> Rejected:
    last = state.pending
    assert last is not None
    return Rejected(decision=last.number, candidate=last.candidate, reason="too risky")


def rolled_back(state: State, to: Champion) -> RolledBack:
    assert state.champion is not None
    return RolledBack(
        to=to.number,
        registered=to.registered,
        candidate=to.candidate,
        before=state.champion.number,
        reason="a test",
    )


def reign(name: str, state: State) -> list[Body]:
    """The bodies that make `name` champion after `state`."""
    champion = state.champion.number if state.champion else None
    decision = decided(name, state.number + 1, champion=champion)
    last = LastDecision(
        number=state.number + 2, **decision.model_dump(include=set(LastDecision.model_fields) - {"number"})
    )
    return [registered(name), decision, promoted(last)]


def possible(state: State, log: Log) -> list[Body]:
    """Everything that could come next after `state`."""
    now = state.champion.number if state.champion else None
    bodies: list[Body] = [contract("one"), contract("two")]
    bodies += [look(name, period, drill=name == "c") for name in NAMES for period in ("2024-01", "2024-02")]
    bodies += [registered(name, state.abandoned) for name in NAMES]
    bodies += [abandoned(one.number, one.candidate) for one in state.open]
    bodies += [Swept(abandoned=number, objects=1, size=1) for number in state.unswept]
    for one, _ in log:
        if isinstance(one.body, Registered) and state.contract and state.is_open(one.number):
            name = next(name for name in NAMES if sha(name) == one.body.candidate)
            settled = {"at": one.number, "champion": now, "contract": state.contract}
            bodies += [decided(name, verdict=verdict, **settled) for verdict in ("promote", "keep")]
            bodies.append(decided(name, drill=True, **settled))
    if state.pending and state.waits_for is None:
        bodies += [promoted(state.pending)] * 4
    bodies += steering(state)
    champions = [one for one in (champion_of(one) for one, _ in log) if one is not None]
    return bodies + [rolled_back(state, one) for one in champions]


def steering(state: State) -> list[Body]:
    """Everything that people could say after `state`."""
    bodies: list[Body] = [contract("three", "required")]
    bodies += [Released(hold=state.hold.number, reason="over")] if state.hold else [Held(reason="incident")]
    if state.pending and state.answer is None:
        bodies.append(rejected(state))
        if state.waits_for == "approval":
            bodies += [approved(state)] * 4
    return bodies


@st.composite
def logs(draw: st.DrawFn, smallest: int = 0) -> Log:
    """Any valid log of up to 16 entries, often with champions in it."""
    log = list[tuple[Entry, str]]()
    for _ in range(draw(st.integers(smallest, 16))):
        state = fold(log)
        log.append(entry(state, draw(st.sampled_from(possible(state, log)))))
    return log


def past_of(log: Log) -> InMemory:
    """What a reader of the log can ask it."""
    return InMemory({one.number: one for one, _ in log})


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

    def test_a_registration_is_open_until_its_decision(self) -> None:
        """Each is known until it is decided on; the newest of a candidate is the one that counts."""
        before = folded(contract(), look(), registered(), registered())
        newest = before.registration(sha("a"))
        assert newest is not None
        assert newest.number == 4
        after = advance(before, *entry(before, decided(at=4)))
        assert [one.number for one in after.open] == [3]


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
