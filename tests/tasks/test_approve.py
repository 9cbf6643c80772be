"""approve and reject: one answer to one decision, given on the control state of now."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ledgers import (
    MODEL,
    Death,
    Meddled,
    approve_and_die,
    decided_workspace,
    enthroned,
    frozen,
    in_environment,
    processes,
    sha,
    steer_with_others,
    waiting,
)
from readers import champion_of, kinds

from tasks.approve import approve, reject
from tasks.errors import BadInput, Corrupt, Refused
from tasks.hold import hold, release
from tasks.ledger import Approved, ContractFrozen, Held, Ledger, Promoted
from tasks.ledger.artifacts import artifact_key, artifacts_of
from tasks.ledger.audit import audit
from tasks.promote import promote, rollback
from tasks.store import Store, open_store
from tasks.workspace import Workspace

INPUTS, WHY = sha("inputs"), "looks good"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Decision 4 waits, in a directory."""
    return waiting(open_store(str(tmp_path / "store")), tmp_path)


def refreeze(ledger: Ledger, name: str) -> None:
    """Another contract comes into force, which asks for approval too."""
    ledger.append(lambda _: ContractFrozen(contract=sha(name), text=name, approval="required"))


class TestApprove:
    """What waits for approval takes office by it."""

    def test_promotes(self, store: Store, tmp_path: Path) -> None:
        """An approval, then the promotion, each an entry."""
        ledger = waiting(store, tmp_path)
        assert champion_of(ledger.store) is None
        done = approve(ledger, 4, reason=WHY)
        assert (done.approval, done.promotion, done.written, done.promotion_waits) == (5, 6, True, None)
        assert kinds(ledger, 5) == ["approval", "promotion"]
        assert champion_of(ledger.store) == sha("a")
        assert audit(ledger).wrong is None

    def test_names_what_was_agreed_to(self, ledger: Ledger) -> None:
        """The decision, its candidate, the champion it replaces, the contract, and why."""
        approve(ledger, 4, reason=WHY)
        body = ledger.entry(5).body
        assert isinstance(body, Approved)
        assert (body.decision, body.candidate, body.before, body.reason) == (4, sha("a"), None, WHY)

    @pytest.mark.parametrize(
        ("number", "message"),
        [
            (0, "up to 4, found 0"),
            (-1, "up to 4, found -1"),
            (5, "up to 4, found 5"),
            (10**30, "up to 4, found 10000"),
            (1, r"entry 1 is no decision \(contract\)"),
            (3, r"entry 3 is no decision \(registered\)"),
        ],
    )
    @pytest.mark.parametrize("answer", [approve, reject])
    def test_of_what_is_no_decision_is_bad_input(
        self, ledger: Ledger, answer: Callable[..., Any], number: int, message: str
    ) -> None:
        """Wrong numbers, and entries of another kind; nothing is written."""
        with pytest.raises(BadInput, match=message):
            answer(ledger, number, reason=WHY)
        assert ledger.state().number == 4

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"verdict": "keep"}, "decision 7 is to keep"),
            ({"verdict": "undecided"}, "decision 7 is undecided"),
            ({"drill": True}, "decision 7 is a drill"),
        ],
        ids=["keep", "undecided", "drill"],
    )
    @pytest.mark.parametrize("answer", [approve, reject])
    def test_of_a_decision_that_promotes_nothing_is_bad_input(
        self,
        ledger: Ledger,
        tmp_path: Path,
        answer: Callable[..., Any],
        options: dict[str, Any],
        message: str,
    ) -> None:
        """Nobody puts in office by hand what the evidence refused."""
        promote(decided_workspace(tmp_path, ledger, "b", **options), ledger, INPUTS)
        with pytest.raises(BadInput, match=message):
            answer(ledger, 7, reason=WHY)
        assert champion_of(ledger.store) is None

    @pytest.mark.parametrize("answer", [approve, reject])
    @pytest.mark.parametrize("reason", [" ", "x" * 100_000], ids=["empty", "100 kB"])
    def test_needs_a_reason(self, ledger: Ledger, answer: Callable[..., Any], reason: str) -> None:
        """Nothing is written without one."""
        with pytest.raises(BadInput, match="reason: expected"):
            answer(ledger, 4, reason=reason)
        assert ledger.state().number == 4

    def test_where_none_is_asked_for_is_refused(self, tmp_path: Path) -> None:
        """Under a contract that promotes by itself; a decision that waited for a release says so."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        hold(ledger, reason="incident")
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, INPUTS)
        release(ledger, reason="over")
        with pytest.raises(Refused, match="decision 5 needs no approval"):
            approve(ledger, 5, reason=WHY)

    def test_of_damaged_artifacts_promotes_nothing(self, ledger: Ledger) -> None:
        """Bytes are hashed before the promotion; put right, the approval that stands is finished."""
        named = artifacts_of(ledger.entry(3))["model.ubj"]
        key = artifact_key(MODEL, named.sha256)
        ledger.store.put(key, b"forged")
        with pytest.raises(Corrupt, match="not to its name"):
            approve(ledger, 4, reason=WHY)
        assert champion_of(ledger.store) is None
        ledger.store.put(key, b"the bytes of a")
        done = approve(ledger, 4, reason="once more")
        assert (done.approval, done.written, done.promotion) == (5, False, 6)

    def test_enthroned_without_approval_is_impossible(self, ledger: Ledger, tmp_path: Path) -> None:
        """Whatever road a decision takes: `promote` again and again waits again."""
        assert enthroned(tmp_path, ledger, "b").champion is None
        assert not promote(Workspace(tmp_path / "b"), ledger, INPUTS).promoted
        assert champion_of(ledger.store) is None


class TestStale:
    """An answer that comes too late is refused, with what happened in one line."""

    @pytest.mark.parametrize(
        ("what", "message"),
        [
            ("contract", "the contract changed since"),
            ("decision", "a later decision was made since, entry 7"),
            ("rejected", "it was rejected already, by entry 5"),
            ("promoted", "promoted already, by entry 6"),
        ],
    )
    @pytest.mark.parametrize("answer", [approve, reject])
    def test_is_told_why(
        self, ledger: Ledger, tmp_path: Path, answer: Callable[..., Any], what: str, message: str
    ) -> None:
        """The first thing that is in the way; nothing is written."""
        match what:
            case "contract":
                refreeze(ledger, "stricter")
            case "decision":
                promote(decided_workspace(tmp_path, ledger, "b", verdict="keep"), ledger, INPUTS)
            case "rejected":
                reject(ledger, 4, reason="no")
            case "promoted":
                approve(ledger, 4, reason="yes")
        last = ledger.state().number
        with pytest.raises(Refused, match=message) as caught:
            answer(ledger, 4, reason=WHY)
        assert "\n" not in str(caught.value)
        assert ledger.state().number == last

    def test_over_another_champion(self, ledger: Ledger, tmp_path: Path) -> None:
        """A rollback while the decision waits: it compared with another champion than today's."""
        approve(ledger, 4, reason=WHY)
        promote(decided_workspace(tmp_path, ledger, "b"), ledger, INPUTS)
        approve(ledger, 9, reason=WHY)
        promote(decided_workspace(tmp_path, ledger, "c"), ledger, INPUTS)
        rollback(ledger, reason="back to a")
        with pytest.raises(
            Refused, match="the champion changed since: it was that of entry 11, and is that of"
        ):
            approve(ledger, 14, reason=WHY)
        assert champion_of(ledger.store) == sha("a")

    def test_under_a_hold(self, ledger: Ledger) -> None:
        """Not while it is in force; after it, whoever approves knows of it, and may."""
        hold(ledger, reason="incident")
        with pytest.raises(
            Refused, match=r"cannot be approved: promotions are held since entry 5 .*: incident"
        ):
            approve(ledger, 4, reason=WHY)
        release(ledger, reason="over")
        assert approve(ledger, 4, reason=WHY).promotion == 8

    @pytest.mark.parametrize("what", ["hold", "contract", "rejection"])
    def test_by_what_lands_before_the_approval(self, ledger: Ledger, what: str) -> None:
        """The fence is asked again at each number: what came first wins."""
        other, done = Ledger(ledger.store, MODEL), list[str]()

        def overtaken(operation: str, _: str, data: bytes) -> None:
            if operation != "create" or b'"approval"' not in data or done:
                return
            done.append(what)
            match what:
                case "hold":
                    hold(other, reason="incident")
                case "contract":
                    refreeze(other, "stricter")
                case "rejection":
                    reject(other, 4, reason="no")

        with pytest.raises(Refused, match="decision 4 cannot be approved"):
            approve(Ledger(Meddled(ledger.store, before=overtaken), MODEL), 4, reason=WHY)
        assert (done, champion_of(ledger.store)) == ([what], None)

    def test_a_hold_between_approval_and_promotion_wins(self, store: Store, tmp_path: Path) -> None:
        """The approval is in, and lapses: after the release it is asked for again."""
        ledger, other, done = waiting(store, tmp_path), Ledger(store, MODEL), list[str]()

        def held(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"promotion"' in data and not done:
                hold(other, reason="incident")
                done.append("held")

        said = approve(Ledger(Meddled(store, before=held), MODEL), 4, reason=WHY)
        assert (said.approval, said.promotion) == (5, None)
        assert "waits for `evergreen release`, and then for approval" in str(said.promotion_waits)
        release(other, reason="over")
        assert other.state().waits_for == "approval"
        assert champion_of(ledger.store) is None
        assert approve(other, 4, reason="still good").promotion == 9
        assert audit(ledger).wrong is None


class TestReject:
    """A decision to promote that somebody refuses."""

    def test_keeps_the_challenger_out_of_office(self, ledger: Ledger, tmp_path: Path) -> None:
        """For good: the same decision, called again, is told by which entry."""
        assert reject(ledger, 4, reason="prices were wrong").rejection == 5
        assert (ledger.state().pending, champion_of(ledger.store)) == (None, None)
        with pytest.raises(Refused, match="was rejected, by entry 5: nothing was promoted"):
            promote(Workspace(tmp_path / "a"), ledger, INPUTS)
        assert audit(ledger).wrong is None

    def test_of_what_waits_for_a_release_is_possible(self, tmp_path: Path) -> None:
        """Also under a contract that asks for no approval, and while promotions are held."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        hold(ledger, reason="incident")
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, INPUTS)
        reject(ledger, 5, reason="it was the incident")
        assert release(ledger, reason="over").promotion_waits is None

    def test_of_what_was_approved_is_refused(self, ledger: Ledger) -> None:
        """An approval that stands, its promotion not yet in, is not taken back by somebody else."""
        ledger.store.put(artifact_key(MODEL, artifacts_of(ledger.entry(3))["model.ubj"].sha256), b"forged")
        with pytest.raises(Corrupt):
            approve(ledger, 4, reason=WHY)
        with pytest.raises(Refused, match="it was approved already, by entry 5"):
            reject(ledger, 4, reason="no")

    def test_lets_the_next_decision_be_promoted(self, ledger: Ledger, tmp_path: Path) -> None:
        """A rejection is of one decision, and of no other."""
        reject(ledger, 4, reason="no")
        promote(decided_workspace(tmp_path, ledger, "b"), ledger, INPUTS)
        assert approve(ledger, 8, reason=WHY).promotion == 10


@pytest.mark.parametrize(
    ("side", "kind"),
    [("before", "approval"), ("after", "approval"), ("before", "promotion"), ("after", "promotion")],
)
class TestKilled:
    """kill -9 at any point of an approval."""

    def test_leaves_nothing_that_a_second_call_does_not_finish(
        self, tmp_path: Path, side: str, kind: str
    ) -> None:
        """One approval and one promotion in the end; done already, the second call is told so."""
        store = open_store(str(tmp_path / "store"))
        ledger = waiting(store, tmp_path)
        death = Death("create", "ledger/", f'"kind": "{kind}"')
        dying = processes().Process(target=approve_and_die, args=(store.url, 4, side, death))
        dying.start()
        dying.join(60)
        assert dying.exitcode == -9
        assert audit(Ledger(store, MODEL)).wrong is None
        if (side, kind) == ("after", "promotion"):
            with pytest.raises(Refused, match="promoted already, by entry 6"):
                approve(Ledger(store, MODEL), 4, reason=WHY)
        else:
            assert approve(Ledger(store, MODEL), 4, reason=WHY).promotion == 6
        assert kinds(ledger, 5) == ["approval", "promotion"]


def at_once(store: Store, *ways: str) -> list[tuple[str, int, Any]]:
    """What each was told of those who approve decision 4, or hold, in processes that start together."""
    context = processes()
    barrier, answers = context.Barrier(len(ways)), context.Queue()
    running = [
        context.Process(
            target=in_environment,
            args=(dict(os.environ), steer_with_others, store.url, way, 4, who, barrier, answers),
        )
        for who, way in enumerate(ways)
    ]
    for one in running:
        one.start()
    told = [answers.get(timeout=200) for _ in running]
    for one in running:
        one.join(20)
    assert [one.exitcode for one in running] == [0] * len(ways)
    return told


@pytest.mark.parametrize("many", [4, pytest.param(20, marks=pytest.mark.long)])
class TestManyAtOnce:
    """Processes that answer the same decision at the same instant, on both stores."""

    def test_approvers_are_one_approval(self, store: Store, tmp_path: Path, many: int) -> None:
        """One approval, one promotion; everybody is told which entry it was."""
        ledger = waiting(store, tmp_path)
        told = at_once(store, *["approve"] * many)
        assert kinds(ledger, 5) == ["approval", "promotion"]
        assert champion_of(ledger.store) == sha("a")
        done = [answer for _, _, answer in told if not isinstance(answer, str)]
        assert [one.written for one in done].count(True) == 1
        assert {(one.approval, one.promotion) for one in done} == {(5, 6)}
        assert all(
            "promoted already, by entry 6" in answer for _, _, answer in told if isinstance(answer, str)
        )
        assert audit(ledger).wrong is None

    def test_approvers_and_holds_keep_the_order_of_the_log(
        self, store: Store, tmp_path: Path, many: int
    ) -> None:
        """One hold; a promotion only before it; who was told of a promotion finds it in the log."""
        ledger = waiting(store, tmp_path)
        told = at_once(store, *["approve", "hold"] * (many // 2))
        bodies = [entry.body for entry, _ in ledger.entries(5)]
        count = Counter(one.kind for one in bodies)
        assert count["hold"] == 1
        assert count["approval"] <= 1
        assert count["promotion"] <= count["approval"]
        after = bodies[next(at for at, one in enumerate(bodies) if isinstance(one, Held)) :]
        assert not [one for one in after if isinstance(one, Approved | Promoted)]
        said = [
            answer.promotion for way, _, answer in told if way == "approve" and not isinstance(answer, str)
        ]
        found = [at for at, one in enumerate(bodies, start=5) if isinstance(one, Promoted)]
        assert {one for one in said if one is not None} <= set(found)
        assert audit(ledger).wrong is None
