"""intake: incoming objects become immutable, acknowledged batches."""

from tasks.intake.catalogue import (
    Catalogue,
    Revision,
    batch_bytes,
    bytes_key,
    content,
    read_catalogue,
    update_catalogue,
)
from tasks.intake.step import Arrivals, incoming_prefix, intake

__all__ = [
    "Arrivals",
    "Catalogue",
    "Revision",
    "batch_bytes",
    "bytes_key",
    "content",
    "incoming_prefix",
    "intake",
    "read_catalogue",
    "update_catalogue",
]
