"""Promotion: the order that makes a crash harmless, the fence, twenty at once, kill -9, and rollback."""

import os
from collections import Counter
from pathlib import Path

import pytest
from factories import MONTHS, deliver, small_folder
from ledgers import (
    CONTRACT,
    MODEL,
    Death,
    Meddled,
    decided_workspace,
    enthroned,
    frozen,
    in_environment,
    processes,
    promote_and_die,
    promote_with_others,
    retrain_and_die,
    sha,
)

from tasks.decide.step import read_decision
from tasks.documents import digest, write_atomically
from tasks.errors import BadInput, Corrupt, Refused
from tasks.ledger import ContractFrozen, Decided, Ledger, Promoted, Registered
from tasks.ledger.artifacts import artifact_key, artifacts_of, fetch_artifact
from tasks.ledger.audit import audit
from tasks.promote import promote, rollback
from tasks.run import retrain
from tasks.store import Store, open_store
from tasks.workspace import Workspace

INPUTS = sha("inputs")


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store, for what does not depend on the kind of store."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def ledger(local: Store) -> Ledger:
    """A ledger with a contract and no champion."""
    return frozen(local)


def kinds(ledger: Ledger, first: int = 1) -> list[str]:
    """The kinds of the entries from `first` on."""
    return [entry.body.kind for entry, _ in ledger.entries(first)]


def champion_of(store: Store) -> str | None:
    """The champion that a reader sees who knows nothing yet, every artifact verified."""
    ledger = Ledger(store, MODEL)
    champion = ledger.state().champion
    if champion is None:
        return None
    for ref in artifacts_of(ledger.entry(champion.registered)).values():
        fetch_artifact(store, MODEL, ref)
    return champion.candidate


class TestOrder:
    """Registered, uploaded, decided, promoted: in this order, each once."""

    def test_is_what_makes_a_crash_harmless(self, store: Store, tmp_path: Path) -> None:
        """The registration names every artifact before an upload; the decision follows the last one."""
        workspace, told = decided_workspace(tmp_path, frozen(store), "a"), list[str]()

        def tell(operation: str, key: str, data: bytes) -> None:
            if operation == "create":
                kind = next(
                    kind
                    for kind in ("registered", "decision", "promotion")
                    if f'"kind": "{kind}"'.encode() in data
                )
                told.append(kind)
            elif operation == "put" and key.startswith("artifacts/"):
                told.append("upload")

        done = promote(workspace, Ledger(Meddled(store, before=tell), MODEL), INPUTS)
        assert done.promoted
        assert told == ["registered", *["upload"] * 5, "decision", "promotion"]
        assert champion_of(store) == sha("a")

    def test_each_entry_names_the_one_it_rests_on(self, ledger: Ledger, tmp_path: Path) -> None:
        """Promotion, decision and registration are tied by their numbers and by the candidate."""
        done = promote(decided_workspace(tmp_path, ledger, "a"), ledger, INPUTS)
        registered, decided, promoted = (ledger.entry(number).body for number in (3, 4, 5))
        assert isinstance(registered, Registered)
        assert isinstance(decided, Decided)
        assert isinstance(promoted, Promoted)
        assert (decided.registered, promoted.registered, promoted.decision, promoted.before) == (
            3,
            3,
            4,
            None,
        )
        assert {registered.candidate, decided.candidate, promoted.candidate} == {sha("a")}
        assert (done.entry, decided.inputs, decided.look) == (4, INPUTS, ledger.state().looks[0].look)
        documents = {"decision.json", "environment.json", "model.json", "report.html"}
        assert set(registered.artifacts) == {"model.ubj", *documents}
        assert decided.decision == registered.artifacts["decision.json"].sha256

    def test_ends_at_the_decision_where_it_does_not_say_promote(self, ledger: Ledger, tmp_path: Path) -> None:
        """A challenger that is not promoted leaves its decision and its artifacts, and no promotion."""
        for name, verdict in (("a", "keep"), ("b", "undecided")):
            workspace = decided_workspace(tmp_path, ledger, name, verdict=verdict)  # type: ignore[arg-type]
            assert not promote(workspace, ledger, INPUTS).promoted
        assert kinds(ledger, 2) == ["look", "registered", "decision"] * 2
        assert ledger.state().champion is None

    def test_a_drill_is_never_promoted(self, ledger: Ledger, tmp_path: Path) -> None:
        """Not even where every clause passes: it is recorded, and nobody can finish it."""
        workspace = decided_workspace(tmp_path, ledger, "a", verdict="promote", drill=True)
        done = promote(workspace, ledger, INPUTS)
        assert (done.promoted, done.entry) == (False, 4)
        assert (ledger.state().champion, ledger.state().pending) == (None, None)
        assert kinds(ledger)[-1] == "decision"


