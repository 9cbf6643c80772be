"""plan: what can be told with the traffic there is, of holdouts of other sizes.

How far apart two models are is unknown beforehand, how much such a difference moves from cluster to
cluster is not: the newest decision whose numbers are open measured it. From that follow the smallest
lead that a holdout of N batches would show, and how many batches a lead of a given size takes. Before
any decision both are guessed from the labels of the batches that have arrived, and said to be guesses.
"""

from tasks.plan.document import GAINS, Plan
from tasks.plan.measured import planned
from tasks.plan.step import plan

__all__ = ["GAINS", "Plan", "plan", "planned"]
