"""Processes of the stack that die where a run goes from one step to the next, alone and in pairs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
from factories import MODEL
from faults.storms import STEPS, entries
from faults.watch import Watch
from faults.world import After, World
from services import orchestrator, seaweedfs, supervise

from tasks.ledger import Ledger
from tasks.store import open_store
from tasks.workspace import Workspace

SERVICES = {"worker": orchestrator.WORKER, "server": orchestrator.SERVER, "store": seaweedfs.NAME}
ALONE = ("flow", *SERVICES)
VICTIMS = (*((name,) for name in ALONE), *combinations(ALONE, 2))
"""Who dies: one of the four, or two of them at once."""
NOBODY_LEFT = {"train-flow-worker-server": ("train", ("flow", "worker", "server"))}
"""Three at once: of those who know of the run none is left, and none of them waits for another to be back."""
SHARES = 5
_HOOK = Path(__file__).parent / "stops_before"


def all_cases() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The step and who dies before it, by the case's name: one or two, and each before each step."""
    return {f"{step}-{'-'.join(who)}": (step, who) for step in STEPS for who in VICTIMS}


def share(number: int) -> dict[str, tuple[str, tuple[str, ...]]]:
    """One of five parts of all cases: two for each step, and one or two for each that may die."""
    cases = all_cases()
    places = {name: STEPS.index(step) + VICTIMS.index(who) for name, (step, who) in cases.items()}
    return {name: case for name, case in cases.items() if places[name] % SHARES == number % SHARES}


@dataclass(frozen=True)
class Interrupted(After):
    """What came of a run that stood before a step when something died, and of the run after it.

    `known` is what the ledger had acknowledged before the kill; `state` is Prefect's for the run;
    `back` the seconds until what died was there again, `held` those that the next run began after it
    was due, and `seconds` all of it.
    """

    known: Mapping[str, str]
    state: str
    result: dict[str, Any]
    back: float
    held: float
    seconds: float

    @property
    def forgotten(self) -> list[str]:
        """Entries that were acknowledged before the kill, and are not as they were."""
        now = entries(self.ledger.store)
        return sorted(key for key, etag in self.known.items() if now.get(key) != etag)


def interrupted(world: World, name: str, step: str, who: tuple[str, ...]) -> Interrupted:
    """Have a run stop before `step`, kill `who`, let go what lives, and ask for the next run."""
    started = time.monotonic()
    folder, url = world.begin(name)
    store, place = open_store(url), folder / "boundary"
    place.mkdir()
    hook = {"EVERGREEN_TEST_STOPS_BEFORE": step, "EVERGREEN_TEST_BOUNDARY": str(place)}
    with Watch(url) as watch:
        run = world.request(folder, url, PYTHONPATH=str(_HOOK), **hook)
        world.wait((place / "reached").exists, f"the run to come to {step}")
        known, killed = entries(store), time.monotonic()
        _kill(world, who, run.id)
        (place / "go").touch()
        _wait_for_restart(world, who)
        back = time.monotonic() - killed
        after = world.stack.ended(world.request(folder, url))
        result = world.stack.result(after)
    assert after.start_time is not None
    assert after.expected_start_time is not None
    return Interrupted(
        ledger=Ledger(store, MODEL),
        folder=Workspace(folder),
        watch=watch,
        known=known,
        state=world.stack.ended(run).state_name or "",
        result=result,
        back=back,
        held=(after.start_time - after.expected_start_time).total_seconds(),
        seconds=time.monotonic() - started,
    )


def _kill(world: World, who: tuple[str, ...], run: UUID) -> None:
    flow = world.flow(run)
    assert flow is not None
    found = [flow if name == "flow" else world.service(SERVICES[name]) for name in who]
    for process in found:
        process.kill()
    _, living = psutil.wait_procs(found, timeout=10)
    assert living == []


def _wait_for_restart(world: World, who: tuple[str, ...]) -> None:
    """Until supervisord has started each service again, and it answers: nobody else does anything."""
    layout = world.layout
    answers = {
        "worker": lambda: orchestrator.worker_online(layout),
        "server": lambda: orchestrator.healthy(layout),
        "store": lambda: seaweedfs.ready(layout),
    }

    def runs(name: str) -> bool:
        return bool(supervise.processes(layout)[SERVICES[name]]["statename"] == "RUNNING")

    for name in who:
        if name in SERVICES:
            world.wait(lambda name=name: runs(name) and answers[name](), f"{name} to be back")  # type: ignore[misc]
