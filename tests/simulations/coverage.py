"""How often the interval of a clause holds the truth, and on which side it misses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from simulations.bars import OfRows, requiring, truths
from simulations.boundaries import COMFORTABLE
from simulations.clause_worlds import CHANGED, ORDINARY
from simulations.draws import Draws, Layout
from simulations.worlds import World

from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.clusters import in_effect
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Floats
from tasks.evaluate.quantities import quantities
from tasks.params import Contract

NOMINAL = 0.9
"""Two one-sided bounds of 5% each."""
LAYOUTS = (
    Layout(1_000),
    Layout(50, rows_per_cluster=10, correlation=0.05),
    Layout(50, rows_per_cluster=10, correlation=0.3),
    Layout(70, rows_per_cluster=10, spread=0.5, correlation=0.05),
    Layout(70, rows_per_cluster=10, spread=0.5, correlation=0.3),
    Layout(200, rows_per_cluster=10, spread=0.5, correlation=0.3),
)
"""All of at least 50 effective clusters."""


@dataclass(frozen=True)
class Interval90:
    """The interval of the challenger's lead over the champion in `metric`, whose numbers are bounded."""

    metric: str
    world: World
    layout: Layout

    @property
    def title(self) -> str:
        """What a table calls it."""
        return f"{self.metric.replace('_', ' ')}: {self.layout.name}"

    @property
    def clause(self) -> OfRows:
        """A clause that asks about the lead."""
        return requiring(-1.0, kind="not_worse", metric=self.metric)


@dataclass(frozen=True, slots=True)
class Held:
    """Shares of intervals that lie below the truth, hold it, and lie above it; effective clusters.

    `carrying` is how many clusters carry the variance, in effect: the harmonic mean over samples.
    """

    below: float
    holds: float
    above: float
    effective_clusters: float
    carrying: float


def intervals() -> Iterator[Interval90]:
    """Every layout, with small differences everywhere and with rare ones of several euros."""
    for metric, world in (("log_loss", ORDINARY), ("value", CHANGED)):
        for layout in LAYOUTS:
            yield Interval90(metric, world, layout)


def held(case: Interval90, samples: int, rng: Generator) -> Held:
    """The clause's own intervals over as many samples, against the truth."""
    clause, draws = case.clause, Draws(case.world, case.layout)
    (truth,) = truths(clause, case.world.population)
    contract = Contract(clauses=(*COMFORTABLE, clause))
    counts: Floats = np.zeros(3)
    effective, carrying = 0.0, np.zeros(samples)
    for number in range(samples):
        seen = draws.draw(rng)
        carrying[number] = carried_by(clause, seen)
        evidence = clause_evidence(clause, contract, seen)
        found = evidence.parts[0].interval if evidence else None
        if found is None or found.low is None or found.high is None:
            raise ValueError(f"expected an interval for {case.title}, found {found}")
        counts += (found.high < truth, found.low <= truth <= found.high, found.low > truth)
        effective = found.effective_clusters
    below, inside, above = (counts / samples).tolist()
    return Held(below, inside, above, effective, float(1 / np.mean(1 / carrying)))


def carried_by(clause: OfRows, seen: Comparison) -> float:
    """How many clusters carry the variance of what the clause asks about, in effect."""
    (asked,) = quantities(clause, seen)
    values = asked.values()
    return in_effect(np.bincount(seen.clusters, values - values.mean()))
