"""Moments, categories and labels merge to what the whole would have given."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.evidence import clustered_mean
from tasks.profile import categories as module
from tasks.profile.categories import Categories, categories, short_name
from tasks.profile.classes import class_labels
from tasks.profile.labels import MOST_CLUSTERS, labels
from tasks.profile.moments import moments

NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=30)
COUNTS = st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(1, 9), max_size=16)


def of(values):
    return moments(np.array(values, dtype=np.float64))


class TestMoments:
    @given(NUMBERS, NUMBERS, NUMBERS)
    def test_of_parts_are_those_of_the_whole(self, a, b, c):
        """In any order; ends and number exactly, mean and spread to rounding."""
        whole = of(a + b + c)
        for found in (of(a).merge(of(b)).merge(of(c)), of(c).merge(of(a).merge(of(b)))):
            assert (found.count, found.least, found.largest) == (whole.count, whole.least, whole.largest)
            assert found.mean == pytest.approx(whole.mean, rel=1e-9, abs=1e-6)
            assert found.deviation == pytest.approx(whole.deviation, rel=1e-6, abs=1e-3)

    def test_keep_a_small_spread_far_from_zero(self):
        """A spread of 1 at 1e9 is told to six digits, where sums of squares would have none."""
        values = 1e9 + np.random.default_rng(0).normal(size=10_000)
        parts = [of(part) for part in np.array_split(values, 7)]
        found = parts[0]
        for part in parts[1:]:
            found = found.merge(part)
        assert found.deviation == pytest.approx(values.std(), rel=1e-6)

    def test_of_equal_values_are_exact(self):
        """400 times 3.3 over 400 is not 3.3 in floats, and yet nothing is spread."""
        parts = of([3.3] * 400), of([3.3] * 390)
        for found in (*parts, parts[0].merge(parts[1])):
            assert (found.mean, found.squares, found.deviation) == (3.3, 0, 0)

    def test_of_huge_numbers_are_finite(self):
        """The largest numbers that are counted have a spread that a document can hold."""
        assert np.isfinite(of([1e100, -1e100] * 50).merge(of([1e100] * 100)).deviation)


class TestCategories:
    @given(COUNTS, COUNTS, COUNTS, st.integers(1, 8))
    def test_merge_exactly_whatever_the_order(self, a, b, c, most):
        """Of more categories than are told apart, too; what is told apart is counted exactly."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "MOST_CATEGORIES", most)
            one, two, three = categories(a), categories(b), categories(c)
            found = one.merge(two).merge(three)
            assert found == one.merge(two.merge(three)) == three.merge(one).merge(two)
            true = {name: a.get(name, 0) + b.get(name, 0) + c.get(name, 0) for name in {*a, *b, *c}}
            assert found == categories(true)
            assert all(true[name] == count for name, count in found.counts.items())
            assert found.total == sum(true.values())
            assert len(found.counts) == min(most, len(true))

    def test_a_long_name_is_cut_and_still_its_own(self):
        """Names of a megabyte fit into a profile, and two of them do not become one."""
        long = "x" * 1_000_000
        assert len(short_name(long)) == 100
        assert short_name(long) != short_name(long + "y")
        assert short_name("EWR") == "EWR"

    def test_nothing_changes_nothing(self):
        """No rows are neutral."""
        assert categories({"a": 2}).merge(Categories()) == categories({"a": 2})


class TestLabels:
    def test_give_the_interval_of_the_rows(self):
        """From clusters' rows and sums alone, the same clustered interval as from every row."""
        draw = np.random.default_rng(4)
        days = draw.integers(0, 30, 2000)
        values = (draw.random(2000) < 0.2 + 0.1 * draw.random(30)[days]).astype(np.float64)
        sums = [(f"day {d}", int((days == d).sum()), float(values[days == d].sum())) for d in range(30)]
        found, true = labels(sums).mean(), clustered_mean(values, days)
        assert (found.estimate, found.low, found.high) == pytest.approx((true.estimate, true.low, true.high))
        assert (found.rows, found.clusters) == (2000, 30)

    def test_a_cluster_in_two_parts_is_one(self):
        """What lies on both sides of a cut is added up."""
        both = labels([("day", 3, 1.0)]).merge(labels([("day", 2, 2.0), ("other", 1, 0.0)]))
        assert sorted(both.rows.values()) == [1, 5]
        assert both == labels([("day", 5, 3.0), ("other", 1, 0.0)])

    def test_many_clusters_share_heaps_and_keep_the_mean(self):
        """More than 4,096 are dealt into fewer, the same ones whatever the order, and no row is lost."""
        names = [(f"customer {n}", 2, float(n % 3 == 0)) for n in range(MOST_CLUSTERS + 500)]
        whole = labels(names)
        assert len(whole.rows) <= MOST_CLUSTERS
        assert whole.total == 2 * len(names)
        assert labels(names[:300]).merge(labels(names[300:])) == whole
        assert labels(names[300:]).merge(labels(names[:300])) == whole
        assert whole.mean().estimate == pytest.approx(sum(total for *_, total in names) / whole.total)

    def test_of_no_rows_say_so(self):
        """There is no mean, and the interval says why."""
        assert labels([]).mean().note == "no labelled rows"


class TestClasses:
    NAMES = ("low", "high")

    def test_give_each_class_its_interval(self):
        """A class's share has the clustered interval of its rows, and all shares together are 1."""
        draw = np.random.default_rng(4)
        days, high = draw.integers(0, 30, 2000), draw.random(2000) < 0.3
        counts = [
            (f"day {d}", [int((~high & (days == d)).sum()), int((high & (days == d)).sum())])
            for d in range(30)
        ]
        found = class_labels(self.NAMES, counts)
        true = clustered_mean(high.astype(np.float64), days)
        interval = found.labels("high").mean()
        assert (interval.low, interval.high) == pytest.approx((true.low, true.high))
        assert found.shares["high"] == pytest.approx(true.estimate)
        assert sum(found.shares.values()) == pytest.approx(1)

    def test_many_clusters_share_heaps_and_merge_in_any_order(self):
        """No row is lost, and a cluster on both sides of a cut is one."""
        counts = [(f"customer {n}", [n % 3, 1]) for n in range(MOST_CLUSTERS + 500)]
        whole = class_labels(self.NAMES, counts)
        first, rest = class_labels(self.NAMES, counts[:4000]), class_labels(self.NAMES, counts[4000:])
        assert len(whole.rows) <= MOST_CLUSTERS
        assert first.merge(rest) == rest.merge(first) == whole
        assert whole.total == sum(sum(one) for _, one in counts)

    def test_of_no_rows_have_no_shares(self):
        """Nothing is made up, and nothing changes nothing."""
        none, one = class_labels(self.NAMES, []), class_labels(self.NAMES, [("day", [2, 0])])
        assert (none.total, none.shares) == (0, {})
        assert none.merge(one) == one
        assert one.shares == {"low": 1.0, "high": 0.0}
