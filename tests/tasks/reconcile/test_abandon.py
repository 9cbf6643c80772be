"""A registration that a crash left is abandoned and swept: again, beside runs, and after its own death."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from crashes import LATER, Died, artifact_files, dies_at, promote_until, stores_replaced, told
from factories import small_folder
from ledgers import (
    MODEL,
    Death,
    Meddled,
    decided_workspace,
    frozen,
    processes,
    promote_and_die,
    reconcile_and_die,
    sha,
)
from readers import kinds

from tasks.documents import digest, write_atomically
from tasks.environment import environment
from tasks.ledger import Ledger, Swept
from tasks.ledger.artifacts import artifacts_of
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.promote import promote
from tasks.reconcile import Reconciled, reconcile
from tasks.run.at_work import at_work
from tasks.run.workspaces import open_run
from tasks.workspace import Workspace, open_folder

ENVIRONMENT = {digest(environment().to_bytes())}
"""An artifact that all decisions of one installation share."""


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every object of the folder's store."""
    store = folder / "store"
    return {path.relative_to(store).as_posix(): path.read_bytes() for path in store.rglob("*.json")}


class TestRegistrations:
    """Those of dead runs: an entry first, then the sweep."""

    def test_are_abandoned_then_swept(self, folder: Path, ledger: Ledger, left: int) -> None:
        """The entry names the registration; what it alone had named is gone, and the champion's is not."""
        before = artifact_files(folder)
        named = {ref.sha256 for ref in artifacts_of(ledger.entry(left)).values()}
        found = reconcile(folder, now=LATER)
        assert told(found) == [("registration", "abandoned", True), ("artifacts", "removed", True)]
        assert kinds(ledger, left + 1) == ["abandoned", "swept"]
        # The environment is that of another decision, too.
        assert before - artifact_files(folder) == named - ENVIRONMENT
        assert audit(ledger).wrong is None

    def test_that_are_young_are_left(self, folder: Path, ledger: Ledger, left: int) -> None:
        """Their run may live, here or on another machine."""
        assert reconcile(folder).found == ()
        assert ledger.state().number == left

    def test_of_a_living_run_are_left(self, folder: Path, ledger: Ledger, left: int, tmp_path: Path) -> None:
        """However old: a workspace says whose challenger it is, and its run holds the folder's lock."""
        home = open_folder(folder)
        with at_work(home):
            run = open_run(home)
            write_atomically(run.decision, Workspace(tmp_path / "made" / "dead").decision.read_bytes())
            assert reconcile(folder, now=LATER).found == ()
        assert ledger.state().number == left

    @pytest.mark.usefixtures("left")
    def test_of_another_run_s_are_swept_beside_a_living_one(self, folder: Path) -> None:
        """Whose challenger is another."""
        home = open_folder(folder)
        with at_work(home):
            write_atomically(open_run(home).decision, b'{"challenger": "another"}')
            assert [one.kind for one in reconcile(folder, now=LATER).found] == ["registration", "artifacts"]

    def test_that_share_bytes_with_others_leave_them(
        self, folder: Path, ledger: Ledger, left: int, tmp_path: Path
    ) -> None:
        """What a decision names stays, whoever else had named it."""
        shared = decided_workspace(tmp_path / "made", ledger, "kept", verdict="keep")
        for name in ("model.ubj", "model.json"):
            path = Workspace(tmp_path / "made" / "dead").artifact_paths()[name]
            write_atomically(shared.artifact_paths()[name], path.read_bytes())
        promote(shared, ledger, sha("inputs"))
        named = {ref.sha256 for ref in artifacts_of(ledger.entry(left)).values()}
        reconcile(folder, now=LATER)
        bodies = [entry.body for entry, _ in ledger.entries()]
        assert len((named - ENVIRONMENT) & artifact_files(folder)) == 2
        assert [body.objects for body in bodies if isinstance(body, Swept)] == [2]

    def test_leave_the_same_challenger_free_to_be_promoted(
        self, folder: Path, ledger: Ledger, left: int, tmp_path: Path
    ) -> None:
        """The next run trains the same bytes; they are uploaded again, under keys of their own."""
        reconcile(folder, now=LATER)
        done = promote(Workspace(tmp_path / "made" / "dead"), Ledger(ledger.store, MODEL), sha("inputs"))
        assert done.promoted
        registration = ledger.entry(ledger.state().champion.registered)  # type: ignore[union-attr]
        assert {ref.after for ref in artifacts_of(registration).values()} == {left + 1}
        assert audit(ledger).wrong is None


