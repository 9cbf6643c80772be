"""Clients in one process, one at a time: at each call to the store a seeded draw says who goes on.

The seed decides the order of every read and write, and which of them fail or kill, so a history that
shows a fault shows it each time.
"""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Self
from unittest.mock import patch

from faults.clients import Client
from faults.history import Recorder, read_history
from faults.judges import prepared, wrongs
from faults.memory import MemoryStore
from ledgers import Meddled

from tasks.errors import StoreUnavailable

CLIENTS, EACH = 4, 6


class Died(BaseException):
    """The process of a client is gone, as by kill -9."""


class Turns:
    """One thread runs; who goes on is drawn each time that it calls `pass_on`."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._stays = draw.choice((0.0, 0.5, 0.9))
        self._gates: dict[int, threading.Semaphore] = {}
        self._over = threading.Event()

    def run(self, jobs: list[Callable[[], None]]) -> None:
        """Run all jobs to their ends; raises what a job raised."""
        failed: list[BaseException] = []
        threads = [threading.Thread(target=self._job, args=(job, failed), daemon=True) for job in jobs]
        gates = [threading.Semaphore(0) for _ in jobs]
        for thread, gate in zip(threads, gates, strict=True):
            thread.start()
            self._gates[thread.ident or 0] = gate
        self._go()
        if not self._over.wait(120):
            raise TimeoutError("the simulation stands still")
        if failed:
            raise failed[0]

    def has_a_client(self) -> bool:
        """Whether the thread that asks is one that takes turns."""
        return threading.get_ident() in self._gates

    def pass_on(self) -> None:
        """Let somebody go on, perhaps the caller."""
        # Some simulations run in bursts: that brings about what a slow client does to a fast one.
        if self._draw.random() >= self._stays:
            gate = self._gates[threading.get_ident()]
            self._go()
            gate.acquire()

    def _go(self) -> None:
        if self._gates:
            self._draw.choice(list(self._gates.values())).release()
        else:
            self._over.set()

    def _job(self, job: Callable[[], None], failed: list[BaseException]) -> None:
        while threading.get_ident() not in self._gates:
            threading.Event().wait(0.0001)
        self._gates[threading.get_ident()].acquire()
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - shown to who waits
            failed.append(error)
        finally:
            del self._gates[threading.get_ident()]
            self._go()


@dataclass
class Faults:
    """What befalls a call. `lost`: done and not answered; `late`: done after its caller gave up."""

    draw: random.Random
    turns: Turns
    store: MemoryStore
    dies: float = 0.008
    lost: float = 0.03
    repeated: float = 0.05
    late: float = 0.02
    waiting: list[Callable[[], object]] = field(default_factory=list)

    def before(self, operation: str, key: str, data: bytes) -> None:
        """As a hook of `Meddled`: somebody else's turn, then perhaps a fault."""
        if not self.turns.has_a_client():
            return
        self.turns.pass_on()
        while self.waiting and self.draw.random() < 0.02:
            self._arrive(self.waiting.pop(0))
        if self.draw.random() < self.dies:
            raise Died
        if operation in {"create", "put"} and self.draw.random() < self.late:
            self.waiting.append(lambda: getattr(self.store, operation)(key, data))
            raise StoreUnavailable(f"{key}: still on its way")
        if operation == "create" and self.draw.random() < self.repeated:
            self._arrive(lambda: self.store.create(key, data))

    def after(self, operation: str, _key: str, _data: bytes) -> None:
        """As a hook of `Meddled`: the answer is lost, or who should hear it is gone."""
        if not self.turns.has_a_client():
            return
        if operation in {"create", "put"} and self.draw.random() < self.lost:
            raise StoreUnavailable("no answer")
        if self.draw.random() < self.dies:
            raise Died

    @staticmethod
    def _arrive(call: Callable[[], object]) -> None:
        with suppress(Exception):  # nobody hears the answer
            call()


def play(
    seed: int, root: Path, broken: Callable[[], AbstractContextManager[object]] = nullcontext
) -> list[str]:
    """What is wrong with a history; `broken` patches the protocol while it is made and not afterwards."""
    draw = random.Random(seed)
    store, turns, ticks = MemoryStore(), Turns(draw), count()
    start = prepared(store, root)
    faults = Faults(draw, turns, store)
    meddled = Meddled(store, before=faults.before, after=faults.after)
    paths = [root / f"history-{number}" for number in range(CLIENTS)]
    recorders = [Recorder(path, lambda: float(next(ticks))) for path in paths]

    def job(number: int) -> Callable[[], None]:
        return lambda: _live(meddled, root, f"{seed}-{number}", recorders[number])

    with _at_once(turns), broken():
        turns.run([job(number) for number in range(CLIENTS)])
    return wrongs(store, read_history(paths), start)


def _live(store: Meddled, root: Path, name: str, recorder: Recorder) -> None:
    """One client after the other, each until it dies."""
    left, life = EACH, 0
    while left:
        life += 1
        client = Client(store, root, f"{name}-{life}", recorder, f"{name}-{life}")
        try:
            while left:
                left -= 1
                client.act()
        except Died:
            continue


class _Inline:
    """A pool without threads: each upload is a turn of its client."""

    def __init__(self, _: int) -> None:
        self.map = map

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@contextmanager
def _at_once(turns: Turns) -> Iterator[None]:
    """Nothing waits by the clock, and nothing waits for a disk."""
    with (
        patch("tasks.ledger.log.time.sleep", lambda _: turns.pass_on()),
        patch("tasks.promote.ThreadPoolExecutor", _Inline),
        patch("os.fsync"),
    ):
        yield
