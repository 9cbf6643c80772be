"""Which batches' bad rows somebody has released, in a workspace: rows that were kept aside and count again.

A release is made in the catalogue (`tasks.quarantine`) and brought to where batches are validated, by
`run` and by `fetch`, so that every road makes the same dataset of it.
"""

from collections.abc import Mapping

from tasks.documents import Document, Hash, write_atomically
from tasks.workspace import Workspace


class Releases(Document):
    """Batches by their file's name, each with the hash of the rules that its bad rows break."""

    batches: dict[str, Hash]


def put_releases(workspace: Workspace, batches: Mapping[str, str]) -> None:
    """Leave these releases in the workspace, and no others; where there is none, no file."""
    if batches:
        write_atomically(workspace.released, Releases(batches=dict(batches)).to_bytes())
    else:
        workspace.released.unlink(missing_ok=True)


def read_releases(workspace: Workspace) -> dict[str, Hash]:
    """The releases in the workspace; raises `Corrupt` where they cannot be read."""
    try:
        data = workspace.released.read_bytes()
    except FileNotFoundError:
        return {}
    return Releases.parse(data, workspace.released).batches
