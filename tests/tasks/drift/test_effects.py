"""Effects are the distances that they say, from profiles alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_factories import numbers, text
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from tasks.drift.effects import effect, missing_share, total_variation, unseen_share, wasserstein

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), min_size=1)


class TestNumbers:
    @given(VALUES, VALUES)
    def test_the_distance_is_that_of_the_rows(self, a, b):
        """Of up to 1,024 different values it is scipy's, which sees each row."""
        found = wasserstein(numbers(a).histogram, numbers(b).histogram)
        assert found == pytest.approx(wasserstein_distance(a, b), rel=1e-9, abs=1e-6)

    @pytest.mark.parametrize("seed", range(4))
    def test_with_coarse_buckets_it_is_within_the_stated_error(self, seed):
        """Of 5,000 and 20,000 different values, by at most the relative error of what lies between."""
        draw = np.random.default_rng(seed)
        a, b = draw.lognormal(0, 2, 5_000), draw.lognormal(0.3, 2, 20_000)
        one, two = numbers(a).histogram, numbers(b).histogram
        error = max(one.relative_error, two.relative_error) * (np.abs(a).mean() + np.abs(b).mean())
        assert error > 0
        assert abs(wasserstein(one, two) - wasserstein_distance(a, b)) <= error

    def test_a_shift_of_one_standard_deviation_is_one(self):
        """Whatever the unit, and however far from zero: the pressure of the air is 1,013 and moves by 8."""
        pressure = np.random.default_rng(0).normal(1013, 8, 20_000)
        shifted = effect(numbers(pressure + 8), numbers(pressure))
        assert shifted == pytest.approx(1, abs=0.01)
        assert effect(numbers((pressure + 8) * 100), numbers(pressure * 100)) == pytest.approx(
            shifted, abs=0.01
        )

    def test_another_shape_with_the_same_mean_is_seen(self):
        """Means alone would say that nothing has changed."""
        assert effect(numbers([-1.0, 1.0] * 50), numbers([0.0, 0.0, -2.0, 2.0] * 25)) > 0.3

    def test_equal_values_are_no_drift(self):
        """Also where all of them are one number, and a new number is told by its distance from it."""
        assert effect(numbers([3.0] * 9), numbers([3.0] * 5)) == 0
        assert effect(numbers([3.0, 5.0]), numbers([5.0, 3.0])) == 0
        assert effect(numbers([4.0] * 9), numbers([3.0] * 9)) == pytest.approx(2)

    @pytest.mark.parametrize("value", [3.3, 0.05, 98.6, -1234.56])
    def test_equal_values_whose_mean_is_rounded_are_no_drift(self, value):
        """Their sum over their number is another number; alone, and merged month by month."""
        months = [numbers([value] * rows) for rows in (400, 390, 405)]
        assert effect(numbers([value] * 390), months[0]) == 0
        assert effect(numbers([value] * 401), months[0].merge(months[1]).merge(months[2])) == 0

    def test_equal_values_of_a_profile_that_was_kept_with_its_rounding(self):
        """A profile in the store may have what rounding left."""
        kept = numbers([3.3] * 400)
        rounded = kept.moments.model_copy(update={"mean": 3.3 - 4e-16, "squares": 400 * 1.6e-31})
        kept = kept.model_copy(update={"moments": rounded})
        assert effect(numbers([3.3] * 390), kept) == 0

    def test_no_values_are_no_effect(self):
        """There is nothing to compare: the rise in missing values tells it."""
        empty = numbers([], nulls=10)
        assert effect(empty, numbers([1.0])) is None
        assert effect(numbers([1.0]), empty) is None
        assert missing_share(empty) == 1

    def test_a_broken_sensor_is_far_off(self):
        """One row in twenty at 9,999 is many standard deviations."""
        values = np.random.default_rng(1).normal(60, 18, 1000)
        broken = np.where(np.arange(1000) % 20 == 0, 9999, values)
        assert effect(numbers(broken), numbers(values)) > 20

    def test_values_that_no_model_holds_are_missing(self):
        """Infinite ones count with those that are not there."""
        assert missing_share(numbers([1.0] * 8, nulls=1, beyond=1)) == 0.2


class TestCategories:
    @given(COUNTS, COUNTS)
    def test_the_distance_is_that_of_the_shares(self, a, b):
        """It is scipy's, in bits, the same either way, and between 0 and 1."""
        names = sorted({*a, *b})
        p, q = ([one.get(name, 0) / sum(one.values()) for name in names] for one in (a, b))
        found = effect(text(**a), text(**b))
        true = jensenshannon(p, q, base=2)
        assert found == pytest.approx(0.0 if math.isnan(true) else true, abs=1e-6)
        assert found == pytest.approx(effect(text(**b), text(**a)), abs=1e-9)
        assert 0 <= found <= 1

    def test_nothing_in_common_is_one(self):
        """No category is in both."""
        assert effect(text(a=5), text(b=9)) == pytest.approx(1)

    def test_more_categories_than_are_told_apart(self):
        """The same 3,000 categories twice over have not drifted; other ones are told."""
        many = {f"id{n}": 1 + n % 3 for n in range(3000)}
        twice = {name: 2 * count for name, count in many.items()}
        other = {f"other{n}": 1 for n in range(3000)}
        assert effect(text(**twice), text(**many)) == pytest.approx(0, abs=1e-9)
        assert effect(text(**other), text(**many)) > 0.4

    def test_unseen_categories_are_a_share_of_the_rows(self):
        """What the champion's training did not have."""
        assert unseen_share(text(EWR=3, JFK=6, XXX=1), ("EWR", "JFK")) == 0.1
        assert unseen_share(numbers([1.0]), ()) == 0


class TestTotalVariation:
    @pytest.mark.parametrize(
        ("p", "q", "apart"),
        [
            ({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}, 0.0),
            ({"a": 1.0}, {"b": 1.0}, 1.0),
            ({"a": 0.7, "b": 0.3}, {"a": 0.5, "b": 0.3, "c": 0.2}, 0.2),
        ],
    )
    def test_is_the_share_that_would_have_to_change(self, p, q, apart):
        """The same either way."""
        assert total_variation(p, q) == pytest.approx(apart)
        assert total_variation(q, p) == pytest.approx(apart)
