"""The bootstrap-t is what its docstring says, and a plain one agrees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.evaluate.resampling import MOST_HEAPS, critical_value


def deviations(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Sums of clusters less what their size makes of the mean."""
    return values - sizes * values.sum() / sizes.sum()


def plainly(sums: np.ndarray, sizes: np.ndarray, level: float, draws: int = 40_000) -> float:
    """The same quantile by a loop over samples of other random numbers."""
    rng, shares, found = np.random.default_rng(3), sizes / sizes.sum(), []
    for _ in range(draws):
        drawn = rng.integers(0, len(sums), len(sums))
        moved = sums[drawn].sum() / sizes[drawn].sum()
        rest = (sums[drawn] - moved * sizes[drawn]) / (1 - shares[drawn])
        found.append(moved / (np.sqrt(np.square(rest).sum()) / sizes[drawn].sum()))
    return float(np.quantile(found, 1 - level))


class TestCriticalValue:
    """How far t* strays upwards."""

    @pytest.mark.parametrize("level", [0.05, 0.01])
    @pytest.mark.parametrize("seed", range(3))
    def test_agrees_with_a_plain_bootstrap(self, seed, level):
        """Unequal, skewed clusters: the quantile of 40,000 other samples, within what 2,000 can tell."""
        rng = np.random.default_rng(seed)
        sizes = np.ceil(rng.lognormal(2, 0.7, 40))
        sums = deviations(rng.exponential(size=40) * sizes, sizes)
        expected = plainly(sums, sizes, level)
        assert critical_value(sums, sizes, level) == pytest.approx(expected, rel=0.12)

    @pytest.mark.parametrize("level", [0.05, 0.01])
    def test_agrees_with_scipys_bootstrap(self, level):
        """Of independent rows it is scipy's percentile of t*, within what 2,000 samples can tell."""
        values = np.random.default_rng(6).exponential(size=60)

        def studentized(drawn: np.ndarray, axis: int = -1) -> np.ndarray:
            return (drawn.mean(axis) - values.mean()) / (drawn.std(axis) / np.sqrt(60) * 60 / 59)

        found = stats.bootstrap(
            (values,), studentized, n_resamples=20_000, confidence_level=1 - 2 * level,
            method="percentile", rng=np.random.default_rng(7), batch=2_000,
        )  # fmt: skip
        ours = critical_value(values - values.mean(), np.ones(60), level)
        assert ours == pytest.approx(found.confidence_interval.high, rel=0.12)

    @pytest.mark.parametrize("clusters", [3, 250, 251, 4000])
    def test_equal_clusters_in_any_order_of_equals(self, clusters):
        """Deviations with ties draw the same samples whatever their order, with sizes that differ or not."""
        rng = np.random.default_rng(9)
        sums = rng.integers(-2, 3, clusters).astype(float)
        for sizes in (np.ones(clusters), rng.integers(1, 3, clusters).astype(float)):
            order = rng.permutation(clusters)
            told = critical_value(sums, sizes, 0.05)
            assert critical_value(sums[order], sizes[order], 0.05) == told

    def test_is_students_for_many_symmetric_clusters(self):
        """Of 200 Gaussian clusters it is Student's quantile, nearly."""
        sums = np.random.default_rng(1).normal(size=200)
        found = critical_value(deviations(sums, np.ones(200)), np.ones(200), 0.05)
        assert found == pytest.approx(stats.t.ppf(0.95, 199), rel=0.05)

    def test_counts_samples_without_a_loss(self):
        """Of equal clusters with k losses t* is (k - k*) / sqrt(k*): its quantile is a Poisson's, nearly."""
        sums = deviations(np.where(np.arange(200) < 10, -1.0, 0.0), np.ones(200))
        few = stats.binom.ppf(0.05, 200, 10 / 200)
        told = (10 - few) / np.sqrt(few * (1 - few / 200))
        assert critical_value(sums, np.ones(200), 0.05) == pytest.approx(told, rel=0.03)

    def test_is_infinite_if_too_many_samples_have_none(self):
        """Two losses are missing from one sample in seven; at a level of 5% nothing can be told."""
        sums = deviations(np.where(np.arange(200) < 2, -1.0, 0.0), np.ones(200))
        assert critical_value(sums, np.ones(200), 0.05) == np.inf
        assert critical_value(sums, np.ones(200), 0.2) < np.inf

    @given(st.integers(0, 2**32 - 1), st.integers(5, 400))
    @settings(max_examples=20, deadline=None)
    def test_does_not_depend_on_the_order_of_clusters(self, seed, clusters):
        """Renamed clusters draw the same samples."""
        rng = np.random.default_rng(seed)
        sizes = rng.integers(1, 9, clusters).astype(float)
        sums = deviations(rng.normal(size=clusters), sizes)
        order = rng.permutation(clusters)
        assert critical_value(sums, sizes, 0.05) == critical_value(sums[order], sizes[order], 0.05)

    @pytest.mark.parametrize("factor", [1e-9, 3.0, 1e9])
    def test_has_no_unit(self, factor):
        """Deviations in another unit, and rows counted by the dozen, are the same clusters."""
        rng = np.random.default_rng(2)
        sizes = rng.integers(1, 9, 30).astype(float)
        sums = deviations(rng.normal(size=30), sizes)
        plain = critical_value(sums, sizes, 0.05)
        assert critical_value(sums * factor, sizes * 12, 0.05) == pytest.approx(plain, abs=2e-6)

    def test_heaps_stand_for_clusters(self):
        """Ten thousand skewed clusters in heaps: Hall's correction for their skewness, nearly."""
        rng = np.random.default_rng(4)
        count = MOST_HEAPS * 40
        sums = deviations(-(rng.exponential(size=count) ** 2), np.ones(count))
        skewness = stats.skew(sums) / np.sqrt(count)
        z = stats.norm.ppf(0.95)
        expected = z - skewness * (2 * z**2 + 1) / 6
        assert critical_value(sums, np.ones(count), 0.05) == pytest.approx(expected, rel=0.05)

    def test_a_strict_level_draws_more_samples(self):
        """At a level of 1 in 1,000 enough samples lie beyond the quantile to know it."""
        sums = np.random.default_rng(5).normal(size=200)
        found = critical_value(deviations(sums, np.ones(200)), np.ones(200), 0.001)
        assert found == pytest.approx(stats.t.ppf(0.999, 199), rel=0.15)
