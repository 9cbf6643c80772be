"""The linear baseline answers from its plain numbers, whatever rows come."""

import numpy as np
import pytest
from scipy.special import expit

from tasks.errors import Corrupt
from tasks.train.linear import FARTHEST, CategoryTerm, Linear, NumericTerm

NUMBER = NumericTerm(centre=10.0, scale=2.0, weight=0.5, missing=-0.25)
CATEGORY = CategoryTerm(weights=(1.0, -1.0))
MODEL = Linear(intercept=0.5, terms=(NUMBER, CATEGORY), threshold=0.4)
ROWS = np.array(
    [[10, 0], [12, 1], [np.nan, 0], [6, np.nan], [3e38, 1], [-3e38, 1]],
    dtype=np.float32,
)
SUMS = np.array([1.5, 0.0, 1.25, -0.5, -0.5 + 0.5 * FARTHEST, -0.5 - 0.5 * FARTHEST])


class TestAnswers:
    """By hand: the intercept, and what each feature adds."""

    def test_are_probabilities(self):
        """Missing numbers add their own, missing categories nothing, and far ones as if at the bound."""
        assert MODEL.answers(ROWS) == pytest.approx(expit(SUMS))

    def test_are_numbers(self):
        """Of a regression: in the label's unit."""
        model = Linear(
            objective="regression", intercept=0.5, terms=(NUMBER, CATEGORY), centre=100.0, scale=20.0
        )
        assert model.answers(ROWS) == pytest.approx(100 + 20 * SUMS)

    def test_of_no_row(self):
        """Nothing is asked, nothing is said."""
        assert MODEL.answers(ROWS[:0]).shape == (0,)

    def test_of_a_feature_without_categories(self):
        """A feature that was never there in training adds nothing."""
        model = Linear(intercept=1.0, terms=(CategoryTerm(weights=()),))
        assert model.answers(np.array([[np.nan]], dtype=np.float32)) == pytest.approx(expit([1.0]))


class TestDocument:
    """It is written and read as plain numbers."""

    @pytest.mark.parametrize("model", [MODEL, MODEL.model_copy(update={"objective": "regression"})])
    def test_is_the_same_again(self, model):
        """What is read is what was written, to the byte."""
        again = Linear.parse(model.to_bytes())
        assert again == model
        assert again.to_bytes() == model.to_bytes()

    @pytest.mark.parametrize(("old", "new"), [(b'"scale": 2.0', b'"scale": 0'), (b"weights", b"wei")])
    def test_that_is_wrong_is_refused(self, old, new):
        """A scale of 0, or a term of no kind, is no model."""
        data = MODEL.to_bytes()
        assert old in data
        with pytest.raises(Corrupt):
            Linear.parse(data.replace(old, new))
