"""What a sample does not show: nulls are at their bars, and three rules judge the same samples; quickly."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t
from simulations.bars import truths
from simulations.boundaries import LEVEL
from simulations.nulls import bound
from simulations.storms import Storms
from simulations.unseen import RARE_ERRORS, STORMS, guarded, limits, students, unseen
from simulations.unseen_table import hidden

from tasks.evaluate.binary import auc_rows

SAMPLES = 60
SEED = 13
THOUSANDS = list(guarded())[-1]
ERRORS = list(limits())[: len(RARE_ERRORS)]


class TestStorms:
    """Rare bad days."""

    @pytest.mark.parametrize("case", [STORMS[0], STORMS[4]], ids=lambda one: one.title)
    def test_the_floor_is_the_truth(self, case):
        """The AUC of 8,000 days, of which as many are bad as are due, is that of the formula."""
        seen = replace(case, days=8_000).draw(np.random.default_rng(SEED))
        found = auc_rows(seen.labels, seen.challenger.probabilities)[0]
        assert found == pytest.approx(case.auc, abs=0.005)
        assert case.clause.required == case.auc

    def test_only_negatives_of_bad_days_score_high(self):
        """On a bad day positives score as on any other."""
        seen = Storms("one", days=2_000, bad=0.5, shift=4.0, rate=0.5).draw(np.random.default_rng(SEED))
        said, spreads = seen.challenger.probabilities, []
        for rows in (seen.labels == 0, seen.labels == 1):
            days = np.bincount(seen.clusters[rows], said[rows]) / np.bincount(seen.clusters[rows])
            spreads.append(days.std())
        assert spreads[0] > 0.2
        assert spreads[1] < 0.1


class TestNulls:
    """Each is exactly at its bar."""

    @pytest.mark.parametrize("case", [THOUSANDS, ERRORS[0]], ids=lambda one: one.title)
    def test_the_truth_is_what_is_required(self, case):
        """Computed by the product on the whole population."""
        assert truths(case.clause, case.world.population) == pytest.approx([case.clause.required], abs=1e-9)

    @pytest.mark.parametrize(("place", "times"), [(0, 30), (1, 50), (2, 10)])
    def test_rare_errors_are_as_large_as_they_say(self, place, times):
        """So many times the root mean square of the others."""
        seen = ERRORS[place].world.population
        squares = np.square(seen.labels - seen.challenger.predictions)
        rare = squares > 9
        assert np.sqrt(squares[rare].mean() / squares[~rare].mean()) == pytest.approx(times, rel=0.01)
        assert len(squares) / rare.sum() == pytest.approx(RARE_ERRORS[place][0])


class TestUnseen:
    """What passes."""

    def test_rare_thousands_are_guarded_against(self):
        """None or few pass, of which Student's interval passes far more than the level."""
        found = unseen(THOUSANDS, SAMPLES, np.random.default_rng(SEED))
        assert found.ours <= LEVEL
        assert bound(found.student, SAMPLES, 0.01) > 2 * LEVEL
        assert bound(found.any_five, SAMPLES, 0.01) > 2 * LEVEL

    def test_rarer_errors_are_not(self):
        """A limit: a ceiling on RMSE is passed more often than the level says where errors are so rare."""
        found = unseen(ERRORS[1], SAMPLES, np.random.default_rng(SEED))
        assert bound(found.ours, SAMPLES, 0.01) > 1.2 * LEVEL

    def test_students_bound_is_the_jackknifes(self):
        """Of equal clusters each left out in turn, with Student's quantile for one less than there are."""
        rng = np.random.default_rng(SEED)
        values, codes = rng.standard_normal(60), np.repeat(np.arange(12), 5)
        without = np.array([values[codes != one].mean() for one in range(12)])
        error = np.sqrt(np.square(without - values.mean()).sum())
        assert students(values, codes) == pytest.approx(values.mean() - t.ppf(1 - LEVEL, 11) * error)


@pytest.mark.long
class TestTable:
    """`make simulate ARGS="--only unseen --quick"`."""

    def test_has_every_case_and_meets_its_goals(self):
        """A line for each; what is guarded stays at the level, and Student's interval does not."""
        found = hidden(SEED, quick=True, tell=print)
        figures = {one.name: one.value for one in found.figures}
        assert len(found.lines) == len(list(guarded())) + len(list(limits()))
        assert figures["unseen_guarded"] <= 1.2 * LEVEL
        assert figures["unseen_student"] >= 0.1
