"""Telling the stack's own processes from all others."""

import os
import subprocess
import sys

import psutil
import pytest
from services import members
from services.environment import MEMBER

SLEEP = "import sys, time; print('ready', flush=True); time.sleep(60)"


@pytest.fixture
def start():
    started = []

    def run(base, code=SLEEP):
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, MEMBER: str(base)},
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


class TestEnd:
    """Ours end, and nobody else."""

    def test_ours_end_and_another_stacks_run_on(self, start, tmp_path):
        """The mark holds the base folder: two stacks on one machine do not meet."""
        ours, other = start(tmp_path / "a"), start(tmp_path / "b")
        assert [process.pid for process in members.find(tmp_path / "a")] == [ours.pid]
        assert members.end(tmp_path / "a") == 1
        assert not psutil.pid_exists(ours.pid)
        assert other.poll() is None

    def test_one_that_does_not_listen_is_made_to(self, start, tmp_path):
        """SIGTERM first, SIGKILL after the time is up."""
        deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
        process = start(tmp_path, deaf)
        assert members.end(tmp_path, seconds=0.5) == 1
        assert not psutil.pid_exists(process.pid)

    def test_the_caller_is_spared(self, tmp_path):
        """A flow run may look at the stack that it runs in."""
        code = (
            "import sys; sys.path[:0] = sys.argv[1:]; from pathlib import Path; "
            "from services import members; "
            f"print(members.end(Path({str(tmp_path)!r})))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *sys.path],
            env={**os.environ, MEMBER: str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "0\n"


class TestListening:
    """The ports that ours hold."""

    def test_ports_are_found_by_who_holds_them(self, start, tmp_path):
        """`down` waits for the ports that were used, whatever the settings say by now."""
        code = (
            "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
            "open({!r}, 'w').write(str(s.getsockname()[1])); print('ready', flush=True); time.sleep(60)"
        )
        start(tmp_path, code.format(str(tmp_path / "port")))
        assert members.listening(tmp_path) == {int((tmp_path / "port").read_text())}
