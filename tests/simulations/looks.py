"""Many challengers, none of them better, at one holdout: how much gain is reported that is not there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from data_factories import declared
from numpy.random import Generator
from numpy.typing import NDArray

from tasks.decide.contract import judge
from tasks.evaluate.answers import Answers
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import cost_matrix, naive
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Floats
from tasks.params import Contract, CostParams, EvaluateParams

LOOKS = 52
ROWS = 2_000
ACCURACY = 0.8
DISAGREEMENT = 0.1
# A row is worth 1 if the model is right: its mean is the accuracy.
RIGHT = CostParams(currency="rows", true_positive=1, false_positive=0, false_negative=0, true_negative=1)
Rule = Literal["budgeted", "each at 5%", "point estimate"]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Year:
    """What one holdout reported over its looks: the sum of the promoted leads, and how many there were.

    The truth is a gain of 0: every challenger is right as often as the champion.
    """

    gain: float
    promotions: int


def year(rule: Rule, rng: Generator, looks: int = LOOKS) -> Year:
    """A challenger a week against whoever is champion then, all on the same rows."""
    labels = (rng.random(ROWS) < 0.5).astype(np.float64)
    champion, gain, promotions = rng.random(ROWS) < ACCURACY, 0.0, 0
    for _ in range(looks):
        challenger = rival(champion, rng)
        if RULES[rule](labels, champion, challenger):
            gain += float(challenger.mean() - champion.mean())
            champion, promotions = challenger, promotions + 1
    return Year(gain, promotions)


def best_of(looks: int, rng: Generator) -> float:
    """The largest lead over one champion that is never replaced: what picking the best of them reports."""
    champion = rng.random(ROWS) < ACCURACY
    return max(float(rival(champion, rng).mean() - champion.mean()) for _ in range(looks))


def years(rule: Rule, repetitions: int, rng: Generator) -> Iterator[Year]:
    """As many holdouts, each with a year of looks."""
    return (year(rule, rng) for _ in range(repetitions))


def rival(champion: Bools, rng: Generator) -> Bools:
    """Where another model is right: elsewhere in 10% of the rows, and as often in truth.

    Of the rows on which the champion is right it loses as many as it wins of the others.
    """
    half = DISAGREEMENT / 2
    other = rng.random(len(champion)) < np.where(champion, half / ACCURACY, half / (1 - ACCURACY))
    return champion ^ other


def contract(looks: int) -> Contract:
    """Better accuracy than the champion's, with a budget of looks."""
    return Contract(
        looks_per_holdout=looks,
        clauses=(
            declared(name="knows", kind="beats_baseline", metric="value"),
            declared(name="better", kind="beats_champion", metric="value"),
        ),
    )


BUDGETED, UNBUDGETED = contract(LOOKS), contract(1)


def judged(agreed: Contract, labels: Floats, champion: Bools, challenger: Bools) -> bool:
    """Whether the product lets the challenger pass the clause on the champion."""
    costs = cost_matrix(RIGHT)
    seen = Comparison(
        labels=labels,
        clusters=np.arange(len(labels)),
        costs=costs,
        challenger=said(labels, challenger),
        champion=said(labels, champion),
        baseline=naive(0.5, len(labels), costs),
        columns={},
        settings=EvaluateParams(costs=RIGHT),
    )
    clause = agreed.clauses[-1]
    return judge(clause, agreed, clause_evidence(clause, agreed, seen)).verdict == "pass"


def said(labels: Floats, right: Bools) -> Answers:
    """A model that is right where `right`."""
    return Answers(np.where(right == (labels == 1), 0.9, 0.1))


RULES: dict[Rule, Callable[[Floats, Bools, Bools], bool]] = {
    "budgeted": lambda *rows: judged(BUDGETED, *rows),
    "each at 5%": lambda *rows: judged(UNBUDGETED, *rows),
    "point estimate": lambda _, champion, challenger: bool(challenger.mean() > champion.mean()),
}