class TestRaces:
    """A run that was only slow, and a sweep that is."""

    def test_a_slow_run_registers_again(self, folder: Path, ledger: Ledger, tmp_path: Path) -> None:
        """Taken for dead between its upload and its decision: it is promoted all the same, and whole."""
        workspace, done = decided_workspace(tmp_path / "made", ledger, "slow"), list[Reconciled]()

        def overtaken(operation: str, _key: str, data: bytes) -> None:
            if operation == "create" and b'"decision"' in data and not done:
                done.append(reconcile(folder, now=LATER))

        slow = Ledger(Meddled(ledger.store, before=overtaken), MODEL)
        assert promote(workspace, slow, sha("inputs")).promoted
        assert kinds(ledger, 7) == [
            "registered", "abandoned", "swept", "registered", "decision", "promotion"
        ]  # fmt: skip
        assert audit(ledger).wrong is None

    @pytest.mark.usefixtures("left")
    def test_a_slow_sweep_removes_nothing_of_a_later_run(
        self, folder: Path, ledger: Ledger, tmp_path: Path
    ) -> None:
        """The same bytes are registered, uploaded and promoted before the sweep's first removal."""
        done = list[bool]()

        def overtaken(operation: str, key: str, _: bytes) -> None:
            if operation == "delete" and key.startswith("artifacts/") and not done:
                run = Ledger(ledger.store, MODEL)
                done.append(promote(Workspace(tmp_path / "made" / "dead"), run, sha("inputs")).promoted)

        with stores_replaced(lambda store: Meddled(store, before=overtaken)):
            reconcile(folder, now=LATER)
        assert done == [True]
        assert audit(ledger).wrong is None

    def test_a_decision_that_lands_first_stands(
        self, folder: Path, ledger: Ledger, left: int, tmp_path: Path
    ) -> None:
        """Between looking and abandoning: the fence sees it, and nothing is abandoned or removed."""
        done = list[bool]()

        def overtaken(operation: str, _key: str, data: bytes) -> None:
            if operation == "create" and b'"abandoned"' in data and not done:
                run = Ledger(ledger.store, MODEL)
                done.append(promote(Workspace(tmp_path / "made" / "dead"), run, sha("inputs")).promoted)

        with stores_replaced(lambda store: Meddled(store, before=overtaken)):
            reconcile(folder, now=LATER)
        assert kinds(ledger, left + 1) == ["decision", "promotion"]
        assert audit(ledger).wrong is None

    def test_two_at_once_are_one(self, folder: Path, ledger: Ledger, left: int) -> None:
        """A second one that does everything in the middle of the first."""
        done = list[int]()

        def overtaken(operation: str, key: str, _: bytes) -> None:
            if operation == "delete" and key.startswith("artifacts/") and not done:
                done.append(1)
                reconcile(folder, now=LATER)

        with stores_replaced(lambda store: Meddled(store, before=overtaken)):
            found = reconcile(folder, now=LATER)
        assert all(one.done for one in found.found)
        assert kinds(ledger, left + 1) == ["abandoned", "swept"]


