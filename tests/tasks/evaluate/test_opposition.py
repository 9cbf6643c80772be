"""What is missing from a sample is not taken for absent, unless it would not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.opposition import holds_at_worst, opposing_clusters

DAYS = np.repeat(np.arange(50), 10)


class TestOpposingClusters:
    """In how many clusters rows speak against the claim."""

    @pytest.mark.parametrize("count", [1, 4, 50])
    def test_counts_equal_ones(self, count):
        """So many clusters with one loss each are so many."""
        values = np.where((np.arange(500) % 10 == 0) & (count > DAYS), -7.0, 1.0)
        assert opposing_clusters(values, DAYS, 0.0) == pytest.approx(count)

    def test_none(self):
        """Where no row lies below what is required, none speaks against it."""
        assert opposing_clusters(np.ones(500), DAYS, 1.0) == 0.0

    def test_many_small_ones_hide_no_large_one(self):
        """A loss of 100 in two clusters beside losses of 1 in all is little more than two."""
        values = np.where(np.arange(500) % 10 == 0, -1.0, 1.0)
        values[[0, 490]] = -100
        assert 2 <= opposing_clusters(values, DAYS, 0.0) < 2.1

    @given(st.lists(st.floats(-5, 5), min_size=50, max_size=50), st.floats(-1, 1))
    def test_lies_between_none_and_all(self, shares, required):
        """Whatever the values: at most the clusters with a row below, at least one if there is any."""
        values = np.repeat(np.array(shares), 10)
        below = len({int(day) for day in DAYS[values < required]})
        found = opposing_clusters(values, DAYS, required)
        assert (found == 0) if not below else 1 - 1e-9 <= found <= below + 1e-9


class TestHoldsAtWorst:
    """Whether clusters that were missed could matter."""

    def test_a_single_cluster_at_its_worst_is_exactly_a_product(self):
        """Without a loss, all of the wealth in the boldest bet is the product of 1 + gain over 1 + worst."""
        values, boldest = np.full(500, 0.2), (1 + 0.2) ** 50
        level = 10 / boldest
        assert holds_at_worst(values, DAYS, 0.0, -1.0, level)
        assert not holds_at_worst(values * 0.5, DAYS, 0.0, -1.0, level)

    def test_nothing_worse_is_possible(self):
        """If no row can lie below what is required, it holds."""
        assert holds_at_worst(np.ones(500), DAYS, 0.5, 0.6, 0.05)
        assert holds_at_worst(np.full(500, 0.5), DAYS, 0.5, 0.5, 0.05)

    def test_losses_that_would_outweigh_all_gains(self):
        """A gain of 1 per row against a loss of 99 that no row has shown: fifty days do not exclude it."""
        assert not holds_at_worst(np.ones(500), DAYS, 0.0, -99.0, 0.05)

    def test_each_row_has_its_own_worst(self):
        """Rows that cannot lose much do not count as if they could."""
        worst = np.where(np.arange(500) % 10 == 0, -1.0, 0.0)
        assert holds_at_worst(np.full(500, 0.01), DAYS, 0.0, worst, 0.05)
        assert not holds_at_worst(np.full(500, 0.01), DAYS, 0.0, -1.0, 0.05)

    def test_a_cluster_at_its_worst_is_no_error(self):
        """Where the worst has happened the boldest bet is lost, and the others decide."""
        values = np.where(DAYS == 0, -1.0, 0.9)
        assert holds_at_worst(values, DAYS, 0.0, -1.0, 0.05)

    @pytest.mark.parametrize("loss", [0.02, 0.1, 0.5])
    def test_holds_its_level_whatever_the_skewness(self, loss):
        """Of 2,000 samples whose mean is exactly what is required it takes at most 5%, within noise."""
        rng = np.random.default_rng(8)
        bad = rng.random((2000, 50)) < loss
        gain = loss / (1 - loss)
        taken = [holds_at_worst(np.where(one, -1.0, gain), np.arange(50), 0.0, -1.0, 0.05) for one in bad]
        assert np.mean(taken) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)
