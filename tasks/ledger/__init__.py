"""The ledger: an append-only log of small JSON entries, one object each. The entry is the commit.

`Ledger(store, model)` reads the fold of the log (`state`) and appends under a fence (`append`).
"""

from tasks.ledger.control import Approved, Held, Rejected, Released
from tasks.ledger.entries import (
    Abandoned,
    ArtifactRef,
    Body,
    Champion,
    ContractFrozen,
    Decided,
    Entry,
    Erased,
    ErasedBatch,
    Looked,
    Promoted,
    Registered,
    RolledBack,
    Swept,
)
from tasks.ledger.log import Ledger
from tasks.ledger.state import LookTaken, State

__all__ = [
    "Abandoned",
    "Approved",
    "ArtifactRef",
    "Body",
    "Champion",
    "ContractFrozen",
    "Decided",
    "Entry",
    "Erased",
    "ErasedBatch",
    "Held",
    "Ledger",
    "LookTaken",
    "Looked",
    "Promoted",
    "Registered",
    "Rejected",
    "Released",
    "RolledBack",
    "State",
    "Swept",
]
