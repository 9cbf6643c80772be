"""intake: incoming objects become immutable, acknowledged batches."""

from tasks.intake.catalogue import (
    Catalogue,
    batch_bytes,
    bytes_key,
    content,
    original_key,
    read_catalogue,
    update_catalogue,
)
from tasks.intake.names import incoming_place, incoming_prefix
from tasks.intake.revision import Note, Release, Revision, released_files
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
    "incoming_place",
    "incoming_prefix",
    "intake",
    "original_key",
    "read_catalogue",
    "released_files",
    "update_catalogue",
]
