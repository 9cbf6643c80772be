"""A world in which runs are disturbed: a real stack, and a store of its own for each case."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import psutil
import pytest
from factories import MODEL, PARAMS, small_batch, small_folder
from services import supervise
from services.dead_runs import ENGINE
from services.layout import read_layout
from services.orchestrator import WORKER
from stacks import PATIENCE, Stack

from tasks.intake.catalogue import batch_bytes, read_catalogue
from tasks.ledger import Decided, Ledger, Looked
from tasks.ledger.audit import audit
from tasks.run import retrain
from tasks.score import champion_scorer
from tasks.store import open_store
from tasks.workspace import Workspace

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

SLOW = (
    PARAMS.replace("rounds: 15", "rounds: 8000")
    .replace("early_stopping_rounds: 5", "early_stopping_rounds: 8000")
    .replace("learning_rate: 0.3", "learning_rate: 0.001")
)
"""Seconds of training on a month, so that a kill can fall into it."""
ROWS = {"2024-01": 200, "2024-02": 2000, "2024-03": 2000}
"""The months, and the rows of each; the last one arrives in every case."""
_LATE = re.compile(r"started (\d+) s after it was due")
_HOOK = Path(__file__).parent / "dies_before"


@cache
def month(period: str) -> bytes:
    """A month's batch."""
    return small_batch(period, rows=ROWS[period])


@dataclass
class Watch:
    """A reader that never stops looking: every champion it meets is whole, or is counted."""

    url: str
    looks: int = 0
    dangling: list[str] = field(default_factory=list)
    champions: set[str] = field(default_factory=set)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        store = open_store(self.url)
        while not self._over.wait(0.3):
            try:
                self.champions.add(champion_scorer(Ledger(store, MODEL)).card.candidate)
                wrong = audit(Ledger(store, MODEL)).wrong
            except Exception as error:  # noqa: BLE001 (whatever a reader meets counts)
                wrong = repr(error)
            self.looks += 1
            self.dangling += [wrong] if wrong else []


@dataclass(frozen=True)
class Case:
    """What came of a disturbed run, and of the run after it.

    `state` is Prefect's for the disturbed run; `waited` the seconds that the next run began after it
    was due by Prefect's clock, `said` the same as the run itself logs it; `seconds` is all of it.
    """

    ledger: Ledger
    folder: Workspace
    watch: Watch
    state: str
    result: dict[str, Any]
    waited: float
    said: int
    seconds: float

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

    def __init__(self, base: Path) -> None:
        self._base = base
        self._stack = Stack(base / "stack", base / "seed")

    def __enter__(self) -> Self:
        self._stack.__enter__()
        try:
            self._seed()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.__exit__()

    def undisturbed(self) -> tuple[str, str]:
        """Digest of the decision, and candidate of the champion, where nothing went wrong."""
        folder, url = self._begin("undisturbed")
        self._stack.command("evergreen", "run", folder=folder, EVERGREEN_STORE=url)
        state = Ledger(open_store(url), MODEL).state()
        decision = state.looks[-1].decision
        assert decision is not None
        assert state.champion is not None
        return decision, state.champion.candidate

    def disturbed(self, name: str, kill: tuple[str, ...] = (), dies_before: str = "") -> Case:
        """A run that is killed while it trains, or dies before an entry; then the next run."""
        started = time.monotonic()
        folder, url = self._begin(name)
        environment = {"EVERGREEN_STORE": url}
        hook = {"PYTHONPATH": str(_HOOK), "EVERGREEN_TEST_DIES_BEFORE": dies_before} if dies_before else {}
        with Watch(url) as watch:
            run = self._stack.request("retrain/flights", environment | hook, folder=str(folder))
            if kill:
                self._kill_while_it_trains(kill, run.id, Workspace(folder))
            else:
                self._wait(lambda: self._flow(run.id) is not None, "the flow to begin")
                self._wait(lambda: self._flow(run.id) is None, "the flow to die")
            request = self._stack.request("retrain/flights", environment, folder=str(folder))
            after = self._stack.ended(request)
            result = self._stack.result(after)
        assert after.start_time is not None
        assert after.expected_start_time is not None
        return Case(
            ledger=Ledger(open_store(url), MODEL),
            folder=Workspace(folder),
            watch=watch,
            state=self._stack.ended(run).state_name or "",
            result=result,
            waited=(after.start_time - after.expected_start_time).total_seconds(),
            said=self._said(after),
            seconds=time.monotonic() - started,
        )

    def _seed(self) -> None:
        """The first champion, trained in no time."""
        url = "s3://evergreen/seed"
        for period in ("2024-01", "2024-02"):
            open_store(url).put(f"incoming/{MODEL}/{period}.parquet", month(period))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EVERGREEN_STORE", url)
            assert retrain(small_folder(self._base, name="seed")).verdict == "promote"

    def _begin(self, name: str) -> tuple[Path, str]:
        """A model folder in which nothing ran, and its store as it is when the third month has arrived."""
        store = open_store("s3://evergreen")
        for one in list(store.list("seed/")):
            found = store.get(one.key)
            assert found is not None
            store.put(one.key.replace("seed/", f"{name}/", 1), found[0])
        store.put(f"{name}/incoming/{MODEL}/2024-03.parquet", month("2024-03"))
        return small_folder(self._base, name=name, params=SLOW), f"s3://evergreen/{name}"

    def _kill_while_it_trains(self, kill: tuple[str, ...], run: UUID, folder: Workspace) -> None:
        # The champion is pinned right before `train`, and the model is its last act.
        self._wait(lambda: any(folder.runs.glob("*/champion.json")), "training to begin")
        time.sleep(0.5)
        flow, worker = self._flow(run), self._worker()
        assert flow is not None
        for name in kill:
            {"flow": flow, "worker": worker}[name].kill()
        assert not any(folder.runs.glob("*/data/model/*")), "training was over before the kill"

    def _flow(self, run: UUID) -> psutil.Process | None:
        """The process of a flow run, if it lives."""
        for process in psutil.process_iter():
            try:
                of_a_run = ENGINE in process.cmdline()
                if of_a_run and process.environ().get("PREFECT__FLOW_RUN_ID") == str(run):
                    return process
            except psutil.Error:
                continue
        return None

    def _worker(self) -> psutil.Process:
        return psutil.Process(supervise.processes(read_layout(self._stack.base, {}))[WORKER]["pid"])

    def _wait(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            assert time.monotonic() < deadline, f"waited for {what}\n{self._stack.log_end()}"
            time.sleep(0.1)

    def _said(self, run: "FlowRun") -> int:
        """How late the run says it began."""
        told: list[str] = []

        def has_told() -> bool:
            told[:] = [found[1] for message in self._stack.logged(run) if (found := _LATE.search(message))]
            return bool(told)

        self._wait(has_told, "the run to say how late it began")
        return int(told[0])
