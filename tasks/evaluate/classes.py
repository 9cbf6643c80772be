"""What each class, were it the label, would make of a prediction: numbers whose mean is a metric. Pure.

Probabilities are (n, classes), in the order in which the classes are declared; a label is its place there.
One table answers two questions: what a row's number is, and the least that it can be.
"""

import numpy as np

from tasks.errors import BadInput
from tasks.evaluate.evidence import Codes, Floats

# As for two labels: keeps the loss of a wrong certainty finite, at most 34.5 nats.
SMALLEST_PROBABILITY = 1e-15
# Models answer in single precision: a row's probabilities add up to 1 within this.
_CLOSE = 1e-4


def log_losses(probabilities: Floats) -> Floats:
    """-log of the probability of each class, nats, (n, classes); clipped to [1e-15, 1 - 1e-15].

    The logarithmic score (Good, Journal of the Royal Statistical Society B 14 (1952)).
    """
    check_probabilities(probabilities)
    clipped = np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return -np.log(clipped)


def squared_errors(probabilities: Floats) -> Floats:
    """sum_j (p_j - [j is the label])^2 for each class as the label, (n, classes), from 0 to 2.

    The original score of Brier, Monthly Weather Review 78 (1950), over all classes: of two classes it is
    twice what the metric of labels 0 and 1 says. With S = sum_j p_j^2 it is S - 2 p_c + 1 for label c.
    """
    check_probabilities(probabilities)
    squares: Floats = np.square(probabilities).sum(axis=1, keepdims=True) - 2 * probabilities + 1
    # Rounding leaves less than nothing where the answer was certain and right.
    return np.maximum(squares, 0.0)


def hits(probabilities: Floats) -> Floats:
    """1.0 where the class is the likeliest of its row, else 0.0, (n, classes)."""
    check_probabilities(probabilities)
    found = np.zeros(probabilities.shape)
    found[np.arange(len(found)), likeliest(probabilities)] = 1.0
    return found


def likeliest(probabilities: Floats) -> Codes:
    """The class (n,) of the largest probability; of equal ones the first that is declared."""
    return np.asarray(np.argmax(probabilities, axis=1), dtype=np.int64)


def of_labels(table: Floats, labels: Floats) -> Floats:
    """Each row's number (n,) from a table of what every class would make of it.

    Raises `BadInput` for unequal lengths, or a label that is the place of no class.
    """
    rows, classes = table.shape
    if labels.shape != (rows,):
        raise BadInput(
            f"expected probabilities for each label, found shapes {table.shape} and {labels.shape}"
        )
    wrong = ~np.isin(labels, np.arange(classes))
    if wrong.any():
        raise BadInput(
            f"expected labels that are places of the {classes} classes, found {int(wrong.sum())} of {rows} "
            f"that are not, the first in row {int(np.argmax(wrong))}: leave those rows out by name"
        )
    return np.asarray(table[np.arange(rows), labels.astype(np.int64)])


def confusion(labels: Floats, probabilities: Floats) -> tuple[tuple[int, ...], ...]:
    """How many rows of each class (outer) were said to be of each (inner), in the declared order."""
    return crossed(labels, likeliest(probabilities), probabilities.shape[1])


def crossed(labels: Floats, said: Codes, classes: int) -> tuple[tuple[int, ...], ...]:
    """How many rows of each class (outer) met each place that was said of them (inner), (n,) both."""
    pairs = labels.astype(np.int64) * classes + said
    counts = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return tuple(tuple(row) for row in counts.tolist())


def check_probabilities(probabilities: Floats) -> None:
    """Raise `BadInput` unless each row (n, classes) is of shares that add up to 1."""
    inside = np.isfinite(probabilities) & (probabilities >= 0) & (probabilities <= 1)
    wrong = ~inside.all(axis=1)
    with np.errstate(invalid="ignore"):
        wrong |= np.abs(probabilities.sum(axis=1) - 1) > _CLOSE
    if wrong.any():
        raise BadInput(
            f"expected probabilities between 0 and 1 that add up to 1 in each row, found {int(wrong.sum())} "
            f"of {len(wrong)} rows that do not, the first in row {int(np.argmax(wrong))}"
        )
