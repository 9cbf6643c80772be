"""Invariant 3, quickly: an equal challenger is promoted no more often than the level."""

from functools import cache

import numpy as np
import pytest
from simulations.nulls import LEVEL, METHODS, Case, bound, promotions, rivals

NULLS = 2_000
SEED = 7

CASES = [
    Case(20, spread=0.0, correlation=0.0),
    Case(20, spread=1.0, correlation=0.3),
    Case(50, spread=1.0, correlation=0.05),
]
LONGER = [
    Case(30, spread=0.5, correlation=0.3, metric="auc", rows_per_cluster=10),
    Case(30, spread=0.5, correlation=0.3, metric="log_loss", rows_per_cluster=10),
    Case(30, spread=0.5, correlation=0.3, metric="value", rows_per_cluster=10),
]


@cache
def rates(case: Case) -> dict[str, float]:
    """How often each method promotes, of the same nulls in every test that asks."""
    promoted = sum(promotions(case, NULLS, np.random.default_rng(SEED)))
    return dict(zip(METHODS, promoted / NULLS, strict=True))


def proves_more_than_the_level(rate: float) -> bool:
    """Whether the rate's lower 99% bound is above the level."""
    return bound(rate, NULLS, 0.01) > LEVEL


class TestNullPromotions:
    """How often nothing is taken for something."""

    @pytest.mark.parametrize(
        "case",
        [*CASES, *(pytest.param(case, marks=pytest.mark.long) for case in LONGER)],
        ids=lambda case: case.name,
    )
    def test_clustered_promotions_stay_at_the_level(self, case):
        """2,000 nulls do not show more promotions than 5%."""
        assert not proves_more_than_the_level(rates(case)["clustered"])

    def test_row_level_statistics_would_be_caught(self):
        """Rows taken for independent promote nothing about one time in four, and this test can tell."""
        rate = rates(Case(20, spread=1.0, correlation=0.3))["rows"]
        assert rate > 4 * LEVEL
        assert proves_more_than_the_level(rate)

    def test_cr1_would_be_caught(self):
        """The usual clustered standard error with t(G - 1) promotes too often at 20 unequal clusters."""
        assert proves_more_than_the_level(rates(Case(20, spread=1.0, correlation=0.3))["CR1"])

    def test_a_challenger_that_is_better_is_promoted(self):
        """A lead of three standard errors passes far more often than not: the test is not merely shy."""
        case, rng = Case(50, spread=0.5, correlation=0.05), np.random.default_rng(SEED)
        lead = sum(better(case, rng, 0.13) for _ in range(300)) / 300
        assert lead > 0.7


class TestRivals:
    """What the table compares with is what it says."""

    def test_are_the_textbook_estimators(self):
        """CR1 is statsmodels' with t(G - 1); CR2 is the matrix formula with Satterthwaite's df."""
        import statsmodels.api as sm
        from scipy import stats

        values, codes = Case(7, spread=1.0, correlation=0.3).draw(np.random.default_rng(1))
        options = {"groups": codes}
        fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds=options)
        cr1, cr2 = rivals(values, codes)
        assert cr1 == pytest.approx(values.mean() - stats.t.ppf(0.95, 6) * fit.bse[0])
        error, freedom = cr2_by_matrices(values, codes)
        assert cr2 == pytest.approx(values.mean() - stats.t.ppf(0.95, freedom) * error)


def better(case: Case, rng: np.random.Generator, lead: float) -> bool:
    from tasks.evaluate.evidence import clustered_mean

    values, codes = case.draw(rng)
    return clustered_mean(values + lead, codes, level=LEVEL).low > 0


def cr2_by_matrices(values: np.ndarray, codes: np.ndarray) -> tuple[float, float]:
    n = len(values)
    maker = np.eye(n) - 1 / n
    loadings = []
    for code in np.unique(codes):
        mine = codes == code
        eigenvalues, vectors = np.linalg.eigh(maker[np.ix_(mine, mine)])
        adjust = vectors @ np.diag(eigenvalues**-0.5) @ vectors.T
        loadings.append(adjust.sum(axis=0) @ maker[mine] / n)
    form = np.array(loadings)
    product = form @ form.T
    return float(np.square(form @ values).sum() ** 0.5), np.trace(product) ** 2 / np.trace(product @ product)
