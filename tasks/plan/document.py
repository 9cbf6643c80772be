"""What a plan says, as documents, and how a spread becomes batches. Pure."""

import math
from dataclasses import dataclass
from typing import Literal

from tasks.decide.needed import detectable, detecting
from tasks.documents import Document
from tasks.params import Contract

BATCHES = (1, 2, 3, 6, 12)
GAINS = (0.005, 0.01, 0.02, 0.05)
MOST_BATCHES = 1000


class Detectable(Document):
    """The smallest true lead beyond the margin that a holdout of `batches` shows with the plan's power.

    `lead` is in the clause's unit, `share` is of the incumbent's own metric.
    """

    batches: int
    lead: float
    share: float | None


class Gain(Document):
    """How many batches show a true lead of `share` of the incumbent's metric (`lead` in its unit)."""

    share: float
    lead: float
    batches: int | None


class ClausePlan(Document):
    """One clause that asks for a lead: what its spread was seen on, and what more batches would show."""

    clause: str
    metric: str
    unit: str
    against: str
    level: float
    standard_error: float
    rows: int
    clusters: int
    batches: int
    detectable: tuple[Detectable, ...]
    gains: tuple[Gain, ...]


class Assumed(Document):
    """What stands in for a decision's evidence: a guess, and the labels of the batches that have arrived.

    `differ` is the root mean square of the difference of two models' log odds. `correlation` is that of
    the labels of one cluster. Shares are of the `base_loss`, the log loss of the base rate `rate`.
    """

    differ: float
    periods: tuple[str, ...]
    rows: int
    clusters: int
    rate: float
    correlation: float
    design_effect: float
    base_loss: float


class Plan(Document):
    """The plan by clause; `decision` is the entry whose evidence it rests on, or what is assumed says so.

    `later` names the clauses about leads of which only a decision can tell.
    """

    schema_version: Literal[1] = 1
    model: str
    decision: int | None
    holdout: tuple[str, ...]
    power: float
    clauses: tuple[ClausePlan, ...]
    assumed: Assumed | None = None
    later: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spread:
    """How much a lead moves on `batches` batches, and the incumbent's own metric where it is known.

    `farther` is by how many standard errors its lower bound lies beyond Student's.
    """

    standard_error: float
    degrees_of_freedom: float
    clusters: int
    batches: int
    own: float | None
    farther: float = 0.0

    def detectable(self, batches: int, level: float, contract: Contract) -> Detectable:
        """The smallest lead that so many batches show."""
        times = batches / self.batches
        lead = detectable(
            times, self.standard_error, self.degrees_of_freedom, level, contract.power, self.farther
        )
        return Detectable(batches=batches, lead=lead, share=lead / abs(self.own) if self.own else None)

    def gain(self, share: float, level: float, contract: Contract) -> Gain | None:
        """How many batches show a lead of this share of the incumbent's metric; None without one."""
        if not self.own:
            return None
        lead = share * abs(self.own)
        times = detecting(
            lead, self.standard_error, self.degrees_of_freedom, level, contract.power, self.farther
        )
        times = max(times, contract.min_clusters / self.clusters)
        batches = math.ceil(times * self.batches) if math.isfinite(times) else math.inf
        return Gain(share=share, lead=lead, batches=int(batches) if batches <= MOST_BATCHES else None)
