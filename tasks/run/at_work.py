"""Who is at work in a model folder: living runs hold a lock, and what killed ones left is known by it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.errors import Refused
from tasks.run.publishing import has_intent
from tasks.workspace import Workspace, discard


@contextmanager
def at_work(folder: Workspace) -> Iterator[tuple[Workspace, ...]]:
    """Remove what killed runs left; while this lasts, ours is not taken for one of them.

    Yields the workspaces of those that were about to publish a decision: `publish_left` ends that.
    Every run holds the lock shared, until its process ends however it ends: whoever gets it alone
    knows that no workspace has a run that still lives.
    """
    folder.runs.mkdir(parents=True, exist_ok=True)
    with (folder.runs.parent / "runs.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left: tuple[Workspace, ...] = ()
        else:
            left = _swept(folder)
        fcntl.flock(file, fcntl.LOCK_SH)
        yield left


@contextmanager
def at_rest(folder: Workspace) -> Iterator[None]:
    """Nothing of the folder runs while this lasts, and what killed runs left is gone.

    Raises `Refused` where something runs, or a killed run's decision is still to be published.
    """
    folder.runs.mkdir(parents=True, exist_ok=True)
    with (folder.runs.parent / "runs.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                f"{folder.root}: a run is at work here; nothing was done, try again after it"
            ) from None
        if _swept(folder):
            raise Refused(
                f"{folder.root}: an interrupted run has a decision to publish: run `evergreen reconcile`"
            )
        yield


def dead_runs(folder: Workspace) -> tuple[Workspace, ...]:
    """The workspaces that killed runs left; none while any run of the folder lives, for they may be its."""
    if not folder.runs.is_dir():
        return ()
    with (folder.runs.parent / "runs.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ()
        return tuple(Workspace(path) for path in sorted(folder.runs.iterdir()))


def _swept(folder: Workspace) -> tuple[Workspace, ...]:
    for place in (folder.root, folder.data):
        for temporary in place.glob(".*.????????????????????????????????.tmp"):
            temporary.unlink(missing_ok=True)
    found = [Workspace(path) for path in sorted(folder.runs.iterdir())]
    for one in found:
        if not has_intent(one):
            discard(one)
    return tuple(one for one in found if has_intent(one))
