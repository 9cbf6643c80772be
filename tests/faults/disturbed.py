"""A run that is killed while it trains, or dies before an entry; and the run after it."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from factories import MODEL, PARAMS
from faults.watch import Watch
from faults.world import After, World
from services.orchestrator import WORKER

from tasks.ledger import Ledger
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
_LATE = re.compile(r"started (\d+) s after it was due")
_HOOK = Path(__file__).parent / "dies_before"


@dataclass(frozen=True)
class Case(After):
    """What came of a disturbed run, and of the run after it.

    `state` is Prefect's for the disturbed run; `waited` the seconds that the next run began after it
    was due by Prefect's clock, `said` the same as the run itself logs it; `seconds` is all of it.
    """

    state: str
    result: dict[str, Any]
    waited: float
    said: int
    seconds: float


def disturbed(world: World, name: str, kill: tuple[str, ...] = (), dies_before: str = "") -> Case:
    """Kill the processes of `kill` while a run trains, or have it die before an entry; then run again."""
    started = time.monotonic()
    folder, url = world.begin(name)
    hook = {"PYTHONPATH": str(_HOOK), "EVERGREEN_TEST_DIES_BEFORE": dies_before} if dies_before else {}
    with Watch(url) as watch:
        run = world.request(folder, url, **hook)
        if kill:
            _kill_while_it_trains(world, kill, run.id, Workspace(folder))
        else:
            world.wait(lambda: world.flow(run.id) is not None, "the flow to begin")
            world.wait(lambda: world.flow(run.id) is None, "the flow to die")
        after = world.stack.ended(world.request(folder, url))
        result = world.stack.result(after)
    assert after.start_time is not None
    assert after.expected_start_time is not None
    return Case(
        ledger=Ledger(open_store(url), MODEL),
        folder=Workspace(folder),
        watch=watch,
        state=world.stack.ended(run).state_name or "",
        result=result,
        waited=(after.start_time - after.expected_start_time).total_seconds(),
        said=_said(world, after),
        seconds=time.monotonic() - started,
    )


def _kill_while_it_trains(world: World, kill: tuple[str, ...], run: UUID, folder: Workspace) -> None:
    # The champion is pinned right before `train`, and the model is its last act.
    world.wait(lambda: any(folder.runs.glob("*/champion.json")), "training to begin")
    time.sleep(0.5)
    flow, worker = world.flow(run), world.service(WORKER)
    assert flow is not None
    for name in kill:
        {"flow": flow, "worker": worker}[name].kill()
    assert not any(folder.runs.glob("*/data/model/*")), "training was over before the kill"


def _said(world: World, run: "FlowRun") -> int:
    """How late the run says it began."""
    told: list[str] = []

    def has_told() -> bool:
        told[:] = [found[1] for message in world.stack.logged(run) if (found := _LATE.search(message))]
        return bool(told)

    world.wait(has_told, "the run to say how late it began")
    return int(told[0])
