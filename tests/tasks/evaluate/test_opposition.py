"""What is missing from a sample is not taken for absent, unless it would not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.evidence import clustered_mean
from tasks.evaluate.opposition import clusters_at_worst, holds_at_worst, opposing_clusters

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


class TestClustersAtWorst:
    """In how many clusters rows were seen to lose what they can lose."""

    def world(self, seen: int, lost: float = -50.0):
        """Each row gains 1, or loses 1 on every tenth; 100 rows, two a day, could lose 50; `seen` did."""
        values = np.where(np.arange(500) % 10 == 0, -1.0, 1.0)
        worst = np.full(500, -1.0)
        deep = np.flatnonzero(np.arange(500) % 5 == 1)
        worst[deep] = -50.0
        values[deep[: 2 * seen : 2]] = lost
        return values, worst

    @pytest.mark.parametrize("seen", [0, 1, 4, 20])
    def test_counts_the_deepest(self, seen):
        """Losses of 1 in all fifty clusters tell nothing of losses of 50."""
        values, worst = self.world(seen)
        assert clusters_at_worst(values, DAYS, 0.0, worst, 0.05, 0.1) == pytest.approx(seen)
        assert opposing_clusters(np.maximum(values, -1.0), DAYS, 0.0) > 30

    def test_half_of_it_is_near_enough(self):
        """Rows that lost 25 of 50 count, and those that lost 24 do not."""
        near, far = (self.world(9, lost) for lost in (-25.0, -24.0))
        assert clusters_at_worst(near[0], DAYS, 0.0, near[1], 0.05, 0.1) == pytest.approx(9)
        assert clusters_at_worst(far[0], DAYS, 0.0, far[1], 0.05, 0.1) == 0

    def test_what_cannot_cost_the_lead_is_not_asked(self):
        """Three more days at their worst, or -ln 5%, cost 2.996 x 100 / 500: a lead above that is safe."""
        values, worst = self.world(1)
        cost = -np.log(0.05) * 100 / 500
        assert clusters_at_worst(values, DAYS, 0.0, worst, 0.05, cost * 1.001) == np.inf
        assert clusters_at_worst(values, DAYS, 0.0, worst, 0.05, cost * 0.999) == 1
        assert clusters_at_worst(values, DAYS, 0.0, worst, 0.04, cost * 1.001) == 1

    def test_nothing_worse_is_possible(self):
        """Where no row can lie below what is required there is nothing to have missed."""
        assert clusters_at_worst(np.ones(500), DAYS, 0.0, np.full(500, 0.5), 0.05, 0.1) == np.inf

    @pytest.mark.parametrize("factor", [1e-9, 1e9])
    def test_has_no_unit(self, factor):
        """In another currency the same clusters are counted."""
        values, worst = self.world(4)
        told = clusters_at_worst(values * factor, DAYS, 0.0, worst * factor, 0.05, 0.1 * factor)
        assert told == clusters_at_worst(values, DAYS, 0.0, worst, 0.05, 0.1)

    @pytest.mark.parametrize("loss", [100, 1000])
    def test_rare_losses_behind_frequent_ones_do_not_pass(self, loss):
        """Nothing gained on average: euros gained by silence, lost by false alarms, thousands lost rarely.

        Of 300 such challengers the interval passes up to a third, and with five clusters for the small
        losses nearly as many; together with this at most 1.2 times 5%, within noise.
        """
        rng, days, passed, before = np.random.default_rng(1), np.repeat(np.arange(50), 100), 0, 0
        for _ in range(300):
            kind, bad = rng.random(5000), rng.random(5000) < 1 / (1 + loss)
            quiet, loud = kind < 0.2, kind > 0.95
            values = np.where(bad, -loss, 1.0) * quiet + np.where(bad, loss, -1.0) * loud
            worst = np.where(quiet, -float(loss), np.where(loud, -1.0, 0.0))
            low = clustered_mean(values, days).low
            if low is None or low <= 0 or opposing_clusters(values, days, 0.0) < 5:
                continue
            before += 1
            passed += clusters_at_worst(values, days, 0.0, worst, 0.05, low) >= 5
        assert passed / 300 <= 0.06 + 2 * np.sqrt(0.05 * 0.95 / 300)
        assert loss == 100 or before / 300 > 0.25


class TestHoldsAtWorst:
    """Whether clusters that were missed could matter."""

    def test_a_single_cluster_at_its_worst_is_exactly_a_product(self):
        """Without a loss, all of the wealth in the boldest bet is the product of 1 + gain over 1 + worst."""
        values, boldest = np.full(500, 0.2), (1 + 0.2) ** 50
        level = 10 / boldest
        assert holds_at_worst(values, DAYS, 0.0, -1.0, level)
        assert not holds_at_worst(values * 0.5, DAYS, 0.0, -1.0, level)

    def test_nothing_worse_is_possible(self):
        """If no row can lie below what is required, it holds once any lies above: at it is not above it."""
        assert holds_at_worst(np.ones(500), DAYS, 0.5, 0.6, 0.05)
        assert holds_at_worst(np.where(np.arange(500) == 7, 0.51, 0.5), DAYS, 0.5, 0.5, 0.05)
        assert not holds_at_worst(np.full(500, 0.5), DAYS, 0.5, 0.5, 0.05)

    def test_losses_that_would_outweigh_all_gains(self):
        """A gain of 1 per row against a loss of 99 that no row has shown: fifty days do not exclude it."""
        assert not holds_at_worst(np.ones(500), DAYS, 0.0, -99.0, 0.05)

    def test_each_row_has_its_own_worst(self):
        """Rows that cannot lose much do not count as if they could."""
        worst = np.where(np.arange(500) % 10 == 0, -1.0, 0.0)
        assert holds_at_worst(np.full(500, 0.01), DAYS, 0.0, worst, 0.05)
        assert not holds_at_worst(np.full(500, 0.01), DAYS, 0.0, -1.0, 0.05)

    @pytest.mark.parametrize("seed", range(6))
    def test_agrees_with_a_plain_loop(self, seed):
        """Unequal clusters: it holds if and only if the average of ten bettors' wealth reaches 1 / level."""
        rng = np.random.default_rng(seed)
        days = rng.integers(0, 40, 300)
        values, worst = rng.normal(0.1, 0.15, 300), -rng.random(300)
        worst = np.minimum(values, worst)
        bound = max(-worst[days == day].sum() for day in range(40))
        wealth = [1.0] * 10
        for day in range(40):
            for n, share in enumerate((0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)):
                wealth[n] *= 1 + share * values[days == day].sum() / bound
        average = sum(wealth) / 10
        assert average > 2
        assert holds_at_worst(values, days, 0.0, worst, 1.001 / average)
        assert not holds_at_worst(values, days, 0.0, worst, 0.999 / average)

    @pytest.mark.parametrize("size", [1e-310, 1e307, 1.7e308])
    def test_neither_holds_nor_warns_beyond_the_largest_numbers(self, size):
        """Sums that overflow, or a worst next to nothing, are no numbers to rest a pass on, and no error."""
        values = np.where(np.arange(500) % 2 == 0, size, -size)
        for worst in (-1e-310, -1.7e308, np.nan):
            assert not holds_at_worst(values, DAYS, 0.0, worst, 0.05)
        assert 0 <= opposing_clusters(values, DAYS, size / 2) <= 50

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
