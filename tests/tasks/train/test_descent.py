"""The minimum is the one that dense algebra and another minimiser find, whatever the columns are."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from tasks.train.descent import RIDGE, Design, least

ROWS = 300


def design(seed: int = 0, rows: int = ROWS) -> Design:
    """Two numbers, and two categories of four and three codes with a column."""
    draw = np.random.default_rng(seed)
    numbers = np.vstack([np.ones(rows), draw.normal(size=(2, rows))])
    return Design(numbers, ((draw.integers(0, 5, rows), 4), (draw.integers(0, 4, rows), 3)))


def dense(one: Design) -> np.ndarray:
    """Its columns written out: (rows, columns)."""
    hot = [(codes[:, None] == np.arange(width)).astype(float) for codes, width in one.codes]
    return np.hstack([one.numbers.T, *hot])


def answers(one: Design, seed: int = 1) -> np.ndarray:
    """Labels of 0 and 1 that the columns tell something about."""
    draw = np.random.default_rng(seed)
    told = dense(one) @ draw.normal(size=one.columns)
    return (draw.random(len(told)) < expit(told)).astype(float)


class TestDesign:
    """Sums over columns that are not written out."""

    def test_are_those_of_the_matrix(self):
        """Weighted sums of rows, sums of columns and of their squares are matrix products."""
        one, draw = design(), np.random.default_rng(2)
        whole, weights, rows = dense(one), draw.normal(size=one.columns), draw.random(ROWS)
        assert one.times(weights) == pytest.approx(whole @ weights)
        assert one.sums(rows) == pytest.approx(whole.T @ rows)
        assert one.squares() == pytest.approx((whole**2).sum(axis=0))


class TestLeast:
    """One minimum."""

    def test_of_squares_is_ridge_regression(self):
        """The normal equations, solved by dense algebra, have the same solution."""
        one = design()
        labels = np.random.default_rng(3).normal(size=ROWS) + dense(one)[:, 1]
        whole, penalty = dense(one), np.diag([0.0] + [RIDGE] * (one.columns - 1))
        wanted = np.linalg.solve(whole.T @ whole + penalty, whole.T @ labels)
        assert least(one, labels, logistic=False) == pytest.approx(wanted, abs=1e-8)

    @pytest.mark.parametrize("seed", range(3))
    def test_of_log_loss_is_another_minimisers(self, seed):
        """BFGS on the loss as the textbook writes it ends at the same weights."""
        one = design(seed)
        labels, whole = answers(one, seed), dense(one)

        def loss(weights: np.ndarray) -> float:
            chance = expit(whole @ weights)
            told = -(labels * np.log(chance) + (1 - labels) * np.log(1 - chance)).sum()
            return told + RIDGE / 2 * (weights[1:] ** 2).sum()

        wanted = minimize(loss, np.zeros(one.columns), method="BFGS", options={"gtol": 1e-6}).x
        assert least(one, labels, logistic=True) == pytest.approx(wanted, abs=1e-5)

    @pytest.mark.parametrize("logistic", [True, False])
    def test_is_where_the_gradient_is_nothing(self, logistic):
        """At a hundred thousand rows, too, it is found far more closely than weights are rounded."""
        one = design(4, 100_000)
        labels = answers(one, 5)
        weights = least(one, labels, logistic=logistic)
        told = dense(one) @ weights
        wrong = (expit(told) if logistic else told) - labels
        gradient = dense(one).T @ wrong + RIDGE * np.r_[0, weights[1:]]
        assert np.abs(gradient).max() < 1e-7

    def test_of_labels_that_are_parted_perfectly(self):
        """The penalty keeps it finite: all rows are on their side, and none infinitely far."""
        one = design()
        labels = (one.numbers[1] > 0).astype(float)
        weights = least(one, labels, logistic=True)
        assert np.abs(weights).max() < 20
        assert ((one.times(weights) > 0) == (labels == 1)).mean() > 0.98

    def test_of_more_columns_than_rows(self):
        """Twelve rows of forty numbers have one minimum, that of dense algebra."""
        draw = np.random.default_rng(6)
        one = Design(np.vstack([np.ones(12), draw.normal(size=(40, 12))]), ())
        labels = draw.normal(size=12)
        penalty = np.diag([1e-9] + [RIDGE] * 40)
        wanted = np.linalg.solve(dense(one).T @ dense(one) + penalty, dense(one).T @ labels)
        assert least(one, labels, logistic=False) == pytest.approx(wanted, abs=1e-7)

    def test_without_any_column(self):
        """With an intercept alone it is the base rate's log odds, or the mean."""
        one, labels = Design(np.ones((1, 10)), ()), np.r_[np.ones(2), np.zeros(8)]
        assert least(one, labels, logistic=True) == pytest.approx([np.log(0.2 / 0.8)])
        assert least(one, labels, logistic=False) == pytest.approx([0.2])

    def test_where_whole_steps_lead_astray(self):
        """Seven rows, one far off: whole Newton steps end at billions, shortened ones at the minimum."""
        x = [[6, 7, 3, -44, -5, -16, -622], [5, 3, 49, 38, 10, 11, -58]]
        one, labels = Design(np.vstack([np.ones(7), x]), ()), np.array([1.0, 1, 0, 0, 1, 0, 0])
        weights = least(one, labels, logistic=True)
        gradient = one.sums(expit(one.times(weights)) - labels) + RIDGE * np.r_[0, weights[1:]]
        assert np.abs(gradient).max() < 1e-6
        assert np.abs(weights).max() < 10

    def test_one_label_in_many(self):
        """One row of label 1 among a hundred thousand is found, and told from the others."""
        labels = np.zeros(100_000)
        labels[7] = 1
        one = Design(np.vstack([np.ones(len(labels)), labels]), ())
        weights = least(one, labels, logistic=True)
        wrong = expit(one.times(weights)) - labels
        assert abs(wrong.sum()) < 1e-6
        assert abs((wrong * labels).sum() + RIDGE * weights[1]) < 1e-6

    def test_that_do_not_settle_are_told_of(self, monkeypatch, caplog):
        """Cut off after a step, they are not at the minimum, and a warning says so."""
        one = design()
        least(one, answers(one), logistic=True)
        assert caplog.text == ""
        monkeypatch.setattr("tasks.train.descent._STEPS", 1)
        least(one, answers(one), logistic=True)
        assert "did not settle" in caplog.text
