"""Workspaces are made from the folder, filled with exactly the wanted batches, and handed back once."""

import hashlib
import shutil
import threading
from pathlib import Path

import pytest
from data_factories import PaperDvc, stage_bytes
from factories import parquet, small_frame

from tasks.documents import digest
from tasks.errors import BadInput, Conflict, Corrupt
from tasks.intake import Revision, batch_bytes, bytes_key
from tasks.ledger import State
from tasks.ledger.state import LookTaken
from tasks.run.workspaces import (
    assemble,
    at_work,
    copy_pins,
    intend,
    lock_hash,
    open_run,
    publish,
    publish_left,
)
from tasks.store import open_store
from tasks.workspace import Workspace, open_folder

PAPER = PaperDvc()


@pytest.fixture
def home(folder: Path) -> Workspace:
    """The model folder, opened."""
    return open_folder(folder)


def arrived(home: Workspace, period: str, seed: int = 0) -> Revision:
    """A revision whose bytes are in the store."""
    data = parquet(small_frame(period, seed, rows=100))
    store = open_store(str(home.root / "store"))
    store.put(bytes_key("small", digest(data)), data)
    return Revision(
        period=period, revision=1, sha256=digest(data), size=len(data), source="incoming", arrived="now"
    )


def judged(home: Workspace, lock: str = "the lock") -> Workspace:
    """A workspace as the steps leave it, with everything that publishing takes."""
    workspace = open_run(home)
    for path in (workspace.champion_pin, workspace.code_pin, workspace.batches_pointer, workspace.report):
        path.write_text(f"{path.name} of {lock}")
    workspace.dvc_lock.write_text(lock)
    return workspace


class TestAssemble:
    """Exactly these revisions, each hashed."""

    def test_brings_what_is_missing_and_removes_the_rest(self, home):
        """An old revision goes, a new one comes, and what is there is not fetched again."""
        workspace = open_run(home)
        store = open_store(str(home.root / "store"))
        january, february, corrected = (
            arrived(home, "2024-01"),
            arrived(home, "2024-02"),
            arrived(home, "2024-02", seed=4),
        )
        assemble(workspace, home, store, (january, february), PAPER)
        store.delete(bytes_key("small", january.sha256))
        assemble(workspace, home, store, (january, corrected), PAPER)
        assert set(stage_bytes(workspace.batches)) == {january.file, corrected.file}

    @pytest.mark.parametrize("data", [b"other bytes", None])
    def test_bytes_that_are_not_what_arrived(self, home, data):
        """A batch that was changed or lost in the store is `Corrupt`, and not put to use."""
        workspace, revision = open_run(home), arrived(home, "2024-01")
        store = open_store(str(home.root / "store"))
        store.delete(bytes_key("small", revision.sha256))
        if data is not None:
            store.put(bytes_key("small", revision.sha256), data)
        with pytest.raises(Corrupt, match=bytes_key("small", revision.sha256)):
            assemble(workspace, home, store, (revision,), PAPER)
        assert stage_bytes(workspace.batches) == {}


class TestDamage:
    """What the cache holds is looked at before it is put to use."""

    def test_a_damaged_batch_comes_from_the_store(self, home):
        """It is brought again, and the cache forgets its damaged twin, which DVC would link back."""
        store, january = open_store(str(home.root / "store")), arrived(home, "2024-01")
        data = batch_bytes(store, "small", january)
        name = hashlib.md5(data, usedforsecurity=False).hexdigest()
        cached = home.dvc_cache / "files" / "md5" / name[:2] / name[2:]
        cached.parent.mkdir(parents=True)
        cached.write_bytes(b"damaged")
        workspace = open_run(home)
        workspace.batches.mkdir(parents=True)
        (workspace.batches / january.file).hardlink_to(cached)
        assemble(workspace, home, store, (january,), PAPER)
        assert (workspace.batches / january.file).read_bytes() == data
        assert not cached.exists()


