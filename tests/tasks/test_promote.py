"""Promotion: the order that makes a crash harmless, the fence, twenty at once, and kill -9."""

import os
from collections import Counter
from pathlib import Path

import pytest
from factories import MONTHS, deliver, small_folder
from ledgers import (
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
from readers import champion_of, kinds

from tasks.decide.step import read_decision
from tasks.documents import digest, write_atomically
from tasks.errors import Corrupt, Refused
from tasks.ledger import ContractFrozen, Decided, Ledger, Promoted, Registered
from tasks.ledger.artifacts import artifact_key
from tasks.ledger.audit import audit
from tasks.promote import promote
from tasks.run import retrain
from tasks.store import Store, open_store

INPUTS = sha("inputs")


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store, for what does not depend on the kind of store."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def ledger(local: Store) -> Ledger:
    """A ledger with a contract and no champion."""
    return frozen(local)


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
