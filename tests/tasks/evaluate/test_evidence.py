"""The interval is the published one, holds under relabelling, and refuses to guess."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.errors import BadInput
from tasks.evaluate.clusters import FEW, in_effect
from tasks.evaluate.evidence import Interval, as_share, clustered_mean, independent_mean
from tasks.evaluate.resampling import critical_value


def clustered_rows(
    seed: int, sizes: tuple[int, ...] = (3, 11, 2, 7, 20, 1, 5)
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes)
    return rng.normal(0.3, 1, len(codes)) + rng.normal(0, 1, len(sizes))[codes], codes


def by_matrices(values: np.ndarray, codes: np.ndarray, power: float) -> tuple[float, float]:
    """Standard error and Satterthwaite df with A_g = (I - H_gg)^-power, from whole matrices."""
    n = len(values)
    design = np.ones((n, 1))
    bread = np.linalg.inv(design.T @ design)
    residual_maker = np.eye(n) - design @ bread @ design.T
    residuals = residual_maker @ values
    variance, loadings = 0.0, []
    for code in np.unique(codes):
        mine = codes == code
        eigenvalues, vectors = np.linalg.eigh(residual_maker[np.ix_(mine, mine)])
        adjust = vectors @ np.diag(eigenvalues**-power) @ vectors.T
        variance += (bread @ design[mine].T @ adjust @ residuals[mine]).item() ** 2
        loadings.append((bread @ design[mine].T @ adjust @ residual_maker[mine]).ravel())
    form = np.array(loadings) @ np.array(loadings).T
    return variance**0.5, np.trace(form) ** 2 / np.trace(form @ form)


clustered = st.integers(2, 8).flatmap(
    lambda groups: st.lists(
        st.tuples(
            st.floats(-100, 100, allow_subnormal=False).filter(lambda x: abs(x) > 1e-3),
            st.integers(0, groups - 1),
        ),
        min_size=2,
        max_size=40,
    )
)


class TestAgreesWithTheLiterature:
    """The closed form is the estimator that the docstring cites."""

    @pytest.mark.parametrize("seed", range(5))
    def test_equals_the_matrix_formula(self, seed):
        """Standard error and degrees of freedom equal Bell and McCaffrey's, computed from matrices."""
        values, codes = clustered_rows(seed)
        error, freedom = by_matrices(values, codes, power=1.0)
        interval = clustered_mean(values, codes)
        assert interval.standard_error == pytest.approx(error, rel=1e-9)
        assert interval.degrees_of_freedom == pytest.approx(freedom, rel=1e-9)

    def test_equals_leaving_each_cluster_out(self):
        """The variance is the sum of squares of how far the mean moves without each cluster."""
        values, codes = clustered_rows(1)
        moves = [values[codes != code].mean() - values.mean() for code in np.unique(codes)]
        assert clustered_mean(values, codes).standard_error == pytest.approx(np.square(moves).sum() ** 0.5)

    @pytest.mark.parametrize(("correction", "factor"), [(False, 9 / 8), (True, (9 / 8) ** 0.5)])
    def test_is_statsmodels_cr0_and_cr1_but_for_the_leverage(self, correction, factor):
        """For G equal clusters it is CR0 times G / (G - 1), CR1 times its root; G - 1 degrees of freedom."""
        values, codes = clustered_rows(2, sizes=(6,) * 9)
        options = {"groups": codes, "use_correction": correction}
        fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="cluster", cov_kwds=options)
        interval = clustered_mean(values, codes)
        assert interval.standard_error == pytest.approx(fit.bse[0] * factor)
        assert interval.degrees_of_freedom == pytest.approx(8)

    def test_is_statsmodels_hc3_where_each_row_is_a_cluster(self):
        """With one row in each cluster the jackknife is HC3."""
        values, _ = clustered_rows(3)
        fit = sm.OLS(values, np.ones(len(values))).fit(cov_type="HC3")
        assert clustered_mean(values, np.arange(len(values))).standard_error == pytest.approx(fit.bse[0])

    def test_the_published_interval(self):
        """Student's sleep data have 0.7001 to 2.4599 at 95%, as R prints them, and the error 0.38896.

        With each patient a cluster the error is that, but for the root of n / (n - 1) of the jackknife.
        """
        gained = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
        interval = independent_mean(gained, level=0.025)
        assert (interval.estimate, interval.low, interval.high) == pytest.approx(
            (1.58, 0.7001142, 2.4598858), abs=5e-8
        )
        assert interval.standard_error == pytest.approx(0.38896, abs=5e-6)
        clustered_error = clustered_mean(gained, np.arange(10)).standard_error
        assert clustered_error == pytest.approx(interval.standard_error * (10 / 9) ** 0.5)

    def test_independent_rows_are_students_t(self):
        """Without clusters the interval is scipy's one-sample t-interval of 90%."""
        values, _ = clustered_rows(4)
        interval = independent_mean(values)
        low, high = stats.ttest_1samp(values, 0).confidence_interval(0.9)
        assert (interval.low, interval.high) == pytest.approx((low, high))

    def test_bounds_are_students_where_deviations_are_symmetric(self):
        """Of 200 clusters in pairs of opposite deviations a bound is the t quantile of the level away."""
        half = np.random.default_rng(5).normal(size=100)
        interval = clustered_mean(np.concatenate([half, -half]) + 0.1, np.arange(200), level=0.01)
        reach = stats.t.ppf(0.99, interval.degrees_of_freedom) * interval.standard_error
        assert interval.estimate - interval.low == pytest.approx(reach, rel=0.03)
        assert interval.high - interval.estimate == pytest.approx(reach, rel=0.03)

    @given(clustered, st.floats(0.001, 0.4))
    def test_bounds_are_guarded_by_students(self, rows, level):
        """Never nearer where no more than five clusters carry the variance; by less where more do."""
        values, codes = (np.array(column) for column in zip(*rows, strict=True))
        interval = clustered_mean(values, codes, level=level)
        if interval.low is not None:
            carry = in_effect(np.bincount(codes, values - values.mean()))
            reach = stats.t.ppf(1 - level, interval.degrees_of_freedom) * interval.standard_error
            guarded = reach * min(1, FEW / carry) * (1 - 1e-9)
            assert min(interval.estimate - interval.low, interval.high - interval.estimate) >= guarded

    def test_the_guard_fades(self):
        """Of 400 leaning clusters, of which 60 carry the variance, a bound is the bootstrap's own, nearly."""
        values = np.random.default_rng(6).exponential(size=400)
        interval = clustered_mean(values, np.arange(400))
        deviations = values - values.mean()
        carry = in_effect(deviations)
        near = critical_value(deviations, np.ones(400), 0.05)
        student = stats.t.ppf(0.95, interval.degrees_of_freedom)
        assert carry == pytest.approx(60, abs=30)
        assert near < 0.95 * student
        below = (interval.estimate - interval.low) / interval.standard_error
        assert below == pytest.approx(near + FEW / carry * (student - near))

    def test_bounds_allow_for_losses_that_are_rare(self):
        """Gains of 1, and a loss of 30 in four clusters: one sample in ten shows at most one of them."""
        values = np.ones(100)
        values[:4] = -30
        interval = clustered_mean(values, np.arange(100))
        reach = stats.t.ppf(0.95, interval.degrees_of_freedom) * interval.standard_error
        assert interval.estimate - interval.low == pytest.approx(3 * interval.standard_error, rel=0.02)
        assert 3 * interval.standard_error > 1.7 * reach
        assert interval.high - interval.estimate == pytest.approx(reach)


