"""card: all that is known of a model, drawn from what the ledger names when somebody asks for it."""

from tasks.card.bom import bom
from tasks.card.full import FullCard, read_full_card

__all__ = ["FullCard", "bom", "read_full_card"]
