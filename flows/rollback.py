"""rollback: an earlier champion returns, without retraining."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.logs import let_through
from flows.retries import once
from tasks.promote import rollback_in


@flow(name="rollback", persist_result=True, result_serializer="json")
def rollback(folder: str, reason: str, to: int | None = None) -> dict[str, Any]:
    """Return to the champion before this one, or to the one that entry `to` put in office.

    Never tried again by itself: a second rollback would undo the first.
    """
    let_through()
    return once(rollback_in)(Path(folder), to=to, reason=reason).model_dump(mode="json")
