"""intake: incoming objects become immutable, acknowledged batches."""

from tasks.intake.catalogue import (
    Catalogue,
    Note,
    Release,
    Revision,
    batch_bytes,
    bytes_key,
    content,
    original_key,
    read_catalogue,
    released_files,
    update_catalogue,
)
from tasks.intake.names import incoming_prefix
from tasks.intake.step import Arrivals, intake

__all__ = [
    "Arrivals",
    "Catalogue",
    "Note",
    "Release",
    "Revision",
    "batch_bytes",
    "bytes_key",
    "content",
    "incoming_prefix",
    "intake",
    "original_key",
    "read_catalogue",
    "released_files",
    "update_catalogue",
]