class TestAgain:
    """Idempotent, wherever it died itself."""

    @pytest.mark.usefixtures("left")
    def test_changes_nothing(self, folder: Path) -> None:
        """The second time there is nothing to be found, and no byte is another."""
        reconcile(folder, now=LATER)
        before = snapshot(folder)
        assert reconcile(folder, now=LATER).found == ()
        assert snapshot(folder) == before

    def test_after_its_own_death_at_any_write_finishes(
        self, folder: Path, ledger: Ledger, left: int, tmp_path: Path
    ) -> None:
        """Killed before its first write to the store, or the second, and so on: the next one finishes."""
        named = {ref.sha256 for ref in artifacts_of(ledger.entry(left)).values()}
        for nth in range(1, 100):
            copied = shutil.copytree(folder, tmp_path / f"died at {nth}")
            try:
                with stores_replaced(lambda store, nth=nth: Meddled(store, before=dies_at(nth))):  # type: ignore[misc]
                    reconcile(copied, now=LATER)
            except Died:
                reconcile(copied, now=LATER)
            else:
                break
            other = open_ledger(copied)[1]
            assert kinds(other, left + 1) == ["abandoned", "swept"]
            assert not (named - ENVIRONMENT) & artifact_files(copied)
            assert audit(other).wrong is None
        assert nth > 7

    @pytest.mark.usefixtures("left")
    def test_a_dry_run_does_nothing(self, folder: Path) -> None:
        """It says what it would do."""
        before = snapshot(folder)
        found = reconcile(folder, dry_run=True, now=LATER)
        assert told(found) == [("registration", "abandoned", False)]
        assert snapshot(folder) == before


@pytest.mark.real
class TestObjectStore:
    """On a real S3."""

    def test_is_swept_as_in_a_directory(
        self, tmp_path: Path, s3_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The entries are the same, the objects are gone, and the same challenger can be promoted."""
        monkeypatch.setenv("EVERGREEN_STORE", s3_url)
        folder = small_folder(tmp_path)
        ledger = frozen(open_ledger(folder)[1].store)
        workspace = decided_workspace(tmp_path / "made", ledger, "dead")
        promote_until("decision", workspace, ledger.store)
        assert len(list(ledger.store.list(f"artifacts/{MODEL}/"))) == 5
        assert [one.done for one in reconcile(folder, now=LATER).found] == [True, True]
        assert kinds(ledger, 3) == ["registered", "abandoned", "swept"]
        assert list(ledger.store.list(f"artifacts/{MODEL}/")) == []
        assert reconcile(folder, now=LATER).found == ()
        assert promote(workspace, Ledger(ledger.store, MODEL), sha("inputs")).promoted
        assert audit(ledger).wrong is None


class TestKilled:
    """kill -9 of a run, and then of the reconciler, as processes of their own."""

    @pytest.mark.parametrize(
        "death", [Death("delete", "artifacts/", nth=2), Death("create", "ledger/", "swept")]
    )
    def test_are_finished_by_the_next_reconciler(
        self, folder: Path, ledger: Ledger, tmp_path: Path, death: Death
    ) -> None:
        """The run before its decision; the reconciler in its sweep, or before it says that it swept."""
        workspace = decided_workspace(tmp_path / "made", ledger, "killed")
        crash = ("before", Death("create", "ledger/", '"decision"'))
        url = str(folder / "store")
        _killed(promote_and_die, url, workspace.root, *crash)
        assert kinds(ledger, 7) == ["registered"]
        _killed(reconcile_and_die, folder, LATER, "before", death)
        assert kinds(ledger, 7) == ["registered", "abandoned"]
        reconcile(folder, now=LATER)
        assert kinds(ledger, 7) == ["registered", "abandoned", "swept"]
        assert len(artifact_files(folder)) == 5
        assert promote(workspace, Ledger(ledger.store, MODEL), sha("inputs")).promoted
        assert audit(ledger).wrong is None


def _killed(target: Callable[..., None], *arguments: object) -> None:
    dying = processes().Process(target=target, args=arguments)
    dying.start()
    dying.join(60)
    assert dying.exitcode == -9