class TestAgain:
    """The same decision again finishes what is missing and repeats nothing."""

    @pytest.mark.parametrize("verdict", ["promote", "keep"])
    def test_appends_nothing(self, ledger: Ledger, tmp_path: Path, verdict: str) -> None:
        """A second call finds everything done, and says that it wrote no entry."""
        workspace = decided_workspace(tmp_path, ledger, "a", verdict=verdict)  # type: ignore[arg-type]
        first = promote(workspace, ledger, INPUTS)
        again = promote(workspace, Ledger(ledger.store, MODEL), INPUTS)
        assert (again.state, again.promoted) == (first.state, first.promoted)
        assert (first.entry, again.entry) == (4, None)

    def test_with_other_measurements_decides_once(self, ledger: Ledger, tmp_path: Path) -> None:
        """A run that died after its registration took its measurements anew: one decision all the same."""
        workspace = decided_workspace(tmp_path, ledger, "a")

        def dies(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"decision"' in data:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            promote(workspace, Ledger(Meddled(ledger.store, before=dies), MODEL), INPUTS)
        write_atomically(workspace.measurements, b"took another time")
        assert promote(workspace, ledger, INPUTS).promoted
        assert Counter(kinds(ledger)) == Counter(contract=1, look=1, registered=2, decision=1, promotion=1)
        assert audit(ledger).wrong is None

    def test_to_another_decision_on_the_same_look_is_corrupt(self, ledger: Ledger, tmp_path: Path) -> None:
        """A look has one decision: a replay that says otherwise is refused, and appends nothing."""
        workspace = decided_workspace(tmp_path, ledger, "a", verdict="keep")
        promote(workspace, ledger, INPUTS)
        other = read_decision(workspace).model_copy(update={"verdict": "promote"})
        write_atomically(workspace.decision, other.to_bytes())
        before = ledger.state()
        with pytest.raises(Corrupt, match="A decision must replay to the same bytes"):
            promote(workspace, ledger, INPUTS)
        assert ledger.state() == before
        assert ledger.state().looks[0].decision != digest(other.to_bytes())

    def test_elsewhere_is_refused(self, ledger: Ledger, tmp_path: Path) -> None:
        """A rehearsal's decision has no look in another store's ledger, and cannot be promoted there."""
        workspace = decided_workspace(tmp_path, ledger, "a")
        elsewhere = frozen(open_store(str(tmp_path / "elsewhere")))
        with pytest.raises(Refused, match="is not in this ledger"):
            promote(workspace, elsewhere, INPUTS)
        assert kinds(elsewhere) == ["contract"]

    def test_of_one_that_somebody_else_recorded_claims_no_entry(self, ledger: Ledger, tmp_path: Path) -> None:
        """Two calls with one decision: the slower one wrote nothing, and says so."""
        workspace = decided_workspace(tmp_path, ledger, "a", verdict="keep")

        def overtaken(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"decision"' in data:
                promote(workspace, ledger, INPUTS)

        slower = promote(workspace, Ledger(Meddled(ledger.store, before=overtaken), MODEL), INPUTS)
        assert slower.entry is None
        assert kinds(ledger).count("decision") == 1


class TestFence:
    """A promotion holds over the champion and the contract that its decision compared with."""

    def test_refuses_over_another_champion(self, ledger: Ledger, tmp_path: Path) -> None:
        """Who became champion since was not compared with: the decision stays, the promotion does not."""
        stale = decided_workspace(tmp_path, ledger, "stale")
        enthroned(tmp_path, ledger, "faster")
        with pytest.raises(Refused, match="the champion or the contract changed"):
            promote(stale, ledger, INPUTS)
        assert champion_of(ledger.store) == sha("faster")
        assert kinds(ledger)[-1] == "decision"

    def test_refuses_under_another_contract(self, ledger: Ledger, tmp_path: Path) -> None:
        """What it was asked to show is no longer what is asked."""
        workspace = decided_workspace(tmp_path, ledger, "a")
        ledger.append(lambda _: ContractFrozen(contract=sha("stricter"), text="stricter"))
        with pytest.raises(Refused, match="the champion or the contract changed"):
            promote(workspace, ledger, INPUTS)
        assert champion_of(ledger.store) is None

    @pytest.mark.parametrize("what", ["champion", "contract"])
    def test_is_asked_again_at_each_retry(self, ledger: Ledger, tmp_path: Path, what: str) -> None:
        """What changes between the last read and the entry refuses the promotion, not only the start."""
        workspace = decided_workspace(tmp_path, ledger, "a")
        other, done = Ledger(ledger.store, MODEL), list[str]()

        def overtaken(operation: str, _: str, data: bytes) -> None:
            if operation != "create" or b'"promotion"' not in data or done:
                return
            done.append(what)
            if what == "champion":
                enthroned(tmp_path, other, "faster")
            else:
                other.append(lambda _: ContractFrozen(contract=sha("stricter"), text="stricter"))

        with pytest.raises(Refused, match="nothing was promoted"):
            promote(workspace, Ledger(Meddled(ledger.store, before=overtaken), MODEL), INPUTS)
        assert done == [what]
        assert champion_of(ledger.store) == (sha("faster") if what == "champion" else None)

    def test_a_later_decision_takes_the_earlier_ones_place(self, ledger: Ledger, tmp_path: Path) -> None:
        """The earlier decision, called again, neither promotes itself nor the later one."""
        earlier, later = (decided_workspace(tmp_path, ledger, name) for name in ("earlier", "later"))

        def dies(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"promotion"' in data:
                raise KeyboardInterrupt

        for workspace in (earlier, later):
            with pytest.raises(KeyboardInterrupt):
                promote(workspace, Ledger(Meddled(ledger.store, before=dies), MODEL), INPUTS)
        with pytest.raises(Refused, match="a later decision was made"):
            promote(earlier, ledger, INPUTS)
        assert champion_of(ledger.store) is None
        assert promote(later, ledger, INPUTS).promoted
        assert champion_of(ledger.store) == sha("later")

    @pytest.mark.parametrize("damage", ["changed", "missing"])
    def test_refuses_damaged_artifacts_before_the_entry(
        self, ledger: Ledger, tmp_path: Path, damage: str
    ) -> None:
        """What the champion would be made of is hashed once more; nothing is promoted on trust."""
        enthroned(tmp_path, ledger, "old")
        workspace = decided_workspace(tmp_path, ledger, "a")
        model = artifact_key(MODEL, digest(workspace.model_bytes.read_bytes()))

        def damaged(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"decision"' in data:
                ledger.store.delete(model)
                if damage == "changed":
                    ledger.store.put(model, b"forged")

        with pytest.raises(Corrupt, match=model):
            promote(workspace, Ledger(Meddled(ledger.store, after=damaged), MODEL), INPUTS)
        assert champion_of(ledger.store) == sha("old")
        assert kinds(ledger)[-1] == "decision"


@pytest.mark.real
class TestTwentyAtOnce:
    """Twenty processes, twenty candidates, one champion to beat, one real object store."""

    def test_lose_no_update_and_promote_one(self, s3_url: str, tmp_path: Path) -> None:
        """One entry per number, every decision in, one promotion; whose fence fell was told so."""
        store = open_store(s3_url)
        ledger = frozen(store)
        enthroned(tmp_path, ledger, "old")
        names = [f"candidate-{number}" for number in range(20)]
        workspaces = [decided_workspace(tmp_path, ledger, name) for name in names]
        before = ledger.state()
        context = processes()
        barrier, answers = context.Barrier(len(names)), context.Queue()
        running = [
            context.Process(
                target=in_environment,
                args=(dict(os.environ), promote_with_others, s3_url, one.root, barrier, answers),
            )
            for one in workspaces
        ]
        for one in running:
            one.start()
        told = dict(answers.get(timeout=90) for _ in running)
        for one in running:
            one.join(20)
        assert [one.exitcode for one in running] == [0] * len(names)

        winners = [name for name, answer in told.items() if answer == "promoted"]
        assert len(winners) == 1
        assert all("stale" in answer for name, answer in told.items() if name not in winners)
        after = Ledger(store, MODEL).state()
        assert audit(ledger).wrong is None
        assert audit(ledger).entries == after.number == before.number + 2 * len(names) + 1
        bodies = [entry.body for entry, _ in ledger.entries(before.number + 1)]
        for kind in (Registered, Decided):
            written = Counter(body.candidate for body in bodies if isinstance(body, kind))
            assert written == Counter(map(sha, names))
        assert [body.candidate for body in bodies if isinstance(body, Promoted)] == [sha(winners[0])]
        assert champion_of(store) == sha(winners[0])


CRASHES = {
    "before the registration": ("before", Death("create", "ledger/", '"registered"')),
    "after the registration": ("after", Death("create", "ledger/", '"registered"')),
    "between two uploads": ("before", Death("put", "artifacts/", nth=3)),
    "between upload and decision": ("before", Death("create", "ledger/", '"decision"')),
    "after the decision, before its pointer": ("after", Death("create", "ledger/", '"decision"')),
    "between decision and promotion": ("before", Death("create", "ledger/", '"promotion"')),
    "after the promotion, before its pointer": ("after", Death("create", "ledger/", '"promotion"')),
}


class TestKilled:
    """kill -9 at any point of a promotion."""

    @pytest.mark.parametrize("crash", CRASHES)
    def test_leaves_nothing_that_a_second_call_does_not_finish(self, tmp_path: Path, crash: str) -> None:
        """Until the entry, every reader sees the old champion; then the next call ends in one of each."""
        side, death = CRASHES[crash]
        store = open_store(str(tmp_path / "store"))
        ledger = frozen(store)
        enthroned(tmp_path, ledger, "old")
        workspace = decided_workspace(tmp_path, ledger, "new")
        dying = processes().Process(target=promote_and_die, args=(store.url, workspace.root, side, death))
        dying.start()
        dying.join(60)
        assert dying.exitcode == -9

        assert champion_of(store) == sha("new" if crash.startswith("after the promotion") else "old")
        assert audit(Ledger(store, MODEL)).wrong is None
        assert promote(workspace, Ledger(store, MODEL), INPUTS).promoted
        assert champion_of(store) == sha("new")
        assert kinds(ledger, 6) == ["look", "registered", "decision", "promotion"]
        assert audit(ledger).wrong is None


@pytest.mark.real
class TestKilledCycle:
    """kill -9 of a whole cycle, with a real training and real DVC."""

    def test_is_finished_by_the_next_one(self, tmp_path: Path) -> None:
        """Killed before its decision, then before its promotion: the third finds that promotion to do."""
        folder = small_folder(tmp_path)
        for month in MONTHS[:2]:
            deliver(folder, month)
        store = open_store(str(folder / "store"))
        for crash, expected in (
            ("between upload and decision", ["contract", "look", "registered"]),
            ("between decision and promotion", ["contract", "look", "registered", "registered", "decision"]),
        ):
            dying = processes().Process(target=retrain_and_die, args=(folder, *CRASHES[crash]))
            dying.start()
            dying.join(120)
            assert dying.exitcode == -9
            assert kinds(Ledger(store, MODEL)) == expected
            assert champion_of(store) is None
            assert audit(Ledger(store, MODEL)).wrong is None

        outcome = retrain(folder)
        assert outcome.finished == "promotion of decision 5, left by an interrupted run"
        assert (outcome.verdict, outcome.champion) == ("nothing new", 6)
        assert champion_of(store) == Ledger(store, MODEL).state().decision.candidate  # type: ignore[union-attr]
        assert audit(Ledger(store, MODEL)).wrong is None
        assert kinds(Ledger(store, MODEL), 6) == ["promotion"]


class TestRollback:
    """Back to an earlier champion, without training; every byte is verified first."""

    @pytest.fixture
    def two(self, ledger: Ledger, tmp_path: Path) -> Ledger:
        """Champions `a` (entry 5) and `b` (entry 9)."""
        enthroned(tmp_path, ledger, "a")
        enthroned(tmp_path, ledger, "b")
        return ledger

    def test_returns_to_the_one_before_and_back(self, two: Ledger) -> None:
        """A second rollback undoes the first."""
        assert rollback(two, reason="worse on Mondays").champion.candidate == sha("a")  # type: ignore[union-attr]
        assert champion_of(two.store) == sha("a")
        assert two.entry(10).model_dump()["body"]["reason"] == "worse on Mondays"
        assert rollback(two, reason="no, it was the data").champion.candidate == sha("b")  # type: ignore[union-attr]
        assert audit(two).wrong is None

    def test_returns_to_a_named_one(self, two: Ledger, tmp_path: Path) -> None:
        """To any champion there was, by the entry that put it in office."""
        enthroned(tmp_path, two, "c")
        rollback(two, to=5, reason="the oldest")
        assert champion_of(two.store) == sha("a")

    def test_without_one_to_return_to_is_refused(self, ledger: Ledger, tmp_path: Path) -> None:
        """No champion, or only the first: the message says which."""
        with pytest.raises(Refused, match="nothing has been promoted"):
            rollback(ledger, reason="x")
        enthroned(tmp_path, ledger, "a")
        with pytest.raises(Refused, match="champion 5 is the first"):
            rollback(ledger, reason="x")

    @pytest.mark.parametrize(
        ("to", "message"),
        [(4, "entry 4 put no champion in office; these did: 5, 9"), (9, "is the champion now")],
    )
    def test_to_what_it_cannot_return_to_is_bad_input(self, two: Ledger, to: int, message: str) -> None:
        """An entry that is no promotion, or the champion of now."""
        with pytest.raises(BadInput, match=message):
            rollback(two, to=to, reason="x")

    def test_to_damaged_bytes_is_refused(self, two: Ledger) -> None:
        """A champion whose model was changed does not return."""
        first = two.state().previous
        assert first is not None
        model = artifacts_of(two.entry(first.registered))["model.ubj"]
        two.store.put(artifact_key(MODEL, model.sha256), b"forged")
        with pytest.raises(Corrupt, match="not to its name"):
            rollback(two, reason="x")
        assert champion_of(two.store) == sha("b")

    def test_is_fenced_on_the_champion(self, two: Ledger, tmp_path: Path) -> None:
        """A champion that changes while the rollback is prepared is not rolled back unseen."""
        other, done = Ledger(two.store, MODEL), list[str]()

        def overtaken(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"rollback"' in data and not done:
                done.append("c")
                enthroned(tmp_path, other, "c")

        with pytest.raises(Refused, match="the champion changed"):
            rollback(Ledger(Meddled(two.store, before=overtaken), MODEL), reason="x")
        assert champion_of(two.store) == sha("c")

    def test_is_not_undone_by_the_next_call_with_the_old_decision(self, two: Ledger, tmp_path: Path) -> None:
        """The decision that was rolled back stays history: called again, it is stale."""
        rollback(two, reason="worse")

        with pytest.raises(Refused, match="stale"):
            promote(Workspace(tmp_path / "b"), two, sha("inputs of b"))
        assert champion_of(two.store) == sha("a")
        assert two.state().contract == CONTRACT
