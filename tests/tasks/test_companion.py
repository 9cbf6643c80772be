"""Questions are answered in order, by a process that ends when it is told to or when its parent does."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.companion import Companion, CompanionEnded

ECHO = """
import os, time
from tasks.companion import serve

def begin():
    print("a library greets")
    os.system("echo a program greets")
    return answer

def answer(question):
    time.sleep(question.get("wait", 0))
    return {"twice": question["n"] * 2, "pid": os.getpid()}

serve(begin)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """In which `echo` is a module: a companion that doubles, after it has printed."""
    (tmp_path / "echo.py").write_text(ECHO)
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"}


class TestAnswers:
    """One line of JSON each."""

    def test_one_process_for_all_questions(self, environment):
        """What is printed is not taken for an answer; every answer comes from one process."""
        with Companion("echo", environment) as companion:
            answers = [companion.ask({"n": n}) for n in range(5)]
        assert [one["twice"] for one in answers] == [0, 2, 4, 6, 8]
        assert len({one["pid"] for one in answers}) == 1

    def test_threads_get_their_own_answers(self, environment):
        """Two threads that ask at once do not get each other's answers."""
        with Companion("echo", environment) as companion, ThreadPoolExecutor(4) as pool:
            answers = pool.map(lambda n: companion.ask({"n": n})["twice"], range(100))
            assert list(answers) == [2 * n for n in range(100)]


class TestItsEnd:
    """It is noticed on both sides."""

    def test_what_it_said_last(self, environment):
        """A question that breaks it raises with its last words; so does every question after."""
        with Companion("echo", environment) as companion:
            for _ in range(2):
                with pytest.raises(CompanionEnded, match="KeyError: 'n'"):
                    companion.ask({"m": 1})

    def test_no_such_module(self):
        """A companion that could not start says why at the first question."""
        with (
            Companion("tasks.no_such_companion") as companion,
            pytest.raises(CompanionEnded, match="No module"),
        ):
            companion.ask({})

    def test_killed_between_question_and_answer(self, environment):
        """No hang."""
        with Companion("echo", environment) as companion:
            threading.Timer(0.3, companion.process.kill).start()
            with pytest.raises(CompanionEnded):
                companion.ask({"n": 1, "wait": 60})

    def test_closing_ends_it(self, environment):
        """Also when the `with` ends in an error."""
        with pytest.raises(KeyError), Companion("echo", environment) as companion:
            raise KeyError
        assert companion.process.returncode is not None

    def test_it_does_not_outlive_a_killed_parent(self, environment):
        """`kill -9` of the parent leaves no companion behind: it has no more questions to read."""
        parent = (
            "from tasks.companion import Companion\nimport time\n"
            "companion = Companion('echo')\nprint(companion.ask({'n': 1})['pid'], flush=True)\ntime.sleep(60)"
        )
        started = subprocess.Popen(
            [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert started.stdout is not None
        companion = int(started.stdout.readline())
        started.kill()
        started.communicate()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and _lives(companion):
            time.sleep(0.05)
        assert not _lives(companion)


def _lives(process: int) -> bool:
    """Whether the process runs; one that has ended and was not waited for does not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[-1].split()[0] != "Z"
    except FileNotFoundError:
        return sys.platform != "linux"
    except ProcessLookupError:
        return False
