"""One temperature for all classes: the likeliest one; where none is, there is none."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import TypeAdapter, ValidationError
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from tasks.train.temperature import HOTTEST, Temperature, fit_temperature
from tasks.train.uncertainty import Calibration

TABLES = st.tuples(st.integers(1, 20), st.integers(3, 6)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.sampled_from([0, 1e-30, 1e-7, 0.1, 0.5, 1]))
)


def drawn(rows: int, classes: int = 3, seed: int = 0, *, sure: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and probabilities whose log odds are `sure` times the true ones."""
    draw = np.random.default_rng(seed)
    logits = 1.5 * draw.normal(size=(rows, classes))
    labels = (softmax(logits, axis=1).cumsum(axis=1) < draw.random((rows, 1))).sum(axis=1)
    return labels.astype(float), softmax(sure * logits, axis=1)


def shares(table: np.ndarray) -> np.ndarray:
    """Rows of the table as probabilities; a row of nothing is all alike."""
    table = table.astype(np.float64) + np.where(table.sum(axis=1, keepdims=True), 0, 1)
    return table / table.sum(axis=1, keepdims=True)


def loss(labels: np.ndarray, told: np.ndarray, temperature: float) -> float:
    """The log loss at a temperature, written out by scipy."""
    logs = log_softmax(np.log(np.clip(told, 1e-15, 1)) / temperature, axis=1)
    return float(-logs[np.arange(len(labels)), labels.astype(int)].sum())


class TestFitted:
    """What is fitted on selection."""

    @pytest.mark.parametrize(
        ("rows", "classes", "sure"), [(30, 3, 1.0), (2_000, 5, 3.0), (5_000, 3, 0.1), (500, 50, 20.0)]
    )
    def test_agrees_with_scipys_optimum(self, rows, classes, sure):
        """A search over the log loss itself, without a derivative, ends at the same temperature."""
        labels, told = drawn(rows, classes, sure=sure)
        wanted = minimize_scalar(
            lambda log: loss(labels, told, np.exp(log)), bounds=(-5, 5), options={"xatol": 1e-10}
        )
        found = fit_temperature(labels, told).temperature
        assert found == pytest.approx(np.exp(wanted.x), rel=1e-5)

    def test_by_hand(self):
        """Odds of 2 to 1 that come true in two rows of three are right; said as 8 to 1 they need T = 3.

        Each row says x = odds^(1/T) / (odds^(1/T) + 1) of the first class, and the likeliest x is the share
        of 2/3 that came: odds^(1/T) = 2.
        """
        for odds, temperature in ((2, 1.0), (8, 3.0), (2**0.5, 0.5)):
            told = np.array([[odds, 1]] * 3) / (odds + 1)
            found = fit_temperature(np.array([0.0, 0.0, 1.0]), told).temperature
            assert found == pytest.approx(temperature, rel=1e-8)

    def test_repairs_what_is_too_sure(self):
        """Log odds three times too large become the true ones, within a twentieth."""
        assert fit_temperature(*drawn(20_000, sure=3.0)).temperature == pytest.approx(3, rel=0.05)
        assert fit_temperature(*drawn(20_000, sure=0.5)).temperature == pytest.approx(0.5, rel=0.05)

    def test_two_classes_are_a_slope_without_an_intercept(self):
        """With two classes it is the slope of a logistic regression through the origin."""
        labels, told = drawn(3_000, 2, sure=2.0)
        odds = np.log(told[:, 1] / told[:, 0])
        wanted = sm.GLM(labels, odds, family=sm.families.Binomial()).fit(tol=1e-13).params[0]
        assert fit_temperature(labels, told).slope == pytest.approx(wanted, rel=1e-6)

    def test_the_order_of_rows_and_of_classes_is_nothing(self):
        """The same rows in another order, or classes declared in another, are the same temperature."""
        labels, told = drawn(5_000, 4, sure=2.0)
        order, classes = np.random.default_rng(1).permutation(5_000), np.array([2, 0, 3, 1])
        found = fit_temperature(labels, told)
        assert fit_temperature(labels[order], told[order]) == found
        assert fit_temperature(np.argsort(classes)[labels.astype(int)], told[:, classes]) == found

    @pytest.mark.parametrize(
        ("labels", "told", "why"),
        [
            ([0, 1, 2], np.eye(3) * 0.7 + 0.1, "no class that came was less likely than another"),
            ([0, 1, 2], np.full((3, 3), 1 / 3), "no class that came was less likely than another"),
            ([1, 2, 0], np.eye(3) * 0.7 + 0.1, "likelier classes do not come more often"),
            ([1, 1, 1], np.eye(3), "likelier classes do not come more often"),
        ],
    )
    def test_without_anything_to_learn_there_is_none(self, labels, told, why, caplog):
        """Never wrong, all alike, or upside down: no temperature, and a warning says why."""
        assert fit_temperature(np.array(labels, float), told) is None
        assert why in caplog.text

    @given(TABLES, st.randoms(use_true_random=False))
    def test_no_rows_break_it(self, table, random):
        """Zeros, ones and ties: either nothing, or probabilities that add up to 1 and lose no likelihood."""
        told = shares(table)
        labels = np.array([float(random.randrange(told.shape[1])) for _ in told])
        found = fit_temperature(labels, told)
        if found is not None:
            after = found.probabilities(told)
            assert after.sum(axis=1) == pytest.approx(np.ones(len(told)))
            assert loss(labels, told, found.temperature) <= loss(labels, told, 1.0) + 1e-6


