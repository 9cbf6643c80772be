"""A budget of looks reports next to no gain that is not there, and a point rule points of it; quickly."""

import numpy as np
import pytest
from simulations.looks import ACCURACY, DISAGREEMENT, judged, rival, years
from simulations.looks import contract as contract_of


class TestRival:
    """A challenger that is equal in truth."""

    def test_is_right_as_often_and_differs_in_one_row_of_ten(self):
        """Accuracy and disagreement over a million rows, after three replacements."""
        rng = np.random.default_rng(1)
        champion = rng.random(1_000_000) < ACCURACY
        for _ in range(3):
            challenger = rival(champion, rng)
            assert challenger.mean() == pytest.approx(ACCURACY, abs=0.002)
            assert (challenger != champion).mean() == pytest.approx(DISAGREEMENT, abs=0.002)
            champion = challenger


class TestYears:
    """52 looks at one holdout."""

    @pytest.mark.long
    def test_the_budget_promotes_hardly_anything(self):
        """At most one promotion in 3 holdouts of 52 challengers each: a chance of 5% for each holdout."""
        found = list(years("budgeted", 3, np.random.default_rng(2)))
        assert sum(year.promotions for year in found) <= 1

    def test_a_point_rule_reports_points_of_gain(self):
        """More than two points of accuracy on average, and truly none."""
        found = list(years("point estimate", 25, np.random.default_rng(3)))
        assert np.mean([year.gain for year in found]) > 0.02


class TestJudged:
    """The product's clause, on rows that are right or wrong."""

    def test_a_much_better_challenger_passes_even_the_52nd_part_of_the_level(self):
        """Right wherever the champion is, and in a quarter of the other rows: promoted; the reverse not."""
        rng = np.random.default_rng(4)
        labels, champion = (rng.random(2_000) < 0.5).astype(float), rng.random(2_000) < ACCURACY
        better = champion | (rng.random(2_000) < 0.25)
        assert judged(contract_of(52), labels, champion, better)
        assert not judged(contract_of(52), labels, better, champion)
