"""A world's truth is exact, and its samples are what they say they are."""

from dataclasses import replace

import numpy as np
import pytest
from simulations.bars import at_truth, truths
from simulations.clause_worlds import CHANGED, ORDINARY, UNEQUAL
from simulations.draws import Draws, Layout
from simulations.worlds import Kind, World

CHURN = at_truth(CHANGED, kind="churn")


class TestPopulation:
    """Whole numbers of rows of each kind."""

    def test_is_the_truth(self):
        """One answer in ten differs in a world where the disputed kinds are a tenth."""
        assert truths(CHURN, CHANGED.population) == pytest.approx([-0.1])

    def test_holds_every_group_alike(self):
        """Groups are of one size, and the share of label 1 is the base rate."""
        population = UNEQUAL.population
        assert population.columns["colour"].value_counts().nunique() == 1
        assert population.labels.mean() == pytest.approx(UNEQUAL.base_rate)

    def test_refuses_what_no_number_of_rows_can_hold(self):
        """A third of the rows is no whole number of any size at hand."""
        thirds = World((Kind(1 / 3, 0.5, 0.5, 0.5), Kind(2 / 3, 0.5, 0.4, 0.6)))
        with pytest.raises(ValueError, match="hold no whole number of each cell"):
            _ = thirds.population


class TestDraws:
    """Samples around the truth, alike within clusters as declared."""

    @pytest.mark.parametrize("correlation", [0.0, 0.05, 0.3])
    def test_rows_of_a_cluster_are_alike_as_declared(self, correlation):
        """The intra-cluster correlation of churn, by analysis of variance, is that of the layout."""
        layout = Layout(1_000, rows_per_cluster=10, correlation=correlation)
        seen = Draws(CHANGED, layout).draw(np.random.default_rng(3))
        differs = (seen.challenger.probabilities >= 0.5) != (seen.champion.probabilities >= 0.5)
        rows = differs.astype(float).reshape(1_000, 10)
        between, within = 10 * rows.mean(axis=1).var(ddof=1), rows.var(axis=1, ddof=1).mean()
        assert (between - within) / (between + 9 * within) == pytest.approx(correlation, abs=0.03)

    @pytest.mark.parametrize("layout", [Layout(500), Layout(50, 10, 0.5, 0.3)], ids=lambda one: one.name)
    def test_are_right_on_average(self, layout):
        """The mean churn of 200 samples lies within four standard errors of the truth."""
        draws, rng = Draws(CHANGED, layout), np.random.default_rng(4)
        found = [truths(CHURN, draws.draw(rng))[0] for _ in range(200)]
        assert abs(np.mean(found) + 0.1) < 4 * np.std(found) / 200**0.5

    def test_unequal_clusters_have_the_same_rows_each_time(self):
        """Only what the rows say is left to chance: clusters and groups of two samples are the same."""
        draws, rng = Draws(UNEQUAL, Layout(20, 10, 0.8, 0.05)), np.random.default_rng(5)
        first, second = draws.draw(rng), draws.draw(rng)
        assert first.columns["colour"].equals(second.columns["colour"])
        assert np.array_equal(first.clusters, second.clusters)
        assert np.bincount(first.clusters).max() > 4 * np.bincount(first.clusters).min()
        assert not np.array_equal(first.labels, second.labels)

    def test_a_groups_rows_are_of_its_own_kinds(self):
        """Alarms come as often as each group's kinds say, correlated or not."""
        for correlation in (0.0, 0.05):
            layout = replace(Layout(3_000, 10), correlation=correlation)
            seen = Draws(UNEQUAL, layout).draw(np.random.default_rng(6))
            alarms = seen.columns["colour"].groupby(seen.challenger.probabilities >= 0.5).value_counts()
            shares = [alarms[True, one] / alarms[:, one].sum() for one in ("red", "green", "blue")]
            assert shares == pytest.approx([0.55, 0.25, 0.4], abs=0.03)

    def test_ordinary_scores_are_probabilities(self):
        """No kind says anything outside 0 and 1."""
        said = [one for kind in ORDINARY.kinds for one in (kind.champion, kind.challenger)]
        assert 0 < min(said) < max(said) < 1
