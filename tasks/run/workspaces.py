"""Workspaces of runs: made from the model folder, filled from cache or store, handed back at the end."""

import fcntl
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.documents import digest_file, write_atomically
from tasks.errors import BadInput, Conflict
from tasks.intake import Revision, batch_bytes
from tasks.store import Store
from tasks.version.commands import Dvc, checkout
from tasks.version.remote import configure
from tasks.workspace import Workspace, discard


@contextmanager
def at_work(folder: Workspace) -> Iterator[None]:
    """Remove the workspaces of runs that were killed; while this lasts, ours is not taken for one.

    Every run holds the lock shared, until its process ends however it ends: whoever gets it alone
    knows that no workspace has a run that still lives.
    """
    folder.runs.mkdir(parents=True, exist_ok=True)
    with (folder.runs.parent / "runs.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            for left in folder.runs.iterdir():
                discard(Workspace(left))
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def open_run(folder: Workspace) -> Workspace:
    """A fresh workspace for one run, with the folder's settings, pointers and cache."""
    workspace = Workspace(
        folder.runs / f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid.uuid4().hex[:8]}"
    )
    workspace.data.mkdir(parents=True)
    try:
        for source, target in (
            (folder.params_file, workspace.params_file),
            (folder.dvc_yaml, workspace.dvc_yaml),
            (folder.dvc_lock, workspace.dvc_lock),
            (folder.batches_pointer, workspace.batches_pointer),
        ):
            if source.exists():
                shutil.copyfile(source, target)
        configure(workspace, cache=folder.dvc_cache)
    except BaseException:
        discard(workspace)
        raise
    return workspace


def assemble(
    workspace: Workspace,
    folder: Workspace,
    store: Store,
    revisions: tuple[Revision, ...],
    run: Dvc,
) -> None:
    """Bring exactly these revisions: from the DVC cache where it has them, else from the store.

    DVC brings them, and not a link made here: it remembers the hash of each file that it has brought.
    """
    if workspace.batches_pointer.exists() and (folder.dvc_cache / "files").exists():
        checkout(workspace, run)
    workspace.batches.mkdir(parents=True, exist_ok=True)
    wanted = {one.file for one in revisions}
    for path in workspace.batches.iterdir():
        if path.name not in wanted:
            path.unlink()
    for one in revisions:
        if not (workspace.batches / one.file).exists():
            write_atomically(workspace.batches / one.file, batch_bytes(store, workspace.params.model, one))


def copy_pins(folder: Workspace, workspace: Workspace) -> None:
    """Take the folder's own pins: the run is against the champion that was pinned there.

    Raises `BadInput` where nothing is pinned.
    """
    for source, target in (
        (folder.champion_pin, workspace.champion_pin),
        (folder.code_pin, workspace.code_pin),
    ):
        if not source.exists():
            raise BadInput(f"{source}: expected the pinned champion; run `evergreen fetch`")
        shutil.copyfile(source, target)
    if folder.champion.exists():
        shutil.copytree(folder.champion, workspace.champion, dirs_exist_ok=True)


def lock_hash(folder: Workspace) -> str | None:
    """What the folder's dvc.lock is now: the compare of a compare-and-swap."""
    return digest_file(folder.dvc_lock) if folder.dvc_lock.exists() else None


def publish_batches(workspace: Workspace, folder: Workspace, lock: str | None) -> None:
    """Leave the batches' pointer in the model folder when a run ends before there is a dvc.lock."""
    with _alone(folder):
        if lock_hash(folder) == lock:
            write_atomically(folder.batches_pointer, workspace.batches_pointer.read_bytes())


def publish(workspace: Workspace, folder: Workspace, lock: str | None, run: Dvc) -> None:
    """Replace the folder's dvc.lock, pointers and pins by the run's, if nobody else did meanwhile.

    Raises `Conflict` if they did; the decision is in the ledger all the same.
    """
    with _alone(folder):
        if lock_hash(folder) != lock:
            raise Conflict(
                f"{folder.dvc_lock} was replaced by another run meanwhile; "
                "this run's is kept with its decision"
            )
        write_atomically(folder.champion_pin, workspace.champion_pin.read_bytes())
        write_atomically(folder.code_pin, workspace.code_pin.read_bytes())
        if workspace.champion.exists():
            shutil.copytree(workspace.champion, folder.champion, dirs_exist_ok=True)
        write_atomically(folder.batches_pointer, workspace.batches_pointer.read_bytes())
        write_atomically(folder.report, workspace.report.read_bytes())
        write_atomically(folder.dvc_lock, workspace.dvc_lock.read_bytes())
        configure(folder)
        checkout(folder, run)


@contextmanager
def _alone(folder: Workspace) -> Iterator[None]:
    """One publisher at a time in a model folder; the lock ends with the process that holds it."""
    folder.runs.mkdir(parents=True, exist_ok=True)
    with (folder.runs.parent / "publishing.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
