"""Labels are what the objective needs, or named as what they are not."""

import numpy as np
import pandas as pd
import pytest

from tasks.objectives import MULTICLASS
from tasks.prepare.labels import labels_of, right_labels


class TestClasses:
    """Text or whole numbers, of which each has its place."""

    def test_places(self):
        """A label is the place of its class in the declared order, which is not that of the alphabet."""
        part = pd.DataFrame({"label": pd.Series(["b", "c", "a", "b"], dtype="str")})
        assert labels_of(part, "label", ("c", "b", "a")).tolist() == [1.0, 0.0, 2.0, 1.0]

    def test_whole_numbers(self):
        """Classes that are numbers have places too, and are not taken for them."""
        part = pd.DataFrame({"label": [30, 10, 20]})
        assert labels_of(part, "label", (10, 20, 30)).tolist() == [2.0, 0.0, 1.0]

    def test_without_classes(self):
        """A number is its own label."""
        assert labels_of(pd.DataFrame({"label": [1, 0]}), "label", ()).tolist() == [1.0, 0.0]

    @pytest.mark.parametrize(
        ("labels", "classes", "right"),
        [
            (["a", "b", "A", "", "a "], ("a", "b", "c"), [True, True, False, False, False]),
            ([10.0, 20.0, 20.5, np.inf], (10, 20, 30), [True, True, False, False]),
            (["10", "20"], (10, 20, 30), [False, False]),
            ([1, 2], ("1", "2", "3"), [False, False]),
        ],
    )
    def test_strangers_are_wrong(self, labels, classes, right):
        """Another case, a space, a number between, or the text of a number is no class."""
        found, words, kind = right_labels(pd.Series(labels), MULTICLASS, classes)
        assert found.tolist() == right
        assert words == f"one of {', '.join(map(str, classes))}"
        assert kind == ("int64" if isinstance(classes[0], int) else "str")
