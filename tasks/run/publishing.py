"""A run's files take the model folder's place: all of them or none, and again after a kill."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.documents import canonical, digest, digest_file, write_atomically
from tasks.errors import Conflict
from tasks.ledger import State
from tasks.version.commands import Dvc, checkout
from tasks.version.remote import configure
from tasks.workspace import Workspace


def has_intent(workspace: Workspace) -> bool:
    """Whether its run was about to publish a decision."""
    return _intent(workspace).exists()


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
        folder.explanation.unlink(missing_ok=True)
        if workspace.explanation.exists():
            write_atomically(folder.explanation, workspace.explanation.read_bytes())
        write_atomically(folder.dvc_lock, workspace.dvc_lock.read_bytes())
        configure(folder)
        checkout(folder, run)


def intend(workspace: Workspace, lock: str | None) -> None:
    """Note that the run is about to publish over the folder's dvc.lock of hash `lock`."""
    write_atomically(_intent(workspace), canonical({"lock": lock}))


def publish_left(workspace: Workspace, folder: Workspace, state: State, run: Dvc) -> bool:
    """Publish for a run that was killed after its decision was in; whether there was anything to publish.

    A decision that is not among the newest looks any more has been overtaken by theirs.
    """
    decision = workspace.decision.read_bytes() if workspace.decision.exists() else b""
    if not any(look.decision == digest(decision) for look in state.looks):
        return False
    before = json.loads(_intent(workspace).read_bytes())["lock"]
    # Killed while it published: the lock is the last file to be replaced, and may be in already.
    own = lock_hash(workspace)
    publish(workspace, folder, own if own is not None and lock_hash(folder) == own else before, run)
    return True


def _intent(workspace: Workspace) -> Path:
    return workspace.root / "publish.json"


@contextmanager
def _alone(folder: Workspace) -> Iterator[None]:
    """One publisher at a time in a model folder; the lock ends with the process that holds it."""
    folder.runs.mkdir(parents=True, exist_ok=True)
    with (folder.runs.parent / "publishing.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
