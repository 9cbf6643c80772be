"""The ledger: an append-only log of small JSON entries, one object each. The entry is the commit.

`Ledger(store, model)` reads the fold of the log (`state`) and appends under a fence (`append`).
"""

from tasks.ledger.entries import (
    ArtifactRef,
    Body,
    Champion,
    ContractFrozen,
    Decided,
    Entry,
    Looked,
    Promoted,
    Registered,
    RolledBack,
)
from tasks.ledger.fold import LookTaken, State
from tasks.ledger.log import Ledger

__all__ = [
    "ArtifactRef",
    "Body",
    "Champion",
    "ContractFrozen",
    "Decided",
    "Entry",
    "Ledger",
    "LookTaken",
    "Looked",
    "Promoted",
    "Registered",
    "RolledBack",
    "State",
]
