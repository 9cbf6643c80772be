"""Intervals that cover as declared where rows are exchangeable; on too few rows, none."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import binomtest

from tasks.train.intervals import PredictionIntervals, fit_intervals
from tasks.train.uncertainty import place_of

NUMBERS = st.one_of(st.floats(-1e15, 1e15), st.sampled_from([0.0, 20.1, 21.0, 1e-300, -1e15]))


def drawn(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and predictions that are off by a skewed error."""
    draw = np.random.default_rng(seed)
    told = 20 + 3 * draw.normal(size=rows)
    return told + draw.exponential(size=rows), told


class TestFitted:
    """The split conformal distance."""

    @given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=60), st.integers(1, 99))
    def test_enough_of_its_own_rows_are_held(self, rows, percent):
        """(n + 1) coverage of the n rows at least, whatever rounding does to the bounds; or every row."""
        labels, told = (np.array(one) for one in zip(*rows, strict=True))
        found = fit_intervals(labels, told, percent / 100)
        held = int(found.hold(told, labels).sum())
        assert held >= min(len(rows), place_of(len(rows), percent / 100))

    @given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=60), st.integers(1, 99))
    def test_nothing_narrower_would_do(self, rows, percent):
        """Below the half-width, less its allowance for rounding, too few errors lie."""
        labels, told = (np.array(one) for one in zip(*rows, strict=True))
        found = fit_intervals(labels, told, percent / 100)
        if found.half_width is not None:
            allowance = np.spacing(max(np.abs(labels).max(), np.abs(told).max()))
            closer = int((np.abs(labels - told) < found.half_width - 2 * allowance).sum())
            assert 100 * closer < percent * (len(rows) + 1)

    @pytest.mark.parametrize("coverage", [0.5, 0.9, 0.95])
    def test_agrees_with_numpys_quantile(self, coverage):
        """The quantile of the absolute errors at ceil((n + 1) coverage) / n."""
        labels, told = drawn(1_234, 5)
        level = np.ceil((1_234 + 1) * coverage) / 1_234
        wanted = np.quantile(np.abs(labels - told), level, method="inverted_cdf")
        assert fit_intervals(labels, told, coverage).half_width == pytest.approx(wanted, abs=1e-13)

    @pytest.mark.parametrize("coverage", [0.6, 0.8, 0.9])
    def test_cover_new_rows_as_declared(self, coverage):
        """Of 4,000 new exchangeable rows, each with an interval from 99 rows, so many are held and few more.

        The chance lies between the coverage and the coverage + 1 / (n + 1) (theorem 2); chance at 1 in 1,000.
        """
        held = 0
        for seed in range(4_000):
            labels, told = drawn(100, seed)
            held += bool(fit_intervals(labels[1:], told[1:], coverage).hold(told[:1], labels[:1])[0])
        assert binomtest(held, 4_000, coverage, alternative="less").pvalue > 0.001
        assert binomtest(held, 4_000, coverage + 0.01, alternative="greater").pvalue > 0.001

    @pytest.mark.parametrize(("rows", "few"), [(1, True), (8, True), (9, False)])
    def test_too_few_rows_rule_nothing_out(self, rows, few, caplog):
        """90% takes nine rows: with fewer every label is possible, and a warning says what to do."""
        caplog.set_level(logging.WARNING)
        found = fit_intervals(np.arange(rows, dtype=float), np.zeros(rows), 0.9)
        assert (found.half_width is None) is few
        assert found.hold(np.zeros(1), np.array([1e15])).tolist() == [few]
        assert ("too few for intervals" in caplog.text) is few
        assert ("widen prepare.selection_days or lower train.coverage" in caplog.text) is few

    def test_labels_that_tie_at_the_bound_are_held(self):
        """Every label is 0.9 off, a distance that no sum of floats hits: all are inside all the same."""
        labels, told = np.full(50, 21.0), np.full(50, 20.1)
        assert fit_intervals(labels, told, 0.9).hold(told, labels).all()


class TestIntervals:
    """Which numbers are possible."""

    def test_bounds(self):
        """The prediction more or less the half-width, both bounds possible."""
        found = PredictionIntervals(coverage=0.9, half_width=2.5)
        told = np.array([1.0, 1.0, 1.0, 1.0])
        assert [one.tolist() for one in found.bounds(told)] == [[-1.5] * 4, [3.5] * 4]
        assert found.hold(told, np.array([-1.6, -1.5, 3.5, 3.6])).tolist() == [False, True, True, False]

    def test_without_a_half_width_there_are_no_bounds(self):
        """Both are no number."""
        low, high = PredictionIntervals(coverage=0.9, half_width=None).bounds(np.zeros(3))
        assert np.isnan(low).all()
        assert np.isnan(high).all()

    @pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf])
    def test_a_card_holds_no_other_half_width(self, wrong):
        """Below 0, or no finite number, is refused."""
        with pytest.raises(ValidationError, match="half_width"):
            PredictionIntervals(coverage=0.9, half_width=wrong)
