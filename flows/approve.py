"""approve: somebody agrees to a decision that waits, and its challenger takes office."""

from pathlib import Path
from typing import Any

from prefect import flow

from flows.logs import let_through
from flows.retries import with_back_off
from tasks.approve import approve_in


@flow(name="approve", persist_result=True, result_serializer="json")
def approve(folder: str, number: int, reason: str) -> dict[str, Any]:
    """Agree to decision `number`. Tried again, it finishes the promotion and approves nothing twice."""
    let_through()
    return with_back_off(approve_in)(Path(folder), number, reason=reason).model_dump(mode="json")
