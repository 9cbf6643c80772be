"""Challengers exactly at the boundary of one clause, and how often that clause lets them pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pandas as pd
from data_factories import declared
from numpy.random import Generator
from simulations.bars import OfRows
from simulations.draws import Draws, Layout
from simulations.worlds import World

from tasks.decide.contract import judge
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.evidence import Codes
from tasks.evaluate.groups import Group, groups
from tasks.params import Clause, Contract, EvaluateParams

LEVEL = 0.05
COMFORTABLE = (
    declared(name="knows", kind="beats_baseline", metric="auc"),
    declared(name="keeps", kind="not_worse", metric="brier", margin=0.1),
)
"""What a contract must have beside the clause under test: true by far in every world here."""
COMFORTABLE_NUMBERS = (
    declared(name="knows", kind="beats_baseline", metric="mae"),
    declared(name="keeps", kind="not_worse", metric="mae", margin=0.5),
)
"""The same where labels are numbers."""
COMFORTABLE_QUANTILES = (
    declared(name="knows", kind="beats_baseline", metric="pinball"),
    declared(name="keeps", kind="not_worse", metric="pinball", margin=0.5),
)
"""The same where answers are quantiles."""
COMFORTABLE_CLASSES = (
    declared(name="knows", kind="beats_baseline", metric="brier"),
    declared(name="keeps", kind="not_worse", metric="brier", margin=0.1),
)
"""The same where labels are classes."""


@dataclass(frozen=True)
class Boundary:
    """A null: rows of `world` in `layout`, and a clause that is just not true of them."""

    key: str
    name: str
    world: World
    layout: Layout
    clause: OfRows

    @property
    def title(self) -> str:
        """What a table calls it."""
        return f"{self.name}: {self.layout.name}"

    @property
    def contract(self) -> Contract:
        """The clause under test with others that are true by far."""
        return Contract(clauses=(*self.comfortable, self.clause))

    @property
    def comfortable(self) -> tuple[Clause, ...]:
        """The clauses of the contract that are not under test."""
        if self.world.objective.quantile:
            return COMFORTABLE_QUANTILES
        if self.world.objective.classes:
            return COMFORTABLE_CLASSES
        return COMFORTABLE if self.world.objective.probabilities else COMFORTABLE_NUMBERS


@dataclass(frozen=True, slots=True)
class Passed:
    """Shares of nulls: let pass, let pass by row-level statistics, and not checkable at all."""

    ours: float
    rows: float
    unchecked: float


def passed(case: Boundary, nulls: int, rng: Generator) -> Passed:
    """Judge `nulls` draws by the clause under test alone: a contract never passes more than one clause."""
    draws, contract, counts = Draws(case.world, case.layout), case.contract, np.zeros(3)
    with grouped_once():
        for _ in range(nulls):
            evidence = clause_evidence(case.clause, contract, draws.draw(rng))
            found = judge(case.clause, contract, evidence)
            unchecked = found.interval is None or found.interval.low is None
            counts += (found.verdict == "pass", found.row_level == "pass", unchecked)
    return Passed(*(counts / nulls).tolist())


def others_pass(case: Boundary, nulls: int, rng: Generator) -> float:
    """The share of draws in which every clause passes but, perhaps, the one under test."""
    draws, contract = Draws(case.world, case.layout), case.contract
    both = 0
    for _ in range(nulls):
        seen = draws.draw(rng)
        verdicts = [judge(one, contract, clause_evidence(one, contract, seen)) for one in case.comfortable]
        both += all(one.verdict == "pass" for one in verdicts)
    return both / nulls


@contextmanager
def grouped_once() -> Iterator[None]:
    """Group rows by a column once for each pair of column and clusters, which `Draws` never changes.

    Grouping takes more than nine tenths of the time of a clause that compares groups.
    """
    known: dict[tuple[int, int], tuple[Group, ...]] = {}
    kept: list[object] = []  # An identity is taken again only once its object is gone.

    def once(values: pd.Series, clusters: Codes, settings: EvaluateParams) -> tuple[Group, ...]:
        key = (id(values), id(clusters))
        if key not in known:
            kept.extend((values, clusters))
            known[key] = groups(values, clusters, settings)
        return known[key]

    with patch("tasks.evaluate.comparison.groups", once):
        yield
