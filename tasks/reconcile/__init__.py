"""reconcile: what a crash left is finished or swept, and what is never asked for again can go."""

from tasks.reconcile.collect import Collected, collect
from tasks.reconcile.step import Reconciled, reconcile

__all__ = ["Collected", "Reconciled", "collect", "reconcile"]
