"""Histograms merge exactly, whatever the order, and their quantiles keep their stated error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.profile.histogram import LARGEST, MOST_BUCKETS, Histogram, histogram

NUMBERS = st.lists(st.floats(-LARGEST, LARGEST), max_size=40)


def of(values):
    return histogram(np.array(values, dtype=np.float64))


def spread(seed, size=3000):
    """More different numbers than there are buckets, of both signs and many sizes."""
    draw = np.random.default_rng(seed)
    return draw.normal(size=size) * 10.0 ** draw.integers(-8, 9, size)


class TestMerging:
    """What a histogram says depends on its values alone."""

    @given(NUMBERS, NUMBERS, NUMBERS)
    def test_is_associative_and_commutative(self, a, b, c):
        """Any order of any parts gives the histogram of the whole."""
        one, two, three = of(a), of(b), of(c)
        assert one.merge(two).merge(three) == one.merge(two.merge(three)) == of(a + b + c)
        assert one.merge(two) == two.merge(one)

    @given(st.integers(0, 50), st.integers(1, 2999), st.integers(1, 2999))
    def test_is_exact_where_buckets_are_shared(self, seed, first, second):
        """Parts cut anywhere, with coarse and fine buckets, give the histogram of the whole."""
        values = spread(seed)
        low, high = sorted((first, second))
        parts = [of(values[:low]), of(values[low:high]), of(values[high:])]
        whole = of(values)
        assert whole.shift > 0
        assert parts[0].merge(parts[1]).merge(parts[2]) == whole
        assert parts[2].merge(parts[0].merge(parts[1])) == whole

    def test_nothing_changes_nothing(self):
        """The histogram of no values is neutral, and has no quantile."""
        assert of([1.0, 2.0]).merge(Histogram()) == of([1.0, 2.0])
        assert Histogram().quantile(0.5) is None

    def test_zeros_are_one(self):
        """-0 is 0."""
        assert of([-0.0]) == of([0.0])


class TestSize:
    def test_never_more_buckets_than_declared(self):
        """Whatever the numbers, no value is lost."""
        found = of(spread(1, 50_000))
        assert len(found.buckets) <= MOST_BUCKETS
        assert found.total == 50_000

    def test_one_number_far_away_makes_the_others_no_coarser(self):
        """Resolution follows where values are, and not how far they reach."""
        values = np.random.default_rng(2).normal(1000, 1, 20_000)
        plain, with_stranger = of(values), of([*values, 1e99])
        assert with_stranger.shift <= plain.shift + 1
        assert abs(with_stranger.quantile(0.5) - np.median(values)) < 0.01


class TestQuantiles:
    @pytest.mark.parametrize("share", [0.0, 0.01, 0.25, 0.5, 0.9, 1.0])
    @pytest.mark.parametrize("seed", range(5))
    def test_are_within_the_stated_error(self, seed, share):
        """Of 3,000 numbers of many sizes each quantile is off by at most `relative_error` of itself."""
        values, found = spread(seed), of(spread(seed))
        true = np.quantile(values, share, method="inverted_cdf")
        assert 0 < found.relative_error < 0.1
        assert abs(found.quantile(share) - true) <= found.relative_error * abs(true) * (1 + 1e-9)

    def test_the_error_is_as_large_as_stated_somewhere(self):
        """The bound is no idle one: some value lies at more than half of it."""
        values = spread(3)
        found = of(values)
        shares = (np.arange(len(values)) + 0.5) / len(values)
        off = [abs(found.quantile(s) - v) / abs(v) for s, v in zip(shares, np.sort(values), strict=True)]
        assert found.relative_error / 2 < max(off) <= found.relative_error * (1 + 1e-9)

    @given(st.lists(st.floats(-LARGEST, LARGEST), min_size=1, max_size=60), st.floats(0, 1))
    def test_of_few_values_are_exact(self, values, share):
        """Up to 1,024 different values are kept as they are."""
        assert of(values).quantile(share) == np.quantile(values, share, method="inverted_cdf")

    def test_coarse_buckets_still_have_a_bound(self):
        """Numbers of a thousand powers of two share buckets of several powers, and the error says so."""
        values = np.concatenate([np.ldexp(1.1, np.arange(-900, 300)), -np.ldexp(1.1, np.arange(-900, 300))])
        found = of(values)
        assert found.shift > 52
        true = np.quantile(values, 0.75, method="inverted_cdf")
        assert found.relative_error == 7.5
        assert abs(found.quantile(0.75) - true) <= 7.5 * abs(true)
