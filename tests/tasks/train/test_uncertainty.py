"""A calibrator that keeps the order, and sets that cover as declared; on rows that tell nothing, neither."""

import logging
from collections import Counter

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.special import expit, logit
from scipy.stats import binomtest

from tasks.train.uncertainty import BOTH, Calibration, Sets, fit_calibration, fit_sets

SHARES = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 0.5, 1e-300, 1 - 1e-16]))


def drawn(rows: int, seed: int = 0, *, sure: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and probabilities whose log odds are `sure` times the true ones, less a half."""
    draw = np.random.default_rng(seed)
    odds = 1.5 * draw.normal(size=rows)
    labels = (draw.random(rows) < expit(odds)).astype(float)
    return labels, expit(sure * odds - 0.5)


class TestCalibration:
    """Platt's scaling."""

    @pytest.mark.parametrize(("rows", "sure"), [(30, 1.0), (2_000, 3.0), (20_000, 0.3)])
    def test_agrees_with_statsmodels(self, rows, sure):
        """A binomial GLM on the same log odds and targets comes to the same slope and intercept."""
        labels, told = drawn(rows, sure=sure)
        ones, zeros = labels.sum(), rows - labels.sum()
        targets = np.where(labels == 1, (ones + 1) / (ones + 2), 1 / (zeros + 2))
        wanted = sm.GLM(targets, sm.add_constant(logit(told)), family=sm.families.Binomial()).fit(tol=1e-13)
        found = fit_calibration(labels, told)
        assert (found.intercept, found.slope) == pytest.approx(tuple(wanted.params), abs=2e-7)

    def test_repairs_what_is_too_sure(self):
        """Log odds three times too large and moved by a half become the true ones, within a tenth."""
        found = fit_calibration(*drawn(20_000, sure=3.0))
        assert found.slope == pytest.approx(1 / 3, rel=0.1)
        assert found.intercept == pytest.approx(0.5 / 3, abs=0.1)

    def test_rows_parted_perfectly_stay_finite(self):
        """No probability becomes 0 or 1, though none was wrong: Platt's targets allow for what is to come."""
        labels = np.repeat([0.0, 1.0], 20)
        told = fit_calibration(labels, np.where(labels == 1, 1.0, 0.0)).probabilities(np.array([0.0, 1.0]))
        assert told == pytest.approx([1 / 22, 21 / 22], abs=1e-6)

    @given(st.lists(SHARES, min_size=1, max_size=30), st.floats(1e-3, 30), st.floats(-30, 30))
    def test_no_row_overtakes_another(self, told, slope, intercept):
        """Whatever the two numbers are, in order stays in order, between 0 and 1, and equals stay equal."""
        told = np.sort(np.array(told))
        found = Calibration(slope=slope, intercept=intercept).probabilities(told)
        assert (np.diff(found) >= 0).all()
        assert ((found >= 0) & (found <= 1)).all()
        assert found[np.searchsorted(told, told)].tolist() == found.tolist()

    def test_the_order_of_rows_is_nothing(self):
        """The same rows in another order are the same model, to the last digit that is kept."""
        labels, told = drawn(5_000)
        order = np.random.default_rng(1).permutation(5_000)
        assert fit_calibration(labels[order], told[order]) == fit_calibration(labels, told)

    @pytest.mark.parametrize(
        ("labels", "told", "why"),
        [
            ([1, 1, 1], [0.1, 0.5, 0.9], "one label or one probability only"),
            ([0, 0, 0], [0.1, 0.5, 0.9], "one label or one probability only"),
            ([0, 1, 0], [0.3, 0.3, 0.3], "one label or one probability only"),
            ([0, 1, 0], [0.0, 0.0, 0.0], "one label or one probability only"),
            ([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9], "do not come true more often"),
        ],
    )
    def test_without_anything_to_learn_there_is_none(self, labels, told, why, caplog):
        """One class, one score, or an order that is upside down: no calibration, and a warning says why."""
        assert fit_calibration(np.array(labels, float), np.array(told)) is None
        assert why in caplog.text

    @given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), SHARES), min_size=1, max_size=20))
    def test_no_rows_break_it(self, rows):
        """Zeros, ones and ties: either nothing, or two finite numbers and a slope above 0."""
        labels, told = (np.array(one) for one in zip(*rows, strict=True))
        found = fit_calibration(labels, told)
        if found is not None:
            assert found.slope > 0
            assert np.isfinite(found.probabilities(told)).all()

    @pytest.mark.parametrize("slope", [0.0, -1.0])
    def test_a_card_cannot_turn_the_order_round(self, slope):
        """A slope that is not above 0 is no calibration."""
        with pytest.raises(ValidationError, match="slope"):
            Calibration(slope=slope, intercept=0.0)