class TestProbabilities:
    """What a temperature makes of answers."""

    def test_is_the_softmax_of_divided_logs(self):
        """As Guo et al. write it, whatever constant a row's logits have."""
        _, told = drawn(50)
        wanted = softmax(np.log(told) / 2.5 + 7, axis=1)
        assert Temperature(temperature=2.5).probabilities(told) == pytest.approx(wanted, abs=1e-12)

    def test_by_hand(self):
        """At a temperature of 2 shares go as their square roots."""
        found = Temperature(temperature=2).probabilities(np.array([[0.64, 0.32, 0.04]]))
        roots = np.array([0.8, np.sqrt(0.32), 0.2])
        assert found[0] == pytest.approx(roots / roots.sum())

    @given(TABLES, st.floats(-6, 6))
    def test_no_class_overtakes_another(self, table, log):
        """Whatever the temperature, classes stay in order, equals stay equal, and rows add up to 1."""
        told = shares(table)
        found = Temperature(temperature=10**log).probabilities(told)
        order = np.argsort(told, axis=1, kind="stable")
        assert (np.diff(np.take_along_axis(found, order, axis=1), axis=1) >= 0).all()
        assert (found.argmax(axis=1) == told.argmax(axis=1)).all()
        assert found.sum(axis=1) == pytest.approx(np.ones(len(told)))

    def test_a_row_alone_is_its_batch(self):
        """To the last bit, in tables of every size."""
        for classes in (3, 7, 50):
            _, told = drawn(33, classes)
            said = Temperature(temperature=1.7).probabilities(told)
            each = [Temperature(temperature=1.7).probabilities(told[[row]])[0] for row in range(33)]
            assert np.array_equal(said, np.array(each))

    def test_no_rows(self):
        """Nothing in, nothing out."""
        assert Temperature(temperature=2).probabilities(np.empty((0, 3))).shape == (0, 3)


class TestStored:
    """What a card may hold."""

    @pytest.mark.parametrize("wrong", [0.0, -1.0, HOTTEST * 2, 1e-7, float("nan"), float("inf")])
    def test_is_a_number_above_0(self, wrong):
        """Nothing that would turn the order round, or leave none."""
        with pytest.raises(ValidationError, match="temperature"):
            Temperature(temperature=wrong)

    def test_is_told_from_platts(self):
        """Either comes back as it went; what is half of both is neither."""
        either = TypeAdapter(Calibration | Temperature)
        for one in (Temperature(temperature=1.5), Calibration(slope=0.5, intercept=-1.0)):
            assert either.validate_json(one.to_bytes()) == one
        with pytest.raises(ValidationError):
            either.validate_python({"temperature": 1.0, "slope": 1.0, "intercept": 0.0})
