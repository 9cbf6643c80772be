"""The step: the manifest, and the batches' bytes in cache and store."""

from tasks.version.commands import Dvc, add, dvc, push
from tasks.version.manifest import Dataset, manifest
from tasks.workspace import Workspace


def version(workspace: Workspace, *, added: bool = False, run: Dvc = dvc) -> Dataset:
    """Write the manifest, `dvc add` the batches (unless they are `added`) and push the new ones."""
    dataset = manifest(workspace)
    if not added:
        add(workspace, run)
    push(workspace, run)
    return dataset
