"""Which batches a decision rests on: those of the manifest that were in the window that `prepare` read."""

from collections.abc import Callable, Mapping

from pydantic import BaseModel, ValidationError

from tasks.errors import Corrupt, Refused
from tasks.ledger import Ledger, State
from tasks.ledger.artifacts import artifacts_of, fetch_artifact
from tasks.ledger.erasures import erased_contents
from tasks.version import Dataset
from tasks.workspace import Workspace

Window = Callable[[], Mapping[str, str] | None]
"""The SHA-256 of each batch in a window by period, read where an erasure makes it worth it."""


class _Window(BaseModel):
    """Of what `prepare` wrote, the periods that it read."""

    periods: tuple[str, ...]


def window_of(ledger: Ledger, registered: int) -> dict[str, str] | None:
    """The SHA-256 of each batch in the window, by period; None where a registration does not name them.

    Raises `Corrupt` where the documents are missing or damaged.
    """
    named = artifacts_of(ledger.entry(registered))
    if not {"dataset.json", "prepared.json"} <= named.keys():
        return None
    dataset, prepared = (
        fetch_artifact(ledger.store, ledger.model, named[name]) for name in ("dataset.json", "prepared.json")
    )
    return _window(dataset, prepared)


def window_in(workspace: Workspace) -> dict[str, str] | None:
    """As `window_of`, of what a workspace holds; None where the steps before did not run in it."""
    if not (workspace.dataset.exists() and workspace.preparation.exists()):
        return None
    return _window(workspace.dataset.read_bytes(), workspace.preparation.read_bytes())


def refuse_if_erased(ledger: Ledger, state: State, window: Window, what: str) -> None:
    """Raise `Refused` where rows of a batch of the window have been erased, as of `state`."""
    if state.erased is None:
        return
    gone = erased_contents(ledger)
    for period, sha256 in (window() or {}).items():
        if sha256 in gone:
            raise Refused(
                f"{what} was made from rows of {period} that were erased meanwhile, by entry "
                f"{gone[sha256].number}: nothing was promoted. The next run learns without them"
            )


def _window(dataset: bytes, prepared: bytes) -> dict[str, str]:
    try:
        periods = _Window.model_validate_json(prepared).periods
    except ValidationError as error:
        raise Corrupt("prepared.json: expected the periods that were read, found something else") from error
    batches = Dataset.parse(dataset, "dataset.json").batches
    return {one.period: one.sha256 for one in batches if one.period in periods}
