"""A process beside ours that answers questions, one line of JSON each.

Some packages take seconds to import and hold Python's lock all the while: in a thread they would
only slow down what they are meant to run beside. A companion imports them in a process of its own,
once, and answers until it is closed. It ends with its parent, however that ends: its questions do.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import IO, Any, Self

_LAST_WORDS_S = 10.0

Answer = Callable[[dict[str, Any]], Any]
"""A companion's side: from a question to its answer, both of JSON's types."""


class CompanionEnded(Exception):
    """The companion ended and did not answer; the message is what it said last."""


class Companion:
    """A child that runs `module`, which calls `serve`. It starts at once; `close` ends it."""

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._one_at_a_time = threading.Lock()
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=pipe,
            stdout=pipe,
            stderr=self._said,
            text=True,
            env=environment,
        )

    def ask(self, question: dict[str, Any]) -> Any:
        """The answer to `question`; raises `CompanionEnded`."""
        with self._one_at_a_time:
            answer = self._answered(json.dumps(question))
        if not answer:
            # Its last words come after it has closed the line.
            self._let_it_end()
            self._said.seek(0)
            raise CompanionEnded(" ".join(self._said.read().decode(errors="replace").split())[-300:])
        return json.loads(answer)

    def _answered(self, question: str) -> str:
        to, back = self.process.stdin, self.process.stdout
        if to is None or back is None:
            return ""
        try:
            to.write(question + "\n")
            to.flush()
        except (BrokenPipeError, ValueError):
            return ""
        return back.readline()

    def _let_it_end(self) -> None:
        try:
            self.process.wait(timeout=_LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self.process.kill()
        self.process.communicate()
        self._said.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(begin: Callable[[], Answer]) -> None:
    """The companion's side: `begin` imports what it exists for; then answer until there are no questions.

    What libraries print, to Python's streams or to the descriptors below them, goes to standard error.
    """
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        # Collecting garbage while modules are made finds none, and costs a sixth of a long import.
        gc.disable()
        answer = begin()
        gc.freeze()
        gc.enable()
        for line in sys.stdin:
            answers.write(json.dumps(answer(json.loads(line))) + "\n")
            answers.flush()
