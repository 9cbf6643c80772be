"""Runs that die between two calls to the store, without a process for each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledgers import MODEL, Meddled, sha

from tasks.ledger import Ledger
from tasks.promote import promote
from tasks.reconcile import Reconciled
from tasks.store import Store
from tasks.workspace import Workspace

LATER = datetime.now(UTC) + timedelta(days=2)
"""When what is left now is old enough to count as left by a crash."""


class Died(BaseException):
    """Ends a call as a kill would, but for `finally`."""


def dies_before(kind: str) -> Callable[[str, str, bytes], None]:
    """A hook of `Meddled`: the run is gone before it creates an entry of this kind."""

    def die(operation: str, _key: str, data: bytes) -> None:
        if operation == "create" and f'"kind": "{kind}"'.encode() in data:
            raise Died

    return die


def dies_at(nth: int) -> Callable[[str, str, bytes], None]:
    """A hook of `Meddled`: the run is gone before its `nth` write; reads leave nothing behind."""
    writes = iter(range(1, nth + 1))

    def die(operation: str, _key: str, _data: bytes) -> None:
        if operation in ("create", "replace", "put", "delete") and next(writes, nth) == nth:
            raise Died

    return die


def promote_until(kind: str, workspace: Workspace, store: Store) -> None:
    """Promote the decision in the workspace, and die before the entry of this kind."""
    with pytest.raises(Died):
        promote(workspace, Ledger(Meddled(store, before=dies_before(kind)), MODEL), sha("inputs"))


@contextmanager
def stores_replaced(change: Callable[[Store], Store]) -> Iterator[None]:
    """Every store that a model folder is opened with is what `change` makes of it."""
    from tasks import opening

    original = opening.open_store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "open_store", lambda url: change(original(url)))
        yield


def artifact_files(folder: Path) -> set[str]:
    """The artifacts in the folder's directory store, by key below the model's."""
    root = folder / "store" / "artifacts" / MODEL
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def told(found: Reconciled) -> list[tuple[str, str, bool]]:
    """What was found: kind, action, and whether it was done."""
    return [(one.kind, one.action, one.done) for one in found.found]
