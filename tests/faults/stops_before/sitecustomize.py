"""Stops a flow's process right before a step: it says that it is there, and waits to be let go or killed.

Python imports this by itself in a process that has this folder on its PYTHONPATH. The step is in
EVERGREEN_TEST_STOPS_BEFORE; in the folder EVERGREEN_TEST_BOUNDARY it writes `reached` and waits for
`go`. The code under test knows nothing of it.
"""

import os
import sys
import time
from functools import wraps
from pathlib import Path


def _arm(step: str, place: Path) -> None:
    from tasks import steps

    goes_on = getattr(steps, step)

    @wraps(goes_on)
    def stop(*arguments, **options):
        if not (place / "reached").exists():
            (place / "reached").touch()
            while not (place / "go").exists():
                time.sleep(0.02)
        return goes_on(*arguments, **options)

    setattr(steps, step, stop)


# The flow's process alone, not the commands that it runs.
if "prefect.engine" in sys.orig_argv and os.environ.get("EVERGREEN_TEST_STOPS_BEFORE"):
    _arm(os.environ["EVERGREEN_TEST_STOPS_BEFORE"], Path(os.environ["EVERGREEN_TEST_BOUNDARY"]))
