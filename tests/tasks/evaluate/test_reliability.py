"""Bins of similar probability: what was predicted against what came."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_factories import scored

from tasks.evaluate.reliability import reliability


class TestReliability:
    """The calibration table."""

    def test_bins_are_quantiles(self):
        """A hundred distinct probabilities in ten bins are ten rows each, with their means."""
        probabilities = np.linspace(0.005, 0.995, 100)
        labels = (np.arange(100) % 10 == 0).astype(float)
        table = reliability(labels, probabilities)
        assert [one.rows for one in table] == [10] * 10
        assert [one.observed for one in table] == pytest.approx([0.1] * 10)
        assert [one.predicted for one in table] == pytest.approx(np.arange(0.05, 1, 0.1))

    @given(scored, st.integers(1, 12), st.randoms(use_true_random=False))
    def test_ties_share_a_bin_in_any_order(self, rows, bins, random):
        """Shuffling changes nothing, every row is counted once, and bins do not overlap."""
        labels, probabilities = rows
        table = reliability(labels, probabilities, bins)
        order = np.array(random.sample(range(len(labels)), len(labels)))
        shuffled = reliability(labels[order], probabilities[order], bins)
        assert [one.rows for one in shuffled] == [one.rows for one in table]
        assert np.array(shuffled) == pytest.approx(np.array(table))
        assert sum(one.rows for one in table) == len(labels)
        assert len(table) <= min(bins, len(set(probabilities)))
        assert [one.predicted for one in table] == sorted({one.predicted for one in table})
        assert sum(one.rows * one.observed for one in table) == pytest.approx(labels.sum())

    def test_no_rows_have_no_bins(self):
        """An empty holdout has an empty table."""
        assert reliability(np.array([]), np.array([])) == []
