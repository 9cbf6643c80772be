"""Runs whose process is gone without anybody having told Prefect: told when the next worker starts.

A worker reports the runs that die under it. When it dies with them, or the machine does, Prefect
goes on to count them as running, and they hold their deployment's one slot: for up to 320 seconds,
since the engine asks for leases of 300 whatever the settings say, and for ever after a restart of
the server, which forgets its leases and not the slots. Whether a process lives is a question for
this machine, not for a clock.
"""

import psutil

from services.layout import Layout
from services.orchestrator import POOL, call

ENGINE = "prefect.engine"
"""Part of the command of every run's own process, and of no command that a run starts."""
_UNFINISHED = ["PENDING", "RUNNING", "CANCELLING"]


def report_dead_runs(layout: Layout) -> list[str]:
    """Have Prefect mark as crashed every unfinished run of the pool without a process; their names.

    To be called while no worker of the pool is at work: a run that is being started has no process yet.
    Raises `OSError` where Prefect does not answer.
    """
    wanted = {
        "flow_runs": {"state": {"type": {"any_": _UNFINISHED}}},
        "work_pools": {"name": {"any_": [POOL]}},
    }
    living = living_runs()
    dead = [run for run in call(layout, "/flow_runs/filter", wanted) if run["id"] not in living]
    for run in dead:
        message = "Its process is gone, and the worker that would have said so too."
        state = {"type": "CRASHED", "name": "Crashed", "message": message}
        call(layout, f"/flow_runs/{run['id']}/set_state", {"state": state})
    return [run["name"] for run in dead]


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
