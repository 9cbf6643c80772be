"""Runs whose process is gone without anybody having told Prefect: told by the worker's own process.

A worker reports the runs that die under it, and tries for about a minute. When it dies with them, or
the server is away for longer, Prefect goes on to count them as running, and they hold their
deployment's one slot: for up to 320 seconds, since the engine asks for leases of 300 whatever the
settings say, and for ever after a restart of the server, which forgets its leases and not the slots.
Whether a process lives is a question for this machine, not for a clock.
"""

import time

import psutil

from services.layout import Layout
from services.orchestrator import POOL, call

ENGINE = "prefect.engine"
"""Part of the command of every run's own process, and of no command that a run starts."""
_UNFINISHED = ("PENDING", "RUNNING", "CANCELLING")
_LOOK_SECONDS = 15.0


def report_dead_runs(layout: Layout, *, beside_worker: bool = False) -> list[str]:
    """Have Prefect mark as crashed every unfinished run of the pool without a process; their names.

    One that is just being started has no process yet: those that are pending are left alone
    `beside_worker`, which is to be said where a worker of the pool may be at work.
    Raises `OSError` where Prefect does not answer.
    """
    states = [name for name in _UNFINISHED if not (beside_worker and name == "PENDING")]
    before = set(_runs(layout, states)) - living_runs()
    # Once more: one that ended in between has told Prefect so.
    dead = {run: name for run, name in _runs(layout, states).items() if run in before} if before else {}
    for run in dead:
        message = "Its process is gone, and nobody had said so."
        state = {"type": "CRASHED", "name": "Crashed", "message": message}
        call(layout, f"/flow_runs/{run}/set_state", {"state": state})
    return list(dead.values())


def tell_dead_runs(layout: Layout, *, beside_worker: bool = False) -> None:
    """Report dead runs, and say which on stdout, or that Prefect did not answer."""
    try:
        dead = report_dead_runs(layout, beside_worker=beside_worker)
    except OSError as error:
        print(f"Prefect did not say which runs are unfinished: {error}.", flush=True)
    else:
        for name in dead:
            print(f"Flow run {name!r} had lost its process: reported as crashed.", flush=True)


def go_on_looking(layout: Layout) -> None:
    """Look every 15 seconds, beside a worker, until this process ends."""
    while True:
        time.sleep(_LOOK_SECONDS)
        tell_dead_runs(layout, beside_worker=True)


def _runs(layout: Layout, states: list[str]) -> dict[str, str]:
    """Names of the pool's runs that are in one of these states, by identifier."""
    wanted = {
        "flow_runs": {"state": {"type": {"any_": states}}},
        "work_pools": {"name": {"any_": [POOL]}},
    }
    return {run["id"]: run["name"] for run in call(layout, "/flow_runs/filter", wanted)}


def living_runs() -> set[str]:
    """The identifiers of the flow runs that have a process on this machine."""
    found = set()
    for process in psutil.process_iter():
        try:
            if ENGINE in process.cmdline():
                found.add(process.environ().get("PREFECT__FLOW_RUN_ID", ""))
        except (psutil.Error, OSError):
            continue
    return found - {""}
