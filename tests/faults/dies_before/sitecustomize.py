"""Ends a flow's process, as `kill -9` would, right before it creates a ledger entry of a given kind.

Python imports this by itself in a process that has this folder on its PYTHONPATH; the kind is in
EVERGREEN_TEST_DIES_BEFORE. The code under test knows nothing of it.
"""

import os
import signal
import sys


def _arm(kind: str) -> None:
    from tasks.ledger import Ledger

    make_entry = Ledger._next

    def die(self, state, body):
        if body.kind == kind:
            os.kill(os.getpid(), signal.SIGKILL)
        return make_entry(self, state, body)

    Ledger._next = die  # type: ignore[method-assign]


# The flow's process alone, not the commands that it runs.
if "prefect.engine" in sys.orig_argv and os.environ.get("EVERGREEN_TEST_DIES_BEFORE"):
    _arm(os.environ["EVERGREEN_TEST_DIES_BEFORE"])
