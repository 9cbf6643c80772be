"""A run's files are published once: all of them, or none; also those of a run that was killed."""

import shutil
import threading

import pytest
from data_factories import PaperDvc, stage_bytes

from tasks.documents import digest
from tasks.errors import Conflict
from tasks.ledger import State
from tasks.ledger.state import LookTaken
from tasks.run.at_work import at_work
from tasks.run.publishing import intend, lock_hash, publish, publish_left
from tasks.run.workspaces import open_run
from tasks.workspace import Workspace

PAPER = PaperDvc()


def judged(home: Workspace, lock: str = "the lock") -> Workspace:
    """A workspace as the steps leave it, with everything that publishing takes."""
    workspace = open_run(home)
    for path in (workspace.champion_pin, workspace.code_pin, workspace.batches_pointer, workspace.report):
        path.write_text(f"{path.name} of {lock}")
    workspace.dvc_lock.write_text(lock)
    return workspace


class TestLeftByAKill:
    """A decision's files that only had to be put in place are, by whoever comes next."""

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
