"""What was asked and told, and when: the history of some clients, as each of them wrote it down.

An operation is written when it begins and again when it is answered, so one whose process was killed,
or whose store did not answer, is there without an answer: it may have been carried out or not.
"""

import json
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Operation:
    """`token` names it in the ledger; `answered` and `told` are None where there was no answer."""

    token: str
    kind: str
    asked: dict[str, Any]
    called: float
    answered: float | None = None
    told: dict[str, Any] | None = None

    def __str__(self) -> str:
        told = "no answer" if self.told is None else self.told
        return f"{self.kind} {self.token} {self.asked}: {told}"


class Recorder:
    """Lines in a file, each written by one call to the system: kill -9 takes none of them back."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.newest: str | None = None
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def called(self, token: str, kind: str, **asked: Any) -> None:
        """It begins."""
        self.newest = token
        self._write({"token": token, "kind": kind, "asked": asked, "called": self._clock()})

    def answered(self, token: str, **told: Any) -> None:
        """It has ended with an answer."""
        self._write({"token": token, "told": told, "answered": self._clock()})

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")


def read_history(paths: Iterable[Path]) -> list[Operation]:
    """All operations in the order in which they began."""
    begun: dict[str, dict[str, Any]] = {}
    for path in paths:
        for line in map(json.loads, path.read_text().splitlines()):
            begun.setdefault(line["token"], {}).update(line)
    return sorted((Operation(**one) for one in begun.values()), key=lambda one: one.called)
