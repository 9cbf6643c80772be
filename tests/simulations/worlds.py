"""Rows of known truth: whatever a clause asks about them is known exactly."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.evaluate.answers import Answers
from tasks.evaluate.compare import cost_matrix, naive, naive_shares
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Codes, Floats
from tasks.evaluate.outcomes import Table, outcomes_of
from tasks.objectives import BINARY, Objective
from tasks.params import CostParams, EvaluateParams
from tasks.train.uncertainty import Sets

COLUMN = "colour"

_SIZES = (800, 2_000, 8_000, 40_000, 200_000)


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows alike: their share of their group, how often they have the first label, what each model says."""

    share: float
    rate: float
    champion: float
    challenger: float
    group: str = "all"
    labels: tuple[float, float] = (1.0, 0.0)


@dataclass(frozen=True)
class World:
    """All kinds of rows, as many in each group; what is asked of them.

    Of probabilities also the money, from which one a model raises an alarm, and that a label is possible to
    the challenger while its doubt is at most `most_doubt`. Of a quantile, which: `alpha`. Of classes `says`
    is what models say, (answers, classes), and kinds name an answer by its place there; `outcomes` is what
    decisions between them are worth, if anything.
    """

    kinds: tuple[Kind, ...]
    costs: CostParams = field(
        default_factory=lambda: CostParams(
            currency="EUR", true_positive=6, false_positive=-2, false_negative=-4, true_negative=0
        )
    )
    threshold: float = 0.5
    most_doubt: float = 0.3
    objective: Objective = BINARY
    alpha: float | None = None
    says: tuple[tuple[float, ...], ...] = ()
    outcomes: Table = ()

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups, in the order in which they are first named."""
        return tuple(dict.fromkeys(kind.group for kind in self.kinds))

    @cached_property
    def chances(self) -> Floats:
        """The probability of each cell (groups, cells): each kind with its first label, then its second."""
        chances = np.array(
            [
                [kind.share * kind.rate for kind in members]
                + [kind.share * (1 - kind.rate) for kind in members]
                for members in self._members
            ]
        )
        totals: Floats = chances.sum(axis=1, keepdims=True)
        return chances / totals

    @cached_property
    def _cells(self) -> Floats:
        """Label, champion and challenger of each cell (groups x cells, 3), group after group."""
        return np.array(
            [
                (kind.labels[second], kind.champion, kind.challenger)
                for members in self._members
                for second in (0, 1)
                for kind in members
            ]
        )

    @property
    def sets(self) -> Sets:
        """The challenger's sets of possible labels."""
        return Sets(coverage=0.9, most_doubt=self.most_doubt)

    @property
    def _members(self) -> list[list[Kind]]:
        return [[kind for kind in self.kinds if kind.group == group] for group in self.groups]

    @property
    def base_rate(self) -> float:
        """The mean label if all groups are of one size (how often it is 1), or the quantile at `alpha`."""
        labels, shares = self._cells[:, 0], self.chances.ravel() / len(self.groups)
        if self.alpha is None:
            return float((shares * labels).sum())
        order = np.argsort(labels)
        return float(labels[order][np.searchsorted(shares[order].cumsum(), self.alpha)])

    @property
    def class_shares(self) -> tuple[float, ...]:
        """How often each class comes, if all groups are of one size."""
        shares = self.chances.ravel() / len(self.groups)
        return tuple(np.bincount(self._cells[:, 0].astype(np.int64), shares).tolist())

    def _told(self, answers: Floats) -> Floats:
        return np.array(self.says)[answers.astype(np.int64)] if self.says else answers

    def comparison(self, cells: NDArray[np.intp], groups: pd.Series, clusters: Codes) -> Comparison:
        """What is compared when row i is of cell `cells[i]`, counted through all groups."""
        labels, champion, challenger = self._cells[cells].T
        money = self.costs if self.objective.probabilities else None
        costs = cost_matrix(money) if money else None
        threshold, outcomes = self.threshold if money else None, outcomes_of(self.outcomes)
        sets = self.sets if self.objective.possible == "sets" else None
        return Comparison(
            labels=labels,
            clusters=clusters,
            costs=costs or outcomes,
            challenger=Answers(self._told(challenger), threshold, sets, alpha=self.alpha, outcomes=outcomes),
            champion=Answers(self._told(champion), threshold, alpha=self.alpha, outcomes=outcomes),
            baseline=naive_shares(self.class_shares, len(cells), outcomes)
            if self.says
            else naive(self.base_rate, len(cells), costs, self.alpha),
            columns={COLUMN: groups},
            settings=EvaluateParams(costs=money, min_slice_rows=50, min_slice_clusters=10),
            objective=self.objective,
        )

    @cached_property
    def population(self) -> Comparison:
        """As many rows of each cell as its probability says: what is computed from it is the truth.

        Raises `ValueError` where no number of rows in a group gives whole numbers of all cells.
        """
        rows = next((n for n in _SIZES if _whole(self.chances * n)), None)
        if rows is None:
            raise ValueError(f"{_SIZES[-1]:,} rows hold no whole number of each cell: choose other shares")
        counts = (self.chances * rows).round().astype(np.int64)
        cells = np.repeat(np.arange(counts.size), counts.ravel())
        groups = pd.Series(np.repeat(self.groups, rows))
        return self.comparison(cells, groups, np.arange(len(cells)) % 100)


def _whole(numbers: Floats) -> bool:
    return np.allclose(numbers, numbers.round(), rtol=0, atol=1e-6)
