"""run: one cycle, from what has arrived to a decision that is in the ledger."""

from tasks.run.cycle import retrain
from tasks.run.outcome import Outcome

__all__ = ["Outcome", "retrain"]
