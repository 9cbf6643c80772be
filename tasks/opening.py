"""From a model folder to its ledger."""

from pathlib import Path

from tasks.ledger import Ledger
from tasks.store import open_store
from tasks.version.remote import store_url
from tasks.workspace import Workspace, open_folder


def open_ledger(folder: Path) -> tuple[Workspace, Ledger]:
    """The model folder at `folder`, and the ledger of its model in its store."""
    home = open_folder(folder)
    return home, Ledger(open_store(store_url(home)), home.params.model)
