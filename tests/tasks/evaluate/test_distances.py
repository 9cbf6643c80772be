"""Errors of numbers: textbook values, the delta method, and no worst."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.quantile_regression import QuantReg

from tasks.errors import BadInput
from tasks.evaluate.distances import (
    absolute_rows,
    least_absolute_lead,
    least_pinball_lead,
    pinball_rows,
    root_rows,
    squared_rows,
)
from tasks.evaluate.evidence import clustered_mean
from tasks.train.step import naive_answer

LABELS, SAID = np.array([1.0, 2.0, -3.0, 10.0]), np.array([0.0, 2.0, 1.0, 8.0])
NUMBERS = st.floats(-1e6, 1e6)


class TestErrors:
    """Squared and absolute errors, row by row."""

    def test_of_four_rows(self):
        """By hand: 1, 0, 16, 4 and their roots."""
        assert squared_rows(LABELS, SAID).tolist() == [1, 0, 16, 4]
        assert absolute_rows(LABELS, SAID).tolist() == [1, 0, 4, 2]

    @pytest.mark.parametrize("rows", [squared_rows, absolute_rows, root_rows])
    def test_of_no_rows(self, rows):
        """There are none."""
        assert rows(np.array([]), np.array([])).tolist() == []

    @pytest.mark.parametrize("rows", [squared_rows, absolute_rows, root_rows])
    @pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
    def test_refuse_what_is_no_number(self, rows, wrong):
        """A label or a prediction that is not finite is named by its row."""
        with pytest.raises(BadInput, match=r"labels that are finite numbers, found 1 of 4 .* in row 2"):
            rows(np.where(np.arange(4) == 2, wrong, LABELS), SAID)
        with pytest.raises(BadInput, match=r"predictions that are finite numbers, found 1 of 4 .* in row 3"):
            rows(LABELS, np.where(np.arange(4) == 3, wrong, SAID))

    def test_refuse_unequal_lengths(self):
        """One prediction for each label."""
        with pytest.raises(BadInput, match="expected a prediction for each label"):
            squared_rows(LABELS, SAID[:3])


class TestRoot:
    """The root of the mean squared error as a mean of one number per row."""

    def test_is_the_textbook_rmse(self):
        """The mean of the rows is the root of 21 / 4."""
        assert root_rows(LABELS, SAID).mean() == pytest.approx(np.sqrt(21 / 4), rel=1e-14)

    def test_a_model_without_error(self):
        """0 everywhere: there is nothing to measure doubt by, and no division by zero."""
        assert root_rows(LABELS, LABELS).tolist() == [0, 0, 0, 0]

    def test_its_spread_is_that_of_the_root(self):
        """Over 4,000 samples the standard error that the rows give is that of the RMSEs, within 3%."""
        rng = np.random.default_rng(1)
        errors = rng.standard_t(8, size=(4_000, 400))
        roots = np.sqrt(np.square(errors).mean(axis=1))
        told = [root_rows(one, np.zeros(400)).std(ddof=1) / 20 for one in errors]
        assert np.mean(told) == pytest.approx(roots.std(ddof=1), rel=0.03)

    def test_its_bound_is_never_below_that_of_the_square(self):
        """The upper bound of RMSE, squared, is at least the upper bound of the mean squared error."""
        for seed in range(50):
            errors = np.random.default_rng(seed).standard_t(5, size=300)
            days = np.arange(300) // 10
            root = clustered_mean(root_rows(errors, np.zeros(300)), days)
            square = clustered_mean(squared_rows(errors, np.zeros(300)), days)
            assert root.high is not None
            assert square.high is not None
            assert root.high**2 >= square.high * (1 - 1e-9)

    @given(st.lists(NUMBERS, min_size=1, max_size=20), st.floats(1e-3, 1e3))
    def test_grows_with_the_unit(self, errors, unit):
        """In another unit of the label it is the same number in that unit."""
        values = np.array(errors)
        here = root_rows(values, np.zeros(len(values))).mean()
        there = root_rows(unit * values, np.zeros(len(values))).mean()
        assert there == pytest.approx(unit * here, rel=1e-9, abs=1e-150)

    @pytest.mark.parametrize("size", [1e-160, 1e15])
    def test_of_tiny_and_huge_errors(self, size):
        """Neither vanishes into a division by zero, nor is lost."""
        rows = root_rows(np.array([size, -size, 3 * size]), np.zeros(3))
        assert np.isfinite(rows).all()


class TestLeastAbsoluteLead:
    """What the lead of one prediction over another can be at worst."""

    @given(NUMBERS, NUMBERS, NUMBERS)
    def test_no_label_does_worse(self, label, champion, challenger):
        """Whatever the label, the lead is at least minus the distance of the two, and is reached."""
        one = [np.array([number]) for number in (label, champion, challenger)]
        least = least_absolute_lead(one[1], one[2])
        lead = absolute_rows(one[0], one[1]) - absolute_rows(one[0], one[2])
        assert lead[0] >= least[0] - 1e-6
        assert absolute_rows(one[1], one[1]) - absolute_rows(one[1], one[2]) == least


ALPHAS = st.floats(0.01, 0.99)


class TestPinball:
    """The loss of a quantile."""

    def test_of_four_rows(self):
        """By hand at 0.9: one above, one met, four below, two above."""
        assert pinball_rows(LABELS, SAID, 0.9) == pytest.approx([0.9, 0, 0.4, 1.8])

    @pytest.mark.parametrize("alpha", [0.2, 0.5, 0.8])
    def test_agrees_with_statsmodels(self, alpha):
        """One less the loss of its quantile regression, by that of the plain quantile, is its pseudo R2."""
        rng = np.random.default_rng(2)
        features = np.column_stack((np.ones(501), rng.normal(size=501)))
        labels = features @ [1.0, 2.0] + rng.exponential(size=501)
        found = QuantReg(labels, features).fit(alpha)
        own, plain = (
            pinball_rows(labels, said, alpha).mean()
            for said in (found.predict(features), np.full(501, naive_answer(labels, alpha)))
        )
        assert 1 - own / plain == pytest.approx(found.prsquared, rel=1e-4)

    @given(st.lists(NUMBERS, min_size=1, max_size=20), NUMBERS, st.sampled_from([0.1, 0.25, 0.5, 0.9]))
    def test_is_least_at_the_quantile(self, labels, other, alpha):
        """No constant has less than the quantile that is the naive baseline."""
        values = np.array(labels)
        own, others = (
            pinball_rows(values, np.full(len(values), said), alpha).mean()
            for said in (naive_answer(values, alpha), other)
        )
        assert own <= others + 1e-9 * max(1.0, abs(others))

    @pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1, np.nan])
    def test_of_no_quantile(self, wrong):
        """All, nothing and no number are no quantile."""
        with pytest.raises(BadInput, match="expected an alpha between 0 and 1"):
            pinball_rows(LABELS, SAID, wrong)

    def test_refuses_what_is_no_number(self):
        """As the other errors do."""
        with pytest.raises(BadInput, match=r"labels that are finite numbers, found 1 of 4"):
            pinball_rows(np.array([1, 2, np.nan, 3.0]), SAID, 0.9)


class TestLeastPinballLead:
    """What the lead of one quantile over another can be at worst."""

    @given(NUMBERS, NUMBERS, NUMBERS, ALPHAS)
    def test_no_label_does_worse(self, label, champion, challenger, alpha):
        """Whatever the label, the lead is no less, and a label outside the two reaches it."""
        one = [np.array([number]) for number in (label, champion, challenger)]
        least = least_pinball_lead(one[1], one[2], alpha)[0]

        def lead(at: np.ndarray) -> float:
            return (pinball_rows(at, one[1], alpha) - pinball_rows(at, one[2], alpha))[0]

        assert lead(one[0]) >= least - 1e-6
        outside = (np.minimum(one[1], one[2]) - 1, np.maximum(one[1], one[2]) + 1)
        assert min(lead(at) for at in outside) == pytest.approx(least, abs=1e-6)

    @given(NUMBERS, NUMBERS, ALPHAS)
    def test_is_bounded_by_the_distance(self, champion, challenger, alpha):
        """Never below max(alpha, 1 - alpha) times how far the two are apart, nor above 0."""
        least = least_pinball_lead(np.array([champion]), np.array([challenger]), alpha)[0]
        assert -max(alpha, 1 - alpha) * abs(champion - challenger) - 1e-9 <= least <= 0
