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
    """The smallest true lead with which a holdout of `batches` passes the clause with the plan's power.

    `lead` is in the clause's unit, `share` is of the incumbent's own metric; below 0 is worse than the
    incumbent, which a `not_worse` may be. Both are None where so few batches show no lead at all.
    """

    batches: int
    lead: float | None
    share: float | None


class Gain(Document):
    """How many batches pass the clause with a true lead of `share` of the incumbent's metric.

    `lead` is that in its unit.
    """

    share: float
    lead: float
    batches: int | None


class ClausePlan(Document):
    """One clause that asks for a lead: what its spread was seen on, and what more batches would show.

    `opposing_clusters` is in how many clusters, in effect, something spoke against the lead; None where it
    need not, because the lead held at its worst, or where that was not seen. `required` is what a lead must
    exceed; the gains in `never` do not, so that no number of batches shows them.
    """

    clause: str
    metric: str
    unit: str
    against: str
    level: float
    required: float
    standard_error: float
    rows: int
    clusters: int
    batches: int
    opposing_clusters: float | None = None
    detectable: tuple[Detectable, ...]
    gains: tuple[Gain, ...]
    never: tuple[float, ...] = ()


class Later(Document):
    """A clause that asks for a lead of which nothing can be told yet, and why."""

    clause: str
    why: str


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

    `later` names the clauses about leads of which only another decision can tell.
    """

    schema_version: Literal[1] = 1
    model: str
    decision: int | None
    holdout: tuple[str, ...]
    power: float
    clauses: tuple[ClausePlan, ...]
    assumed: Assumed | None = None
    later: tuple[Later, ...] = ()


@dataclass(frozen=True)
class Pilot:
    """What a plan rests on: how much a lead moves on so many rows, clusters and batches.

    `own` is the incumbent's own metric, where it is known; `declared` is the holdout's size in params.yaml,
    which is among the sizes that are told.
    """

    spread: Spread
    rows: int
    clusters: int
    batches: int
    own: float | None
    declared: int = 1

    def plan(
        self, clause: Lead, contract: Contract, unit: str, against: str, gains: tuple[float, ...]
    ) -> ClausePlan:
        """What more batches would show of `clause`."""
        asked = {gain: gain * abs(self.own) for gain in gains} if self.own else {}
        shown = {gain: lead for gain, lead in asked.items() if lead > clause.required}
        return ClausePlan(
            clause=clause.name,
            metric=clause.metric,
            unit=unit,
            against=against,
            level=_level(clause, contract),
            required=clause.required,
            standard_error=self.spread.error,
            rows=self.rows,
            clusters=self.clusters,
            batches=self.batches,
            opposing_clusters=self.spread.opposing,
            detectable=tuple(self.detectable(n, clause, contract) for n in sorted({*BATCHES, self.declared})),
            gains=tuple(self.gain(gain, lead, clause, contract) for gain, lead in shown.items()),
            never=tuple(gain for gain in asked if gain not in shown),
        )

    def detectable(self, batches: int, clause: Lead, contract: Contract) -> Detectable:
        """The smallest lead that so many batches show: what is required, and what is told from 0 beyond."""
        times = batches / self.batches
        gap = self.spread.detectable(times, _level(clause, contract), contract.power)
        if math.isinf(gap) or times * self.clusters < contract.min_clusters:
            return Detectable(batches=batches, lead=None, share=None)
        lead = clause.required + gap
        return Detectable(batches=batches, lead=lead, share=lead / abs(self.own) if self.own else None)

    def gain(self, share: float, lead: float, clause: Lead, contract: Contract) -> Gain:
        """How many batches show this lead, which is more than the clause requires."""
        times = self.times(lead - clause.required, _level(clause, contract), contract)
        batches = math.ceil(min(times * self.batches, 2 * MOST_BATCHES))
        return Gain(share=share, lead=lead, batches=batches if batches <= MOST_BATCHES else None)

    def times(self, gap: float, level: float, contract: Contract) -> float:
        """How many times the evidence at hand tells this gap from 0; infinite where none does."""
        return max(self.spread.detecting(gap, level, contract.power), contract.min_clusters / self.clusters)


def _level(clause: Lead, contract: Contract) -> float:
    """That of one look."""
    return clause.level / contract.looks_per_holdout