class TestAsShare:
    """Bounds of the log odds, for a number between 0 and 1."""

    def test_is_the_delta_method_on_log_odds(self):
        """As many standard errors away, of s / (p (1 - p)), and then back."""
        values, codes = clustered_rows(3, sizes=(9,) * 30)
        plain = clustered_mean(0.8 + 0.05 * values, codes)
        p, error = plain.estimate, plain.standard_error / plain.estimate / (1 - plain.estimate)
        reach = (plain.estimate - plain.low) / plain.standard_error
        found = as_share(plain)
        assert np.log(found.low / (1 - found.low)) == pytest.approx(np.log(p / (1 - p)) - reach * error)
        assert p - found.low > p - plain.low
        assert found.high - p < plain.high - p < 1 - p
        assert (found.estimate, found.standard_error) == (plain.estimate, plain.standard_error)

    @pytest.mark.parametrize("estimate", [None, 0.0, 1.0, -0.2, 1.3])
    def test_what_is_no_share_stays(self, estimate):
        """There are no log odds of 0 or 1, or beyond."""
        plain = replace(clustered_mean(*clustered_rows(3)), estimate=estimate)
        assert as_share(plain) == plain


class TestAlgebra:
    """What has to hold for any rows."""

    @given(clustered)
    def test_contains_its_estimate(self, rows):
        """The estimate is the mean, strictly between the bounds where there are any."""
        values, codes = (np.array(column) for column in zip(*rows, strict=True))
        interval = clustered_mean(values, codes)
        assert interval.estimate == pytest.approx(values.mean(), abs=1e-9)
        if interval.low is not None:
            assert interval.low < interval.estimate < interval.high
            assert 0.9 < interval.degrees_of_freedom < interval.clusters
        else:
            assert interval.note

    @given(clustered, st.randoms(use_true_random=False))
    def test_neither_order_nor_names_of_clusters_matter(self, rows, random):
        """Shuffled rows with renamed clusters have the same interval."""
        values, codes = (np.array(column) for column in zip(*rows, strict=True))
        order = np.array(random.sample(range(len(rows)), len(rows)))
        names = np.array(random.sample(range(-1000, 1000), 8))
        same(clustered_mean(values, codes), clustered_mean(values[order], names[codes][order]))

    @given(clustered, st.floats(1e-6, 1e6))
    def test_units_do_not_matter(self, rows, factor):
        """Values in another unit give the interval in that unit."""
        values, codes = (np.array(column) for column in zip(*rows, strict=True))
        one, other = clustered_mean(values, codes), clustered_mean(values * factor, codes)
        assert (one.low is None) == (other.low is None)
        if one.low is not None:
            assert other.standard_error == pytest.approx(one.standard_error * factor)
            assert other.low == pytest.approx(
                one.low * factor, rel=1e-6, abs=1e-6 * one.standard_error * factor
            )

    @given(clustered, st.floats(200, 1000))
    def test_a_shift_moves_the_bounds_and_not_the_width(self, rows, shift):
        """Adding a constant to every row adds it to the bounds."""
        values, codes = (np.array(column) for column in zip(*rows, strict=True))
        one, other = clustered_mean(values, codes), clustered_mean(values + shift, codes)
        if one.low is not None and one.standard_error > 1e-6:
            assert other.standard_error == pytest.approx(one.standard_error, rel=1e-4)
            assert other.low == pytest.approx(one.low + shift, rel=1e-4)

    @given(clustered)
    def test_the_sign_is_exact(self, rows):
        """Swapping the sides of a difference swaps the bounds, bit for bit."""
        values, codes = (np.array(column) for column in zip(*rows, strict=True))
        one, other = clustered_mean(values, codes), clustered_mean(-values, codes)
        assert other.estimate == -one.estimate
        if one.low is not None:
            assert (other.low, other.high) == (-one.high, -one.low)

    def test_a_repeated_row_adds_rows_and_no_certainty(self):
        """Every row ten times in its cluster changes neither bounds nor effective clusters."""
        values, codes = clustered_rows(6)
        one, ten = clustered_mean(values, codes), clustered_mean(np.repeat(values, 10), np.repeat(codes, 10))
        assert ten.rows == 10 * one.rows
        assert (ten.low, ten.high) == pytest.approx((one.low, one.high))
        assert ten.effective_clusters == pytest.approx(one.effective_clusters)

    def test_counts_clusters_and_their_weight(self):
        """Sizes 1, 1 and 2 are 3 clusters that weigh as 16/6 equal ones, the largest a half."""
        interval = clustered_mean(np.array([1.0, 2.0, 3.0, 5.0]), np.array([7, 3, 5, 5]))
        assert (interval.clusters, interval.largest_cluster_share) == (3, 0.5)
        assert interval.effective_clusters == pytest.approx(16 / 6)

    @settings(max_examples=30)
    @given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.4), st.floats(0.001, 0.4))
    def test_a_stricter_level_is_wider(self, seed, one, other):
        """The smaller the level, the lower the lower bound."""
        values, codes = clustered_rows(seed)
        strict, loose = sorted((one, other))
        strictly, loosely = (clustered_mean(values, codes, level=level) for level in (strict, loose))
        assert strictly.low <= loosely.low


