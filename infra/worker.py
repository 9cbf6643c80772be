"""The stack's worker: tells Prefect which runs died unnoticed, and then becomes Prefect's own worker."""

import os
import sys
from pathlib import Path

from services.dead_runs import report_dead_runs
from services.environment import MEMBER
from services.layout import read_layout


def main() -> None:
    """Run with the arguments of `prefect`, in the environment that the stack gives its members."""
    try:
        dead = report_dead_runs(read_layout(Path(os.environ[MEMBER]), os.environ))
    except OSError as error:
        print(f"Prefect did not say which runs are unfinished ({error}); the worker starts all the same.")
    else:
        for name in dead:
            print(f"Flow run {name!r} had lost its process: reported as crashed.")
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "prefect", "--no-prompt", *sys.argv[1:]])  # noqa: S606 - no shell wanted


if __name__ == "__main__":
    main()
