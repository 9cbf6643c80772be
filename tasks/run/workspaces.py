"""Workspaces of runs: made from the model folder, filled from cache or store, handed back at the end."""

import fcntl
import json
import logging
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.documents import canonical, digest, digest_file, write_atomically
from tasks.errors import BadInput, Conflict, EvergreenError, Refused
from tasks.intake import Revision, batch_bytes
from tasks.ledger import State
from tasks.store import Store
from tasks.version.commands import Dvc, checkout, forget
from tasks.version.hashes import KnownHashes
from tasks.version.remote import configure
from tasks.workspace import Workspace, discard

_log = logging.getLogger(__name__)


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


def has_intent(workspace: Workspace) -> bool:
    """Whether its run was about to publish a decision."""
    return _intent(workspace).exists()


def _swept(folder: Workspace) -> tuple[Workspace, ...]:
    for place in (folder.root, folder.data):
        for temporary in place.glob(".*.????????????????????????????????.tmp"):
            temporary.unlink(missing_ok=True)
    found = [Workspace(path) for path in sorted(folder.runs.iterdir())]
    for one in found:
        if not _intent(one).exists():
            discard(one)
    return tuple(one for one in found if _intent(one).exists())


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
        if suite := folder.suite_file():
            copied = workspace.root / suite.relative_to(folder.root)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(suite, copied)
        configure(workspace, home=folder)
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
        _from_cache(workspace, folder, run)
    workspace.batches.mkdir(parents=True, exist_ok=True)
    wanted = {one.file for one in revisions}
    for path in workspace.batches.iterdir():
        if path.name not in wanted:
            path.unlink()
    hashes = KnownHashes(workspace.known_hashes)
    for one in revisions:
        path = workspace.batches / one.file
        if not path.exists() or hashes.of(path) != one.sha256:
            data = batch_bytes(store, workspace.params.model, one)
            # A damaged file is a link into the cache: there, too, it must not be taken for the batch.
            forget(folder.dvc_cache, data)
            write_atomically(path, data)
    hashes.save()


def _from_cache(workspace: Workspace, folder: Workspace, run: Dvc) -> None:
    """Check out what the cache has; where DVC cannot, the run goes on without cache and lock."""
    try:
        checkout(workspace, run)
    except EvergreenError as unreadable:
        # Both are written anew at the end of the run, and hold nothing that the store lacks.
        _log.warning(
            "%s or %s is not what dvc wrote; bringing every batch from the store, and writing them anew: %s",
            folder.dvc_lock,
            folder.batches_pointer,
            str(unreadable).replace(str(workspace.root), str(folder.root)),
        )
        workspace.dvc_lock.unlink(missing_ok=True)
        workspace.batches_pointer.unlink(missing_ok=True)


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
