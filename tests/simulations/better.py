"""Challengers that meet every clause, at the size that the product says is enough for all clauses at once."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from numpy.random import Generator
from simulations.bars import truths
from simulations.draws import Layout
from simulations.gate import decided, evaluated
from simulations.planted import Planted
from simulations.violations import BETTER

from tasks.decide.decision import Decision
from tasks.decide.needed import Spread
from tasks.params.contract import Tested

JOINT_POWER = 0.99
PILOT = Layout(100, rows_per_cluster=40, spread=0.3, correlation=0.02)


def better() -> Planted:
    """A challenger with room to every clause of a long contract."""
    return Planted({"kind": "size"}, BETTER)


def enough(case: Planted, rng: Generator) -> Layout:
    """As the pilot, of as many clusters as give every clause its power, by `needed` and the true room.

    A clause may miss with chance (1 - joint power) / clauses: all pass with the joint power at least.
    """
    contract, population = case.contract, case.twin.population
    evidence = evaluated(case.twin, contract, PILOT, rng)
    tested = [clause for clause in contract.clauses if isinstance(clause, Tested)]
    parts = sum(len(evidence.clauses[clause.name].parts) for clause in tested)
    times = 0.0
    for clause in tested:
        room = min(truths(clause, population)) - clause.required
        for part in evidence.clauses[clause.name].parts:
            error, freedom = part.interval.standard_error, part.interval.degrees_of_freedom
            if error is None or freedom is None:
                raise ValueError(f"expected an interval for {clause.name} {part.of}: {part.interval.note}")
            power = 1 - (1 - JOINT_POWER) / parts
            times = max(times, Spread(error, freedom).detecting(room, clause.level, power))
    return replace(PILOT, clusters=max(ceil(times * PILOT.clusters), contract.min_clusters))


def decisions(case: Planted, layout: Layout, challengers: int, rng: Generator) -> Iterator[Decision]:
    """What comes of as many better challengers, each on a sample of its own."""
    return (decided(case.twin, case.contract, layout, rng) for _ in range(challengers))
