"""The labels' own correlation is the textbook's, and a design effect is what variance it costs."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from tasks.plan.labels import design_effect, label_correlation

rows = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60).map(
    lambda pairs: (np.array([float(y) for y, _ in pairs]), np.array([g for _, g in pairs]))
)


def drawn(correlation: float, sizes: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Labels of 30% whose clusters have beta distributed shares, of this correlation."""
    draw = np.random.default_rng(seed)
    whole = (1 - correlation) / correlation
    shares = draw.beta(0.3 * whole, 0.7 * whole, len(sizes))
    codes = np.repeat(np.arange(len(sizes)), sizes)
    return (draw.random(len(codes)) < shares[codes]).astype(float), codes


class TestLabelCorrelation:
    """The estimator of the analysis of variance."""

    @given(rows)
    def test_equals_that_of_statsmodels_table(self, drawn_rows):
        """From the mean squares of an ordinary regression on clusters, wherever there are any."""
        labels, codes = drawn_rows
        sizes = np.unique(codes, return_counts=True)[1]
        found = label_correlation(labels, codes)
        if len(sizes) < 2 or len(sizes) == len(labels) or len(set(labels)) == 1:
            assert found == 0
            return
        fit = sm.OLS(labels, (codes[:, None] == np.unique(codes)).astype(float)).fit()
        between, within = fit.ess / (len(sizes) - 1), fit.ssr / (len(labels) - len(sizes))
        usual = (len(labels) - (sizes**2).sum() / len(labels)) / (len(sizes) - 1)
        wanted = (between - within) / (between + (usual - 1) * within)
        assert found == pytest.approx(max(wanted, 0), abs=1e-9)

    @pytest.mark.parametrize("correlation", [0.02, 0.1, 0.4])
    def test_finds_what_was_drawn(self, correlation):
        """The mean over 40 samples of 60 unequal clusters is the correlation that they were drawn with."""
        sizes = np.random.default_rng(1).integers(5, 60, 60)
        found = [label_correlation(*drawn(correlation, sizes, seed)) for seed in range(40)]
        assert np.mean(found) == pytest.approx(correlation, rel=0.1)

    def test_of_clusters_that_agree(self):
        """Where each cluster has one label only it is 1; where they split alike, 0."""
        codes = np.repeat(np.arange(10), 4)
        assert label_correlation((codes % 2).astype(float), codes) == pytest.approx(1)
        assert label_correlation(np.tile([0.0, 1.0], 20), codes) == 0


class TestDesignEffect:
    """By what the variance of a mean grows."""

    def test_is_the_variance_of_a_mean(self):
        """Of 4,000 means of unequal clusters, against that of as many independent rows."""
        sizes = np.array([2, 5, 9, 30, 14, 1, 21])
        means = [drawn(0.2, sizes, seed)[0].mean() for seed in range(4_000)]
        grown = np.var(means) / (0.3 * 0.7 / sizes.sum())
        assert grown == pytest.approx(design_effect(sizes, 0.2), rel=0.08)

    def test_of_equal_clusters_is_kishs(self):
        """1 + (b - 1) r; and 1 where rows of a cluster are no more alike, or there is one row in each."""
        assert design_effect(np.full(50, 11), 0.3) == pytest.approx(4)
        assert design_effect(np.full(50, 11), 0.0) == 1
        assert design_effect(np.ones(50), 0.3) == 1
