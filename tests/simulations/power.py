"""Whether as many clusters as the product advertises are enough, and not far too many."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from math import ceil

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr, ndtri
from simulations.bars import requiring
from simulations.boundaries import COMFORTABLE, LEVEL
from simulations.clause_worlds import CHANGED, LEVELS, scored
from simulations.draws import Draws, Layout
from simulations.worlds import World

from tasks.decide.contract import ClauseVerdict, judge
from tasks.decide.needed import Spread
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Part
from tasks.evaluate.quantities import quantities
from tasks.params import Contract
from tasks.params.contract import BeatsChampion, NotWorse
from tasks.plan.document import MOST_BATCHES, Pilot

POWER = 0.8
MOST = 40
"""Times a pilot, beyond which no sample is drawn."""


@dataclass(frozen=True)
class Lead:
    """A challenger that is better than the champion, and pilots of `layout` in which that may not show.

    `room` is how many times the pilot's clusters the smallest possible sample has: it sets the margin.
    Not `foreseeable` is one against which too little speaks in such a pilot to know how often it does.
    """

    metric: str
    world: World
    layout: Layout
    room: float = 3.0
    foreseeable: bool = True

    @property
    def title(self) -> str:
        """What a table calls it."""
        return f"{self.metric.replace('_', ' ')}: pilots of {self.layout.name}"

    @cached_property
    def gap(self) -> float:
        """The true lead beyond the margin: what the smallest possible sample tells from 0."""
        return float((ndtri(1 - LEVEL) + ndtri(POWER)) * self.error / self.room**0.5)

    @cached_property
    def error(self) -> float:
        """The true standard error of the lead in a pilot.

        With variance s^2 of a row, intra-cluster correlation r and n_g of N rows in cluster g it is the
        root of sum_g n_g^2 s^2 (r + (1 - r) / n_g) / N^2.
        """
        sizes = np.bincount(self.layout.codes).astype(np.float64)
        shared = self.layout.correlation + (1 - self.layout.correlation) / sizes
        return float(np.sqrt((np.square(sizes) * shared).sum() * self._spread**2) / sizes.sum())

    @cached_property
    def contract(self) -> Contract:
        """Asks for the lead less the gap."""
        required = self.lead - self.gap
        kind = "beats_champion" if required >= 0 else "not_worse"
        clause = requiring(required, kind=kind, metric=self.metric)
        return Contract(clauses=(*COMFORTABLE, clause), power=POWER)

    @cached_property
    def smallest(self) -> float:
        """The fewest clusters on which any test of this level has this power: one that knows the variance."""
        return self.layout.clusters * self.room

    @property
    def lead(self) -> float:
        """The true one."""
        return float(self._values.mean())

    @property
    def _spread(self) -> float:
        return float(self._values.std())

    @cached_property
    def _values(self) -> np.ndarray:
        clause = requiring(0.0, kind="beats_champion", metric=self.metric)
        (only,) = quantities(clause, self.world.population)
        return only.values()


@dataclass(frozen=True, slots=True)
class Advertised:
    """What the advertised numbers of clusters are worth, on average over pilots.

    `against_smallest` is their mean, or median, against the smallest possible.
    """

    power: float
    against_smallest: float


def leads() -> Iterator[Lead]:
    """Small differences everywhere, and rare ones of several euros; equal and unequal clusters."""
    better = World(scored(LEVELS, 0.5, 0.3))
    yield Lead("log_loss", better, Layout(100, rows_per_cluster=10, correlation=0.05))
    yield Lead("log_loss", better, Layout(100, rows_per_cluster=10, spread=0.5, correlation=0.3))
    yield Lead("value", CHANGED, Layout(1_000, rows_per_cluster=10, correlation=0.3))
    yield Lead("value", CHANGED, Layout(100, rows_per_cluster=10, correlation=0.3), foreseeable=False)


def asked(case: Lead, pilot: Part) -> int:
    """How many clusters `plan` asks for, after this pilot, to show the gap; but no more than can be drawn."""
    spread, seen = seen_in(pilot)
    known = Pilot(spread, seen.rows, seen.clusters, batches=1, own=None)
    return ceil(case.layout.clusters * min(known.times(case.gap, LEVEL, case.contract), MOST))


def written(case: Lead, pilot: Part) -> int:
    """The same as the plan's document has it, for the lead itself, which knows the margin from the contract.

    The lead is all of an incumbent's metric there, and a pilot so many batches that the most clusters that
    can be drawn are the most batches that it tells of.
    """
    spread, seen = seen_in(pilot)
    clause = case.contract.clauses[-1]
    if not isinstance(clause, BeatsChampion | NotWorse):
        raise TypeError(f"expected a clause about a lead over the champion, found {clause}")
    batches = MOST_BATCHES // MOST
    known = Pilot(spread, seen.rows, seen.clusters, batches, own=case.lead)
    (gain,) = known.plan(clause, case.contract, "", "", (1.0,)).gains
    return ceil(case.layout.clusters * (gain.batches or MOST_BATCHES) / batches)


def for_a_declared_lead(
    case: Lead, pilots: int, rng: Generator, ask: Callable[[Lead, Part], int] = asked
) -> Advertised:
    """As `plan` asks: the pilot gives the error, the lead is declared; then a new sample of that size."""
    draws, passes, sizes = Draws(case.world, case.layout), 0, []
    for _ in range(pilots):
        clusters = ask(case, found(case, draws, rng))
        later = verdict(case, sample(case.world, case.layout, clusters), rng)
        passes += later.verdict == "pass"
        sizes.append(clusters)
    return Advertised(passes / pilots, float(np.mean(sizes)) / case.smallest)


def seen_in(pilot: Part) -> tuple[Spread, Interval]:
    """What a plan takes from a pilot."""
    spread = Spread.of(pilot)
    if spread is None:
        raise ValueError(f"expected a pilot with a standard error, found {pilot}")
    return spread, pilot.interval


def for_the_lead_that_was_seen(case: Lead, pilots: int, rng: Generator) -> Advertised:
    """As an undecided clause asks: the lead in the pilot taken for the true one.

    The power of each answer is that of a test which knows the variance: some ask for so many that no
    sample of that size could be drawn here.
    """
    draws = Draws(case.world, case.layout)
    judged = [verdict(case, draws, rng) for _ in range(pilots)]
    wanted = [one.needed.clusters for one in judged if one.needed]
    reach = case.gap / case.error * np.sqrt(np.array(wanted) / case.layout.clusters)
    power = float(ndtr(reach - ndtri(1 - LEVEL)).mean())
    return Advertised(power, float(np.median(wanted)) / case.smallest)


def found(case: Lead, draws: Draws, rng: Generator) -> Part:
    """The evidence of the clause, on one sample."""
    evidence = clause_evidence(case.contract.clauses[-1], case.contract, draws.draw(rng))
    if evidence is None:
        raise ValueError(f"expected evidence for {case.title}")
    return evidence.parts[0]


def verdict(case: Lead, draws: Draws, rng: Generator) -> ClauseVerdict:
    """The clause, judged on one sample."""
    clause = case.contract.clauses[-1]
    return judge(clause, case.contract, clause_evidence(clause, case.contract, draws.draw(rng)))


@cache
def sample(world: World, layout: Layout, clusters: int) -> Draws:
    """Samples like those of `layout`, of another number of clusters."""
    return Draws(world, replace(layout, clusters=clusters))
