"""Labels as an objective needs them: which are right, how they are kept, and classes as numbers. Pure."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.objectives import Class, Objective

_LARGEST = 1e15
"""Beyond this the square of a label, summed over rows, is more than a learner's single precision holds."""


def right_labels(
    labels: pd.Series, objective: Objective, classes: tuple[Class, ...]
) -> tuple[pd.Series, str, str]:
    """Which labels are what they have to be, that in words, and the type in which they are kept."""
    if objective.classes:
        return _right_classes(labels, classes)
    if objective.probabilities:
        return labels.isin([0, 1]), "0 or 1", "int8"
    if not pd.api.types.is_numeric_dtype(labels):
        return pd.Series(data=False, index=labels.index), "numbers", "float64"
    return labels.abs() <= _LARGEST, f"finite numbers of at most {_LARGEST:g} in size", "float64"


def labels_of(part: pd.DataFrame, column: str, classes: tuple[Class, ...]) -> NDArray[np.float64]:
    """The labels (n,) of a prepared part: as they are, or the place of each among the classes, from 0."""
    labels = part[column]
    if classes:
        labels = labels.map({one: place for place, one in enumerate(classes)})
    return labels.to_numpy(dtype="float64")


def _right_classes(labels: pd.Series, classes: tuple[Class, ...]) -> tuple[pd.Series, str, str]:
    words = f"one of {', '.join(map(str, classes))}"
    return labels.isin(list(classes)), words, "int64" if isinstance(classes[0], int) else "str"