class TestRefusesToGuess:
    """Where no inference is possible there are no bounds, and the reason is said."""

    @pytest.mark.parametrize(
        ("values", "codes", "estimate", "note"),
        [
            ([], [], None, "no rows"),
            ([1.0, 2.0], [4, 4], 1.5, "one cluster only"),
            ([0.0] * 40, list(range(40)), 0.0, "no variation"),
            ([0.1] * 40, list(range(40)), 0.1, "no variation"),
            ([1.0, -1.0] * 20, [i // 2 for i in range(40)], 0.0, "no variation"),
            ([1.0, np.nan, 2.0], [1, 2, 3], None, "1 of 3 values are not finite"),
            ([1.0, np.inf, -np.inf], [1, 2, 3], None, "2 of 3 values are not finite"),
            ([1.0] * 4 + [0.0] * 196, list(range(200)), 0.02, "only 4 of 200 clusters"),
            ([-30.0] * 2 + [1.0] * 98, list(range(100)), 0.38, "hardly any variation between clusters"),
        ],
    )
    def test_has_no_bounds(self, values, codes, estimate, note):
        """No rows, one cluster, no variation, NaN, or a handful of clusters that hold anything."""
        interval = clustered_mean(np.array(values, float), np.array(codes, int))
        assert (interval.standard_error, interval.low, interval.high) == (None, None, None)
        assert note in interval.note
        assert interval.estimate == (None if estimate is None else pytest.approx(estimate))

    def test_five_clusters_that_agree_are_enough_to_say_something(self):
        """The rule about clusters that hold nothing stops at 2^-5 < 5%, and only there."""
        values = np.zeros(200)
        values[:5] = [1, 2, 1, 2, 1]
        assert clustered_mean(values, np.arange(200)).low is not None
        assert clustered_mean(values, np.arange(200), level=0.01).low is None

    @pytest.mark.parametrize(
        ("values", "note"), [([], "no rows"), ([3.0], "one row"), ([2.0, 2.0], "no variation")]
    )
    def test_row_level_has_none_either(self, values, note):
        """The interval beside it has the same rules."""
        interval = independent_mean(np.array(values, float))
        assert interval.low is None
        assert note in interval.note

    @pytest.mark.parametrize("factor", [1e-300, 1e300])
    def test_extreme_units_are_no_reason(self, factor):
        """Squares neither overflow nor vanish."""
        values, codes = clustered_rows(7)
        interval = clustered_mean(values * factor, codes)
        assert interval.low == pytest.approx(clustered_mean(values, codes).low * factor)

    @pytest.mark.parametrize("level", [0.0, 0.5, 0.95, float("nan")])
    def test_a_level_that_decides_nothing_is_an_error(self, level):
        """A confidence given in place of a level is refused."""
        with pytest.raises(BadInput, match="one-sided level"):
            clustered_mean(*clustered_rows(1), level=level)

    def test_clusters_of_other_rows_are_an_error(self):
        """Values and clusters have to be of the same rows."""
        with pytest.raises(BadInput, match=r"\(3,\) and \(2,\)"):
            clustered_mean(np.ones(3), np.zeros(2, int))


def same(one: Interval, other: Interval) -> None:
    left, right = asdict(one), asdict(other)
    for name in ("estimate", "standard_error", "low", "high"):
        a, b = left.pop(name), right.pop(name)
        assert (a is None) == (b is None), name
        assert a is None or a == pytest.approx(b, rel=1e-6, abs=1e-9)
    freedom = left.pop("degrees_of_freedom"), right.pop("degrees_of_freedom")
    assert freedom[0] == (None if freedom[1] is None else pytest.approx(freedom[1]))
    assert left == right
