"""reconcile: what a crash left is finished or swept, on a schedule of its own."""

import logging
from pathlib import Path
from typing import Any

from prefect import flow

from flows.logs import let_through
from flows.retries import with_back_off
from tasks.reconcile import reconcile as step

_log = logging.getLogger("tasks.flow")


@flow(name="reconcile", persist_result=True, result_serializer="json")
def reconcile(folder: str, dry_run: bool = False) -> dict[str, Any]:
    """Finish or sweep what killed runs have left. Safe beside a running cycle, and to run again."""
    let_through()
    found = with_back_off(step)(Path(folder), dry_run=dry_run)
    for one in found.found:
        _log.info("%s: %s", one.what, one.left or one.action)
    return found.model_dump(mode="json")
