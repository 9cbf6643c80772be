"""What a crash left is finished or swept: each kind of it, again, and beside running cycles."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from crashes import LATER, Died, artifact_files, dies_at, promote_until, stores_replaced
from data_factories import on_paper
from factories import deliver, small_folder
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

from tasks.documents import digest, write_atomically
from tasks.environment import environment
from tasks.hold import hold
from tasks.intake import intake, read_catalogue
from tasks.ledger import Ledger, Looked, Swept
from tasks.ledger.artifacts import artifacts_of
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.promote import promote
from tasks.reconcile import Reconciled, reconcile
from tasks.run.at_work import at_work
from tasks.run.workspaces import open_run
from tasks.validate import rules_hash
from tasks.workspace import Workspace, open_folder

ENVIRONMENT = {digest(environment().to_bytes())}
"""An artifact that all decisions of one installation share."""


def told(found: Reconciled) -> list[tuple[str, str, bool]]:
    """What was found: kind, action, and whether it was done."""
    return [(one.kind, one.action, one.done) for one in found.found]


def kinds(ledger: Ledger, first: int) -> list[str]:
    """The kinds of the entries from `first` on."""
    return [entry.body.kind for entry, _ in ledger.entries(first)]


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


class TestPromotion:
    """A decision to promote whose run died."""

    @pytest.fixture
    def decided(self, ledger: Ledger, tmp_path: Path) -> Ledger:
        """Challenger `new` is decided on, and not in office."""
        promote_until("promotion", decided_workspace(tmp_path / "made", ledger, "new"), ledger.store)
        return ledger

    def test_is_finished(self, folder: Path, decided: Ledger) -> None:
        """As the next run would."""
        assert told(reconcile(folder, now=LATER)) == [("promotion", "promoted", True)]
        assert decided.state().champion.candidate == sha("new")  # type: ignore[union-attr]
        assert reconcile(folder, now=LATER).found == ()

    @pytest.mark.usefixtures("decided")
    def test_that_is_young_is_left(self, folder: Path) -> None:
        """Its run may be about to."""
        assert reconcile(folder).found == ()

    def test_that_waits_for_people_goes_on_waiting(self, folder: Path, decided: Ledger) -> None:
        """A hold is not for a schedule to end."""
        hold(decided, reason="incident")
        assert reconcile(folder, now=LATER).found == ()

    def test_of_damaged_bytes_is_left_with_the_reason(self, folder: Path, decided: Ledger) -> None:
        """The rest goes on."""
        named = artifacts_of(decided.entry(decided.state().pending.registered))  # type: ignore[union-attr]
        decided.store.put(f"artifacts/{MODEL}/{named['model.ubj'].sha256}", b"forged")
        (one,) = reconcile(folder, now=LATER).found
        assert not one.done
        assert "not to its name" in str(one.left)
        assert decided.state().champion.candidate == sha("old")  # type: ignore[union-attr]


class TestPointer:
    """A cache that lags costs every reader requests."""

    @pytest.mark.parametrize("content", [None, b"garbage", "old"], ids=str)
    def test_is_renewed(self, folder: Path, ledger: Ledger, content: bytes | str | None) -> None:
        """Lost, unreadable or of an earlier entry: afterwards it is the fold of now."""
        key = ledger.caches.pointer_key
        old = ledger.store.get(key)
        assert old is not None
        look = Looked(
            look=sha("x"), periods=("x",), challenger=sha("x"), champion=None, contract=sha("x"), drill=True
        )
        ledger.append(lambda _: look)
        ledger.store.delete(key)
        if content is not None:
            ledger.store.put(key, old[0] if isinstance(content, str) else content)
        assert told(reconcile(folder)) == [("pointer", "renewed", True)]
        assert ledger.caches.told(key) == ledger.state()
        assert reconcile(folder).found == ()


class TestWorkspaces:
    """Of runs that were killed, on this machine."""

    def test_go(self, folder: Path) -> None:
        """The lock tells that no run of this folder lives."""
        run = open_run(open_folder(folder))
        assert told(reconcile(folder, dry_run=True)) == [("workspace", "removed", False)]
        assert run.root.exists()
        assert told(reconcile(folder)) == [("workspace", "removed", True)]
        assert not run.root.exists()

    def test_stay_beside_a_living_run(self, folder: Path) -> None:
        """Any of them may be its own."""
        home = open_folder(folder)
        with at_work(home):
            run = open_run(home)
            assert reconcile(folder, now=LATER).found == ()
            assert run.root.exists()

    def test_that_were_about_to_publish_a_decision_that_is_not_in_go(self, folder: Path) -> None:
        """There is nothing to publish."""
        run = open_run(open_folder(folder))
        write_atomically(run.root / "publish.json", json.dumps({"lock": None}).encode())
        assert told(reconcile(folder)) == [("workspace", "published and removed", True)]
        assert not run.root.exists()


class TestBatches:
    """Taken in by a run that died before it had judged and versioned them."""

    @pytest.fixture
    def arrived(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Two months are in the catalogue and no further."""
        on_paper(monkeypatch)
        for month in ("2024-01", "2024-02"):
            deliver(folder, month)
        home = open_folder(folder)
        intake(home.params, open_ledger(folder)[1].store)
        return folder

    def test_are_judged_and_versioned(self, arrived: Path, ledger: Ledger) -> None:
        """Once, and nothing is trained; the next run goes on from there."""
        assert told(reconcile(arrived, now=LATER)) == [("batch", "judged and versioned", True)]
        catalogue = read_catalogue(ledger.store, MODEL)
        assert {one.status for one in catalogue.revisions} == {"accepted"}
        assert ledger.state().number == 5
        assert reconcile(arrived, now=LATER).found == ()
        assert catalogue.pending(rules_hash(open_folder(arrived).params)) == ()

    def test_that_are_young_are_left(self, arrived: Path) -> None:
        """A run may have taken them in a minute ago."""
        assert reconcile(arrived).found == ()

    def test_are_left_beside_a_living_run(self, arrived: Path) -> None:
        """It may be judging them."""
        home = open_folder(arrived)
        with at_work(home):
            open_run(home)
            assert reconcile(arrived, now=LATER).found == ()

    def test_that_break_a_rule_are_blocked_and_told(self, arrived: Path, ledger: Ledger) -> None:
        """As by a run; the good ones are taken in all the same."""
        deliver(arrived, "2024-03", b"no Parquet")
        intake(open_folder(arrived).params, ledger.store)
        (one,) = reconcile(arrived, now=LATER).found
        assert not one.done
        assert "2024-03" in str(one.left)
        statuses = {one.period: one.status for one in read_catalogue(ledger.store, MODEL).revisions}
        assert statuses == {"2024-01": "accepted", "2024-02": "accepted", "2024-03": "blocked"}


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
