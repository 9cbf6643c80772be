"""The number of draws is another one inside, and the decision's own outside."""

import numpy as np
import pytest
from simulations.resample_table import MANY, drawing, quantile, resamples

CLUSTERS = np.random.default_rng(3).standard_normal(60)


class TestDrawing:
    """What the table compares."""

    def test_changes_the_draws_and_nothing_afterwards(self):
        """Fewer draws of 60 clusters have another quantile; then it is what it was."""
        before = quantile(CLUSTERS)
        with drawing(2_000):
            assert quantile(CLUSTERS) < 0.95 * before
        assert quantile(CLUSTERS) == before

    def test_many_are_nearly_the_truth(self):
        """Of Gaussian clusters Student's quantile, of 59 degrees of freedom, to a few per cent."""
        with drawing(MANY):
            assert quantile(CLUSTERS) == pytest.approx(1.671, rel=0.05)


class TestTable:
    """`make simulate ARGS="--only resamples --quick"`."""

    def test_the_decisions_draws_are_near(self):
        """Within a few hundredths, for each number of clusters that is asked."""
        figures = {one.name: one.value for one in resamples(5, quick=True, tell=print).figures}
        assert figures["resamples_off"] <= 0.06
