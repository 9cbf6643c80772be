"""What has moved in a slice and not in the whole: rarely by luck, however many slices there are."""

import numpy as np
import pytest
from profile_factories import batch, numbers

from tasks.drift.covariates import comparisons
from tasks.drift.slices import moved_slices
from tasks.drift.words import slice_words
from tasks.profile.slices import slices

SHOPS = tuple(f"shop {n}" for n in range(12))


def period(seed, *, moved=0.0, gone=0.0, shop="shop 3", rows=200):
    """Twelve shops with two features, whose means differ a little from month to month."""
    draw = np.random.default_rng(seed)
    values = draw.normal(draw.normal(0, 0.05, (12, 2))[:, :, None], 1, (12, 2, rows))
    values[SHOPS.index(shop), 0] += moved
    counts = np.full((12, 2), rows)
    counts[SHOPS.index(shop), 1] = round(rows * (1 - gone))
    means = values.mean(axis=2)
    by = slices(SHOPS, np.full(12, rows), counts, means, np.square(values - means[:, :, None]).sum(axis=2))
    whole = batch(x=numbers(values[:, 0].ravel()), y=numbers(values[:, 1].ravel()))
    return whole.model_copy(update={"slices": {"shop": by}})


def found(newest, trained=6, drifted=(), first=100):
    months = {f"2024-{n + 1:02d}": period(first + n) for n in range(trained)}
    return moved_slices(comparisons(months, {"2024-12": newest}), drifted)


class TestASlice:
    def test_that_moved_is_named_with_its_feature(self):
        """x in one of twelve shops by a standard deviation, which moves the whole by a twelfth of one."""
        (one,) = found(period(1, moved=1.0))
        assert (one.slice, one.value, one.column, one.rows) == ("shop", "shop 3", "x", 200)
        assert one.effect == pytest.approx(1, abs=0.25)
        assert one.beyond > 1
        assert "x where shop is shop 3 (" in slice_words([one])

    def test_that_lost_its_values(self):
        """Half of one shop's values of y are missing: told in points."""
        (one,) = found(period(2, gone=0.5))
        assert (one.value, one.column, one.missing) == ("shop 3", "y", 0.5)
        assert "missing +50.0 points" in slice_words([one])

    def test_of_a_column_that_drifted_in_the_whole_is_not_told(self):
        """One line says it already."""
        assert found(period(1, moved=1.0), drifted={"x"}) == ()

    def test_that_the_champion_never_saw_has_nothing_to_be_compared_with(self):
        """A new shop is a new category, and told as such."""
        newest = period(3, moved=3.0)
        by = newest.slices["shop"]
        renamed = tuple("shop 99" if name == "shop 3" else name for name in by.names)
        other = by.model_copy(update={"names": renamed})
        assert found(newest)
        assert not found(newest.model_copy(update={"slices": {"shop": other}}))

    def test_of_equal_values_has_not_moved(self):
        """Where a feature is 3.3 in each row of a slice, rounding is no deviation to measure by."""

        def constant(mean):
            squares = np.full((1, 1), 400 * 1e-32)
            by = slices(["shop 3"], np.array([400]), np.array([[400]]), np.array([[mean]]), squares)
            return batch(x=numbers([3.3] * 400)).model_copy(update={"slices": {"shop": by}})

        months = {f"2024-{n + 1:02d}": constant(3.3) for n in range(5)}
        assert moved_slices(comparisons(months, {"2024-12": constant(3.3 + 4e-15)}), ()) == ()

    def test_with_fewer_than_four_periods_nobody_knows_what_is_usual(self):
        """However far it moved."""
        assert found(period(1, moved=5.0), trained=3) == ()
        assert found(period(1, moved=5.0), trained=4) != ()


class TestByLuck:
    def test_one_month_in_seven(self):
        """After six like months: 24 shops times features together, and not each of them."""
        alarms = sum(bool(found(period(1000 + n), first=10 * n)) for n in range(30))
        assert 1 <= alarms <= 10
