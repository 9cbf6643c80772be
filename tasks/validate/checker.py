"""Validation in a process of its own, which imports Great Expectations while the cycle does other work.

The import takes seconds and holds Python's lock all the while: in a thread it would only slow
down what it is meant to overlap with. The child speaks JSON lines on its standard streams.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tasks.errors import EvergreenError
from tasks.params import Params
from tasks.validate.result import BatchReport
from tasks.workspace import BatchFile


class Checker:
    """A `Check` that asks its child. The child starts at once; `close` ends it."""

    def __init__(self) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        command = [sys.executable, "-m", "tasks.validate.child"]
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._said, text=True)

    def __call__(self, path: Path, batch: BatchFile, params: Params, rules: str) -> BatchReport:
        """The report on one batch; raises `EvergreenError` if the child died: could not check."""
        settings = params.model_dump_json(by_alias=True)
        asked = json.dumps({"path": str(path), "name": batch.name, "params": settings, "rules": rules})
        answer = self._answered(asked)
        if not answer:
            self._said.seek(0)
            last = " ".join(self._said.read().decode(errors="replace").split())[-300:]
            raise EvergreenError(f"{batch.name}: could not check: the validating process ended: {last}")
        return BatchReport.model_validate_json(answer)

    def _answered(self, asked: str) -> str:
        to, back = self._child.stdin, self._child.stdout
        if to is None or back is None:
            return ""
        try:
            to.write(asked + "\n")
            to.flush()
        except BrokenPipeError:
            return ""
        return back.readline()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.kill()
        self._child.communicate()
        self._said.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