class TestFittedSets:
    """The split conformal quantile."""

    @given(
        st.lists(st.tuples(st.sampled_from([0.0, 1.0]), SHARES), min_size=1, max_size=60),
        st.integers(1, 99),
    )
    def test_most_doubt_leaves_enough_rows_below(self, rows, percent):
        """It is the least doubt that (n + 1) coverage of n rows do not exceed; 1 where there are fewer."""
        labels, told = (np.array(one) for one in zip(*rows, strict=True))
        doubt = [1 - p if label else p for label, p in zip(labels, told, strict=True)]
        enough = [d for d in doubt if 100 * sum(one <= d for one in doubt) >= percent * (len(rows) + 1)]
        found = fit_sets(labels, told, percent / 100)
        assert found.most_doubt == min(enough, default=1.0)

    @pytest.mark.parametrize("coverage", [0.5, 0.9, 0.95])
    def test_agrees_with_numpys_quantile(self, coverage):
        """The quantile at ceil((n + 1) coverage) / n, as Angelopoulos & Bates write it."""
        labels, told = drawn(1_234, 5)
        doubt = np.abs(labels - told)
        level = np.ceil((1_234 + 1) * coverage) / 1_234
        wanted = np.quantile(doubt, level, method="inverted_cdf")
        assert fit_sets(labels, told, coverage).most_doubt == pytest.approx(wanted, abs=1e-15)

    @given(
        st.lists(st.tuples(st.sampled_from([0.0, 1.0]), SHARES), min_size=1, max_size=40),
        SHARES,
        st.integers(1, 99),
    )
    def test_possible_labels_are_those_of_large_p_value(self, rows, new, percent):
        """As Vovk says it: one plus the rows as strange are more than 1 - coverage of n + 1."""
        labels, told = (np.array(one) for one in zip(*rows, strict=True))
        doubt = [1 - p if label else p for label, p in zip(labels, told, strict=True)]
        most = fit_sets(labels, told, percent / 100).most_doubt
        for strange in (new, 1 - new):
            as_strange = 1 + sum(one >= strange for one in doubt)
            possible = 100 * as_strange > (100 - percent) * (len(rows) + 1)
            assert (strange <= most) == possible

    @pytest.mark.parametrize(("rows", "percent"), [(10, 90), (23, 80), (100, 95), (57, 33)])
    def test_each_row_left_out_in_turn(self, rows, percent):
        """Of n + 1 different doubts, sets of the others hold exactly ceil((n + 1) coverage)."""
        labels, told = drawn(rows, 9)
        held = 0
        for left in range(rows):
            others = np.arange(rows) != left
            most = fit_sets(labels[others], told[others], percent / 100).most_doubt
            held += bool(np.abs(labels - told)[left] <= most)
        assert held == -(-rows * percent // 100)

    @pytest.mark.parametrize("coverage", [0.6, 0.8, 0.9])
    def test_cover_new_rows_as_declared(self, coverage):
        """Of 4,000 new exchangeable rows, each with sets from 99 rows of its own, at least so many are held.

        The chance is the coverage at least; nothing lies below but chance (at 1 in 1,000).
        """
        held = 0
        for seed in range(4_000):
            labels, told = drawn(100, seed, sure=2.0)
            held += bool(fit_sets(labels[1:], told[1:], coverage).hold(told[:1], labels[:1])[0])
        assert binomtest(held, 4_000, coverage, alternative="less").pvalue > 0.001

    def test_cover_no_more_than_declared_where_sets_are_tight(self):
        """With a coverage above the share that is right, no set is empty: 90% is 90% to within two points."""
        labels, told = drawn(20_000, 3)
        new_labels, new_told = drawn(20_000, 4)
        found = fit_sets(labels, told, 0.9)
        assert found.most_doubt > 0.5
        assert found.hold(new_told, new_labels).mean() == pytest.approx(0.9, abs=0.02)

    @pytest.mark.parametrize(("rows", "few"), [(1, True), (8, True), (9, False)])
    def test_too_few_rows_rule_nothing_out(self, rows, few, caplog):
        """90% takes nine rows: with fewer every set holds both labels, and a warning says what to do."""
        caplog.set_level(logging.WARNING)
        found = fit_sets(np.zeros(rows), np.full(rows, 0.1), 0.9)
        assert (found.most_doubt == 1.0) is few
        said = found.words(np.array([0.0, 0.5, 1.0])).tolist()
        assert said == ([BOTH] * 3 if few else ["0", BOTH, "1"])
        assert ("too few for sets" in caplog.text) is few
        assert ("widen prepare.selection_days or lower train.coverage" in caplog.text) is few


class TestSets:
    """Which labels are possible."""

    def test_words_by_probability(self):
        """With a doubt of up to 0.7 both labels are possible from 0.3 to 0.7, the bounds included."""
        told = np.array([0.0, 0.29, 0.3, 0.5, 0.7, 0.71, 1.0])
        said = Sets(coverage=0.9, most_doubt=0.7).words(told).tolist()
        assert said == ["0", "0", BOTH, BOTH, BOTH, "1", "1"]

    def test_a_set_of_neither_is_one_of_both(self):
        """With a doubt of up to 0.2 nothing is possible between 0.2 and 0.8: there the model is not sure."""
        told = np.array([0.1, 0.2, 0.21, 0.5, 0.79, 0.81, 0.9])
        found = Sets(coverage=0.9, most_doubt=0.2)
        assert found.words(told).tolist() == ["0", "0", BOTH, BOTH, BOTH, "1", "1"]
        assert found.hold(told, np.ones(7)).tolist() == [False, False, True, True, True, True, True]

    @given(st.lists(SHARES, min_size=1), st.floats(0, 1))
    def test_hold_what_the_words_say(self, told, most_doubt):
        """The label is held exactly where the words name it, and sure is where they name one."""
        told, found = np.array(told), Sets(coverage=0.9, most_doubt=most_doubt)
        words = found.words(told)
        for label in (0.0, 1.0):
            named = [f"{label:.0f}" in word for word in words]
            assert found.hold(told, np.full(len(told), label)).tolist() == named
        assert Counter(words)[BOTH] == (~found.sure(told)).sum()
