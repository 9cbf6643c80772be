"""A thousand operations by processes that are killed, on a real S3 behind a road full of accidents."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faults.broken import BROKEN
from faults.clients import Client
from faults.crash_points import POINTS
from faults.history import Recorder
from ledgers import in_environment, mortal, processes

from tasks.store import open_store

PROCESSES, OPERATIONS = 8, 1_000
RATES = {
    "delayed": 0.03,
    "unanswered": 0.01,
    "reset_before": 0.005,
    "reset_after": 0.01,
    "cut_short": 0.01,
    "doubled": 0.02,
    "conflict_409": 0.01,
    "refused_412": 0.02,
    "error_500": 0.005,
    "busy_503": 0.005,
    "stale_list": 0.5,
}
_LIVES = (8, 24)
"""A process does so many operations; then it ends, at the latest."""
_SHOTS = (5, 20)
"""Operations between two `kill -9` from outside, at any instant: on a slow machine they come later."""


def live(url: str, root: Path, name: str, point: str | None, operations: int, broken: str | None) -> None:
    """One process: operations until it is done, or dies at the crash point."""
    draw = random.Random(name)
    store: Any = open_store(url)
    if point is not None:
        store = mortal(url, POINTS[point].side, POINTS[point].death(draw.randint(1, 3)))
    recorder = Recorder(root / f"history-{name}")
    client = Client(store, root, name, recorder, seed=name)
    protocol = nullcontext if broken is None else next(one for one in BROKEN if one.__name__ == broken)
    with protocol():
        for _ in range(operations):
            client.act()


@dataclass
class Campaign:
    """What happened in the processes; `begun` counts operations, those that were killed too."""

    url: str
    root: Path
    seed: int
    environ: dict[str, str]
    broken: str | None = None
    begun: int = 0
    shot: int = 0
    died_at: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    @property
    def histories(self) -> list[Path]:
        """What each process wrote down."""
        return sorted(self.root.glob("history-*"))

    def run(self, wanted: int, say: Callable[[str], None], patience: float) -> None:
        """Keep `PROCESSES` going until `wanted` operations have begun."""
        draw, context = random.Random(self.seed), processes()
        running: list[tuple[Any, str | None]] = []
        started, shot, told, born = time.monotonic(), 0, 0.0, 0
        while self._counted() < wanted or running:
            if time.monotonic() - started > patience:
                raise TimeoutError(f"{self.begun} of {wanted} operations after {patience:g} s")
            while len(running) < PROCESSES and self.begun < wanted:
                born += 1
                running.append(self._born(context, draw, born))
            if self.begun - shot > draw.randint(*_SHOTS) and running:
                shot = self.begun
                self._shoot(draw.choice(running)[0])
            if time.monotonic() - told > 5:
                told = time.monotonic()
                say(f"  {told - started:4.0f} s: {self.begun:,} operations, {born} processes")
            running = [one for one in running if not self._buried(*one)]
            time.sleep(0.1)

    def _born(self, context: Any, draw: random.Random, number: int) -> tuple[Any, str | None]:
        name, operations = f"{self.seed}-{number}", draw.randint(*_LIVES)
        point = draw.choice(list(POINTS)) if draw.random() < 0.4 else None
        call = (self.environ, live, self.url, self.root, name, point, operations, self.broken)
        process = context.Process(target=in_environment, args=call)
        process.start()
        return process, point

    def _shoot(self, process: Any) -> None:
        if process.is_alive():
            self.shot += 1
            os.kill(process.pid, signal.SIGKILL)

    def _buried(self, process: Any, point: str | None) -> bool:
        if process.is_alive():
            return False
        process.join()
        if process.exitcode == -signal.SIGKILL:
            self.died_at[point or "any instant"] += 1
        elif process.exitcode:
            self.failed.append(f"{process.name} at {point} ended with {process.exitcode}")
        return True

    def _counted(self) -> int:
        self.begun = sum(path.read_bytes().count(b'"called"') for path in self.histories)
        return self.begun
