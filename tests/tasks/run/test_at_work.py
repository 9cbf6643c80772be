"""Workspaces of runs that were killed go with the next run, and those of living runs stay."""

import subprocess
import sys

import pytest

from tasks.run.at_work import at_work
from tasks.run.workspaces import open_run
from tasks.workspace import open_folder

RUN = """
import sys, time
from pathlib import Path
from tasks.run.at_work import at_work
from tasks.run.workspaces import open_run
from tasks.workspace import open_folder

home = open_folder(Path(sys.argv[1]))
with at_work(home):
    print(open_run(home).root, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(folder):
    """A run in another process, as a pair: the process, and the name of its workspace."""
    with subprocess.Popen([sys.executable, "-c", RUN, str(folder)], stdout=subprocess.PIPE, text=True) as run:
        yield run, run.stdout.readline().strip().rpartition("/")[2]
        run.kill()


def workspaces(home):
    """The names of the folder's workspaces."""
    return {path.name for path in home.runs.iterdir()}


class TestAtWork:
    """Two processes in one model folder."""

    def test_a_killed_run_s_workspace_goes_with_the_next_run(self, folder, other):
        """Nothing that a crash leaves stays for ever."""
        home, (run, name) = open_folder(folder), other
        assert workspaces(home) == {name}
        run.kill()
        run.wait()
        with at_work(home):
            assert workspaces(home) == set()

    def test_a_living_run_s_workspace_stays(self, folder, other):
        """A second run begins and ends without touching it."""
        home, (_, name) = open_folder(folder), other
        with at_work(home):
            mine = open_run(home)
            assert workspaces(home) == {name, mine.root.name}
        with at_work(home):
            assert name in workspaces(home)


class TestLeftByAKill:
    """What a killed run left is removed."""

    def test_sweep(self, home):
        """Half-written files and a workspace without an intent go; others' files stay."""
        (home.root / f".code.json.{'a' * 32}.tmp").write_bytes(b"half")
        (home.root / ".mine.tmp").write_bytes(b"mine")
        dead = open_run(home)
        with at_work(home) as left:
            assert left == ()
        assert not dead.root.exists()
        assert [path.name for path in home.root.glob(".*.tmp")] == [".mine.tmp"]
