"""The stack's worker: Prefect's own, in a process that tells Prefect which runs died unnoticed."""

import os
import runpy
import sys
from pathlib import Path
from threading import Thread

from services.dead_runs import go_on_looking, tell_dead_runs
from services.environment import MEMBER
from services.layout import Layout, read_layout
from services.orchestrator import healthy
from services.supervise import wait_until

_ANSWER_SECONDS = 60.0


def main() -> None:
    """Run with the arguments of `prefect`, in the environment that the stack gives its members."""
    layout = read_layout(Path(os.environ[MEMBER]), os.environ)
    wait_for_server(layout, _ANSWER_SECONDS)
    tell_dead_runs(layout)
    Thread(target=go_on_looking, args=(layout,), daemon=True).start()
    sys.argv = ["prefect", "--no-prompt", *sys.argv[1:]]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


def wait_for_server(layout: Layout, seconds: float) -> None:
    """Wait for Prefect, which may have died with the worker and takes longer to start.

    Ends this process with one line if it does not come: supervisord starts it again. A worker that
    went ahead could not tell any more which pending runs it starts itself and which are dead.
    """
    try:
        wait_until(lambda: healthy(layout), what="Prefect's server", seconds=seconds)
    except TimeoutError as error:
        sys.exit(f"{error} A worker does not start without it.")


if __name__ == "__main__":
    main()
