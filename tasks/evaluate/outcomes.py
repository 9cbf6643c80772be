"""What a decision between classes is worth, and which one to take. Pure.

Probabilities are (n, classes), in the order in which the classes are declared; a decision is a place there.
"""

from dataclasses import dataclass

import numpy as np

from tasks.evaluate.classes import check_probabilities, likeliest
from tasks.evaluate.evidence import Codes, Floats

# Rows whose numbers stay near the processor.
_AT_ONCE = 2_048
Table = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What one row is worth, in the contract's money: `table[came][decided]`; a cost is negative."""

    table: Table

    @property
    def amounts(self) -> Floats:
        """The table as numbers, (came, decided)."""
        return np.asarray(self.table, dtype=np.float64)


def outcomes_of(table: Table) -> Outcomes | None:
    """The outcomes of a table, or None of an empty one."""
    return Outcomes(table) if table else None


def best_decisions(probabilities: Floats, outcomes: Outcomes) -> Codes:
    """The decision (n,) of the largest expected value; of equal ones the first class that is declared.

    argmax_j sum_i P(i | x) worth(i, j), for i that comes and j decided: equation (1) of Elkan, "The
    foundations of cost-sensitive learning", IJCAI 2001, whose costs are worths of the other sign. Summed
    class by class, and not by a matrix product: a row's answer is then the same alone as among others.
    """
    parts = range(0, len(probabilities), _AT_ONCE)
    found = [likeliest(_expected(probabilities[one : one + _AT_ONCE], outcomes)) for one in parts]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _expected(probabilities: Floats, outcomes: Outcomes) -> Floats:
    expected = np.zeros(probabilities.shape)
    for came, amounts in enumerate(outcomes.amounts):
        expected += probabilities[:, came : came + 1] * amounts
    return expected


def worths(probabilities: Floats, decisions: Codes, outcomes: Outcomes) -> Floats:
    """What each class, were it the label, would make each row's decision worth, (n, classes)."""
    check_probabilities(probabilities)
    return np.asarray(outcomes.amounts.T[decisions])