class TestLeftByAKill:
    """What a killed run left is removed, but for a decision's files that only had to be put in place."""

    def test_sweep(self, home):
        """Half-written files and a workspace without an intent go; others' files stay."""
        (home.root / f".code.json.{'a' * 32}.tmp").write_bytes(b"half")
        (home.root / ".mine.tmp").write_bytes(b"mine")
        dead = open_run(home)
        with at_work(home) as left:
            assert left == ()
        assert not dead.root.exists()
        assert [path.name for path in home.root.glob(".*.tmp")] == [".mine.tmp"]

    def test_what_was_decided_is_published(self, home):
        """The folder comes to where the decision in the ledger is, also when it was half there."""
        for half in (False, True):
            dead = judged(home, f"lock {half}")
            dead.decision.write_bytes(b"the decision")
            intend(dead, lock_hash(home))
            if half:
                home.dvc_lock.write_bytes(dead.dvc_lock.read_bytes())
            with at_work(home) as left:
                assert [one.root for one in left] == [dead.root]
                assert publish_left(dead, home, decided(b"the decision"), PAPER)
            assert home.dvc_lock.read_text() == f"lock {half}"
            assert home.champion_pin.read_text() == f"champion.json of lock {half}"
            shutil.rmtree(dead.root)

    def test_what_is_in_no_ledger_is_not(self, home):
        """A run that was killed before its decision was in changes nothing."""
        dead = judged(home)
        dead.decision.write_bytes(b"the decision")
        intend(dead, None)
        assert not publish_left(dead, home, decided(b"another"), PAPER)
        assert not home.dvc_lock.exists()

    def test_a_folder_that_moved_on(self, home):
        """Another run's dvc.lock stays."""
        dead = judged(home)
        dead.decision.write_bytes(b"the decision")
        intend(dead, None)
        home.dvc_lock.write_text("newer")
        with pytest.raises(Conflict):
            publish_left(dead, home, decided(b"the decision"), PAPER)
        assert home.dvc_lock.read_text() == "newer"


def decided(decision: bytes) -> State:
    """A ledger's state in which this decision is in."""
    look = LookTaken(look="a" * 64, periods=("2024-01",), drill=False, decision=digest(decision))
    return State(looks=(look,))


class TestOpenRun:
    """Each run has a workspace of its own."""

    def test_two_are_two(self, home):
        """Two workspaces opened in one second are two, with equal settings."""
        first, second = open_run(home), open_run(home)
        assert first.root != second.root
        assert first.params == second.params == home.params
        assert first.root.parent == home.runs

    def test_pins(self, home):
        """The folder's pins are copied; where there are none the message says what to run."""
        workspace = open_run(home)
        with pytest.raises(BadInput, match="run `evergreen fetch`"):
            copy_pins(home, workspace)
        home.champion_pin.write_text("pin")
        home.code_pin.write_text("code")
        copy_pins(home, workspace)
        assert (workspace.champion_pin.read_text(), workspace.code_pin.read_text()) == ("pin", "code")


class TestPublish:
    """One compare-and-swap: all of a run's files, or none."""

    def test_takes_the_run_s_files(self, home):
        """After it, lock, pointer, pins and page are the run's."""
        publish(judged(home), home, None, PAPER)
        assert home.dvc_lock.read_text() == "the lock"
        assert home.champion_pin.read_text() == "champion.json of the lock"
        assert home.report.read_text() == "report.html of the lock"
        publish(judged(home, "next"), home, lock_hash(home), PAPER)
        assert home.dvc_lock.read_text() == "next"

    def test_a_stale_lock_changes_nothing(self, home):
        """A run that began before the folder's lock was replaced leaves every file as it is."""
        before = lock_hash(home)
        publish(judged(home), home, before, PAPER)
        files = stage_bytes(home.data)
        with pytest.raises(Conflict, match="was replaced by another run meanwhile"):
            publish(judged(home, "late"), home, before, PAPER)
        assert stage_bytes(home.data) == files
        assert home.dvc_lock.read_text() == "the lock"

    def test_eight_at_once_have_one_winner(self, home):
        """Of eight runs that began with the same lock one publishes, and the files are all its own."""
        runs = [judged(home, f"run {n}") for n in range(8)]
        ready, won, lost = threading.Barrier(8), [], []

        def one(workspace: Workspace) -> None:
            ready.wait()
            try:
                publish(workspace, home, None, PAPER)
            except Conflict:
                lost.append(workspace)
            else:
                won.append(workspace.dvc_lock.read_text())

        threads = [threading.Thread(target=one, args=(run,)) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(lost)) == (1, 7)
        assert home.dvc_lock.read_text() == won[0]
        assert home.champion_pin.read_text() == f"champion.json of {won[0]}"
