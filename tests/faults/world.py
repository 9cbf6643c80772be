"""A world in which runs are disturbed: a real stack, and a store of its own for each case."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self
from uuid import UUID

import psutil
import pytest
from factories import MODEL, PARAMS, small_batch, small_folder
from faults.watch import Watch
from services import supervise
from services.dead_runs import ENGINE
from services.layout import Layout, read_layout
from stacks import PATIENCE, Stack

from tasks.intake.catalogue import batch_bytes, read_catalogue
from tasks.ledger import Decided, Ledger, Looked
from tasks.run import retrain
from tasks.store import open_store
from tasks.workspace import Workspace

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

ROWS = {"2024-01": 200, "2024-02": 2000, "2024-03": 2000}
"""The months, and the rows of each; the last one arrives in every case."""
DEPLOYMENT = "retrain/flights"


@cache
def month(period: str) -> bytes:
    """A month's batch."""
    return small_batch(period, rows=ROWS[period])


@dataclass(frozen=True)
class After:
    """What is there after a run that was disturbed, and the run after it."""

    ledger: Ledger
    folder: Workspace
    watch: Watch

    @property
    def decisions(self) -> list[str]:
        """Digests of the ledger's decisions on the month that arrived."""
        bodies = [entry.body for entry, _ in self.ledger.entries()]
        looks = {body.look for body in bodies if isinstance(body, Looked) and body.periods == ("2024-03",)}
        return [body.decision for body in bodies if isinstance(body, Decided) and body.look in looks]

    @property
    def lost(self) -> list[str]:
        """Months that were acknowledged, and are not accepted with the bytes that arrived."""
        store = self.ledger.store
        held = [one for one in read_catalogue(store, MODEL).revisions if one.status == "accepted"]
        kept = {one.period for one in held if batch_bytes(store, MODEL, one) == month(one.period)}
        return sorted(set(ROWS) - kept)


class World:
    """A stack, and in its store a place for each case, with the same champion in office."""

    def __init__(self, base: Path, params: str = PARAMS) -> None:
        self._base, self._params = base, params
        self.stack = Stack(base / "stack", base / "seed")

    def __enter__(self) -> Self:
        self.stack.__enter__()
        try:
            self._seed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.__exit__()

    @property
    def layout(self) -> Layout:
        """Where the stack's files and ports are."""
        return read_layout(self.stack.base, {})

    def undisturbed(self) -> tuple[str, str]:
        """Digest of the decision, and candidate of the champion, where nothing went wrong."""
        folder, url = self.begin("undisturbed")
        self.stack.command("evergreen", "run", folder=folder, EVERGREEN_STORE=url)
        state = Ledger(open_store(url), MODEL).state()
        decision = state.looks[-1].decision
        assert decision is not None
        assert state.champion is not None
        return decision, state.champion.candidate

    def begin(self, name: str) -> tuple[Path, str]:
        """A model folder in which nothing ran, and its store as it is when the third month has arrived."""
        store = open_store("s3://evergreen")
        for one in list(store.list("seed/")):
            found = store.get(one.key)
            assert found is not None
            store.put(one.key.replace("seed/", f"{name}/", 1), found[0])
        store.put(f"{name}/incoming/{MODEL}/2024-03.parquet", month("2024-03"))
        return small_folder(self._base, name=name, params=self._params), f"s3://evergreen/{name}"

    def request(self, folder: Path, url: str, **more: str) -> "FlowRun":
        """Ask for a run in the folder; `more` adds to its environment."""
        return self.stack.request(DEPLOYMENT, {"EVERGREEN_STORE": url} | more, folder=str(folder))

    def flow(self, run: UUID) -> psutil.Process | None:
        """The process of a flow run, if it lives."""
        for process in psutil.process_iter():
            try:
                of_a_run = ENGINE in process.cmdline()
                if of_a_run and process.environ().get("PREFECT__FLOW_RUN_ID") == str(run):
                    return process
            except psutil.Error:
                continue
        return None

    def service(self, name: str) -> psutil.Process:
        """The process that supervisord has started as this service."""
        return psutil.Process(supervise.processes(self.layout)[name]["pid"])

    def wait(self, ready: Callable[[], bool], what: str) -> None:
        """Ask until it is so; fails with the end of the worker's log."""
        deadline = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < deadline, f"waited for {what}\n{self.stack.log_end()}"
            time.sleep(0.1)

    def _seed(self) -> None:
        """The first champion, trained in no time."""
        url = "s3://evergreen/seed"
        for period in ("2024-01", "2024-02"):
            open_store(url).put(f"incoming/{MODEL}/{period}.parquet", month(period))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EVERGREEN_STORE", url)
            assert retrain(small_folder(self._base, name="seed")).verdict == "promote"
