"""What a plan says, as documents, and how a spread becomes batches. Pure."""

import math
from dataclasses import dataclass
from typing import Literal

from tasks.decide.needed import Spread
from tasks.documents import Document
from tasks.params import Contract
from tasks.params.contract import BeatsBaseline, BeatsChampion, NotWorse

Lead = BeatsBaseline | BeatsChampion | NotWorse
"""A clause that asks for a lead."""

BATCHES = (1, 2, 3, 6, 12)
GAINS = (0.005, 0.01, 0.02, 0.05)
MOST_BATCHES = 1000


class Detectable(Document):
    """The smallest true lead beyond the margin that a holdout of `batches` shows with the plan's power.

    `lead` is in the clause's unit, `share` is of the incumbent's own metric. Both are None where so few
    batches show no lead at all.
    """

    batches: int
    lead: float | None
    share: float | None


class Gain(Document):
    """How many batches show a true lead of `share` of the incumbent's metric (`lead` in its unit)."""

    share: float
    lead: float
    batches: int | None


class ClausePlan(Document):
    """One clause that asks for a lead: what its spread was seen on, and what more batches would show.

    `opposing_clusters` is in how many clusters, in effect, something spoke against the lead; None where it
    need not, because the lead held at its worst, or where that was not seen.
    """

    clause: str
    metric: str
    unit: str
    against: str
    level: float
    standard_error: float
    rows: int
    clusters: int
    batches: int
    opposing_clusters: float | None = None
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
class Pilot:
    """What a plan rests on: how much a lead moves on so many rows, clusters and batches.

    `own` is the incumbent's own metric, where it is known.
    """

    spread: Spread
    rows: int
    clusters: int
    batches: int
    own: float | None

    def plan(
        self, clause: Lead, contract: Contract, unit: str, against: str, gains: tuple[float, ...]
    ) -> ClausePlan:
        """What more batches would show of `clause`."""
        level = clause.level / contract.looks_per_holdout
        told = (self.gain(gain, level, contract) for gain in gains)
        return ClausePlan(
            clause=clause.name,
            metric=clause.metric,
            unit=unit,
            against=against,
            level=level,
            standard_error=self.spread.error,
            rows=self.rows,
            clusters=self.clusters,
            batches=self.batches,
            opposing_clusters=self.spread.opposing,
            detectable=tuple(self.detectable(n, level, contract) for n in BATCHES),
            gains=tuple(gain for gain in told if gain is not None),
        )

    def detectable(self, batches: int, level: float, contract: Contract) -> Detectable:
        """The smallest lead that so many batches show."""
        times = batches / self.batches
        lead = self.spread.detectable(times, level, contract.power)
        if math.isinf(lead) or times * self.clusters < contract.min_clusters:
            return Detectable(batches=batches, lead=None, share=None)
        return Detectable(batches=batches, lead=lead, share=lead / abs(self.own) if self.own else None)

    def gain(self, share: float, level: float, contract: Contract) -> Gain | None:
        """How many batches show a lead of this share of the incumbent's metric; None without one."""
        if not self.own:
            return None
        lead = share * abs(self.own)
        batches = math.ceil(min(self.times(lead, level, contract) * self.batches, 2 * MOST_BATCHES))
        return Gain(share=share, lead=lead, batches=batches if batches <= MOST_BATCHES else None)

    def times(self, lead: float, level: float, contract: Contract) -> float:
        """How many times the evidence at hand shows this lead; infinite where none does."""
        return max(self.spread.detecting(lead, level, contract.power), contract.min_clusters / self.clusters)
