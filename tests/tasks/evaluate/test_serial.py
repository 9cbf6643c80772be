"""Neighbouring clusters that move together are seen, and the widening is Newey and West's."""

import numpy as np
import pytest
import statsmodels.api as sm

from tasks.evaluate.serial import LAGS, serial


def clustered(shocks: np.ndarray, rows: int = 5, noise: float = 0.3, seed: int = 0):
    """Rows that share their cluster's shock, beside noise of their own, and the clusters' codes."""
    codes = np.repeat(np.arange(len(shocks)), rows)
    return shocks[codes] + noise * np.random.default_rng(seed).normal(size=len(codes)), codes


def wave(clusters: int, carried: float, seed: int = 0) -> np.ndarray:
    """Shocks of which each carries over `carried` of the one before."""
    draw = np.random.default_rng(seed).normal(size=clusters)
    for now in range(1, clusters):
        draw[now] += carried * draw[now - 1]
    return draw


def newey_west(values: np.ndarray, codes: np.ndarray, lags: int) -> float:
    """The standard error of the mean over time groups, by statsmodels."""
    options = {"time": codes, "maxlags": lags, "use_correction": False}
    fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="hac-groupsum", cov_kwds=options)
    return float(fit.bse[0])


class TestWidening:
    """How much wider an interval would be that allows for three lags."""

    @pytest.mark.parametrize("carried", [0.8, 0.0, -0.7])
    def test_is_statsmodels(self, carried):
        """The ratio of the Newey-West standard error with three lags to that without any."""
        values, codes = clustered(wave(40, carried))
        found = serial(values, codes)
        ratio = newey_west(values, codes, LAGS) / newey_west(values, codes, 0)
        assert found.widening == pytest.approx(ratio, rel=1e-10)

    def test_unequal_clusters_are_summed_and_not_averaged(self):
        """Also where clusters have from one row to nine."""
        sizes = np.random.default_rng(3).integers(1, 10, 30)
        codes = np.repeat(np.arange(30), sizes)
        values = wave(30, 0.6)[codes]
        ratio = newey_west(values, codes, LAGS) / newey_west(values, codes, 0)
        assert serial(values, codes).widening == pytest.approx(ratio, rel=1e-10)

    def test_says_which_way(self):
        """Clusters that follow each other widen, those that alternate narrow, the others neither."""
        together, apart, neither = (serial(*clustered(wave(400, c))) for c in (0.7, -0.7, 0.0))
        assert together.widening > 1.3
        assert apart.widening < 0.8
        assert neither.widening == pytest.approx(1, abs=0.1)


class TestLagOne:
    """The correlation of a cluster's sum with the next one's."""

    @pytest.mark.parametrize("carried", [0.7, -0.5, 0.0])
    def test_is_what_is_carried_over(self, carried):
        """Of a long wave it is the share that each shock carries over."""
        assert serial(*clustered(wave(4000, carried))).lag_one == pytest.approx(carried, abs=0.05)

    def test_is_the_textbooks(self):
        """The sum of products of neighbours over the sum of squares, about the mean of all rows."""
        values, codes = np.array([1.0, 2, 4, 3, 1, 0, 2, 5, 6, 4]), np.arange(10)
        off = values - 2.8
        assert serial(values, codes).lag_one == pytest.approx((off[1:] * off[:-1]).sum() / (off**2).sum())

    def test_goes_by_the_codes_and_not_by_the_rows(self):
        """Rows in any order are the same; clusters in another order are not."""
        values, codes = clustered(wave(60, 0.8))
        order = np.random.default_rng(1).permutation(len(values))
        there = serial(values, codes)
        shuffled = serial(values[order], codes[order])
        assert (shuffled.lag_one, shuffled.widening) == pytest.approx((there.lag_one, there.widening))
        elsewhere = serial(values, np.random.default_rng(2).permutation(60)[codes])
        assert abs(elsewhere.lag_one) < there.lag_one - 0.3

    def test_codes_are_an_order_only(self):
        """What the codes are is nothing, but for which comes first."""
        values, codes = clustered(wave(20, 0.8))
        assert serial(values, 7 * codes - 30) == serial(values, codes)
        turned = serial(values, -codes)
        assert turned.lag_one == pytest.approx(serial(values, codes).lag_one)

    @pytest.mark.parametrize("unit", [1e-9, -1.0, 1e9])
    def test_units_are_nothing(self, unit):
        """In cents or in millions, as gain or as loss, it is the same."""
        values, codes = clustered(wave(20, 0.8))
        found, plain = serial(unit * values, codes), serial(values, codes)
        assert (found.lag_one, found.widening) == pytest.approx((plain.lag_one, plain.widening))


class TestNothingToTell:
    """Where there is too little, nothing is said."""

    @pytest.mark.parametrize(("clusters", "told"), [(7, False), (8, True)])
    def test_takes_eight_clusters(self, clusters, told):
        """Three lags need at least eight clusters."""
        assert (serial(*clustered(wave(clusters, 0.5))) is not None) is told

    def test_without_variation(self):
        """Zeros have no neighbours that move."""
        assert serial(np.zeros(40), np.arange(40) // 2) is None

    @pytest.mark.parametrize("value", [0.3, -7.3, 1e8 / 3])
    def test_a_constant_does_not_vary_by_its_rounding(self, value):
        """Equal values have none either, though their mean is a rounding apart from them."""
        assert serial(np.full(400, value), np.arange(400) // 20) is None

    def test_what_is_no_number(self):
        """One NaN among the values leaves nothing to say."""
        values, codes = clustered(wave(20, 0.5))
        values[3] = np.nan
        assert serial(values, codes) is None
