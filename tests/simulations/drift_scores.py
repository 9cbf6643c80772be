"""How much of the damage a gate finds, and how much of what it tells is right. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from simulations.corruptions import ROWS, catalogue
from simulations.drift_gate import Told

Gate = Callable[[Told], frozenset[str]]
"""From what is known of a delivery to the columns that are told."""


@dataclass(frozen=True)
class Score:
    """Of deliveries that are each damaged in one way.

    `recall`: the share of damages of which something is told that they touch. `wrong`: how many columns are
    told in a delivery that are not damaged. `precision`: of damages found and wrong columns, the share of the
    damages.
    """

    recall: float
    wrong: float

    @property
    def precision(self) -> float:
        """0 where nothing is told."""
        return self.recall / (self.recall + self.wrong) if self.recall else 0.0


def learned(one: Told) -> frozenset[str]:
    """The product: rules, and thresholds that it has learned."""
    return one.rules | one.learned


def rules(one: Told) -> frozenset[str]:
    """What params.yaml says, without drift."""
    return one.rules


def fixed(effect: float, missing: float, rows: float) -> Gate:
    """The same rules, and thresholds that are the same for each column and month."""

    def gate(one: Told) -> frozenset[str]:
        far = {name for name, size in one.far.items() if size > (rows if name == ROWS else effect)}
        return one.rules | far | {name for name, rise in one.missing.items() if rise > missing}

    return gate


def score(gate: Gate, damaged: Sequence[Told]) -> Score:
    """Over all deliveries alike."""
    found = wrong = 0
    for one in damaged:
        said, right = gate(one), set(_told_by(one))
        found += bool(said & right)
        wrong += len(said - right)
    return Score(found / len(damaged), wrong / len(damaged))


def new_share(gate: Gate, damaged: Sequence[Told], clean: Sequence[Told]) -> float:
    """The share of damages that are found by a column which is not told of the same month as it came."""
    anyway = {one.period: gate(one) for one in clean}
    return sum(bool((gate(one) - anyway[one.period]) & set(_told_by(one))) for one in damaged) / len(damaged)


def together() -> Iterator[Gate]:
    """A tenth, five rows of a hundred and a quarter of the rows, all times one factor."""
    for factor in np.geomspace(0.05, 20, 121):
        yield fixed(0.1 * factor, 0.05 * factor, 0.25 * factor)


def each() -> Iterator[Gate]:
    """A threshold of its own for effects, for missing values and for the number of rows."""
    steps = np.geomspace(0.05, 1, 16), np.geomspace(0.01, 0.3, 8), (0.05, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4)
    for effect, missing, rows in product(*steps):
        yield fixed(effect, missing, rows)


def best(gates: Iterator[Gate], damaged: Sequence[Told], recall: float) -> Gate | None:
    """The most precise gate that finds at least as much of these deliveries; None where none does."""
    enough = [(score(one, damaged), one) for one in gates]
    able = [(found.precision, gate) for found, gate in enough if found.recall >= recall]
    return max(able, key=lambda one: one[0])[1] if able else None


def _told_by(one: Told) -> tuple[str, ...]:
    return () if one.corruption is None else catalogue()[one.corruption].told_by
