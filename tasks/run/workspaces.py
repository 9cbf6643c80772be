"""Workspaces of runs: made from the model folder, and filled from cache or store."""

import logging
import shutil
import time
import uuid

from tasks.documents import write_atomically
from tasks.errors import BadInput, EvergreenError
from tasks.hashes import KnownHashes
from tasks.intake import Revision, batch_bytes
from tasks.store import Store
from tasks.version.commands import Dvc, checkout, forget
from tasks.version.remote import configure
from tasks.workspace import Workspace, discard

_log = logging.getLogger(__name__)


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
