"""What has moved in a slice and not in the whole: rarely by luck, however many slices there are."""

import numpy as np
import pytest
from profile_factories import batch, numbers, text

from tasks.drift.covariates import comparisons
from tasks.drift.effects import effect
from tasks.drift.slices import moved_slices
from tasks.drift.words import slice_words
from tasks.profile.heaps import heaps, number_of
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


def goods_of(seed, *, other=0.0, kinds=6, spread=400.0, rows=300, shop="shop 3"):
    """Twelve shops and one feature of so many categories; in one shop a share of rows is of the first two."""
    draw, held, total = np.random.default_rng(seed), [], np.zeros(kinds, np.int64)
    named = np.array([number_of(f"good {n}") for n in range(kinds)], np.int64)
    for name in SHOPS:
        shares = draw.dirichlet(np.full(kinds, spread))
        if name == shop:
            shares = (1 - other) * shares + other * np.eye(kinds)[:2].sum(axis=0) / 2
        counts = draw.multinomial(rows, shares)
        total += counts
        held.append(heaps(named[counts > 0], counts[counts > 0]))
    none, there = np.zeros((12, 1)), np.full(12, rows)
    by = slices(SHOPS, there, there[:, None], none, none, {"good": held})
    whole = text(**{f"good {n}": int(count) for n, count in enumerate(total)})
    return batch(good=whole).model_copy(update={"slices": {"shop": by}})


def goods_found(newest, trained=6, first=100, **how):
    months = {f"2024-{n + 1:02d}": goods_of(first + n, **how) for n in range(trained)}
    return moved_slices(comparisons(months, {"2024-12": newest}), ())


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


class TestCategories:
    @pytest.mark.parametrize("kinds", [6, 32, 200])
    def test_that_moved_in_a_slice_are_named_with_their_feature(self, kinds):
        """Half of one shop's rows are of two goods: few goods, many, and as many as are dealt into heaps."""
        (one,) = goods_found(goods_of(1, other=0.5, kinds=kinds), kinds=kinds)
        assert (one.slice, one.value, one.column, one.categorical) == ("shop", "shop 3", "good", True)
        assert 0.2 < one.effect < 1
        said = slice_words([one])
        assert "good where shop is shop 3 (0." in said
        assert " sd" not in said

    def test_have_the_distance_of_the_whole(self):
        """Of a few categories it is Jensen-Shannon's, with each of them told apart."""
        new, reference = ({"a": 3000, "b": 1000}, {"a": 1000, "b": 2000, "c": 1000})

        def one(counts):
            named = np.array([number_of(name) for name in counts], np.int64)
            rows = np.array([sum(counts.values())])
            held = [heaps(named, np.array([*counts.values()]))]
            by = slices(["it"], rows, rows[:, None], np.zeros((1, 1)), np.zeros((1, 1)), {"good": held})
            return batch(good=text(**counts)).model_copy(update={"slices": {"shop": by}})

        compared = comparisons({f"2024-0{n}": one(reference) for n in range(1, 6)}, {"2024-12": one(new)})
        (moved,) = moved_slices(compared, ())
        assert moved.effect == pytest.approx(effect(text(**new), text(**reference)))

    @pytest.mark.long
    def test_by_luck_one_month_in_seven(self):
        """After six like months of twelve shops whose 32 goods vary by half from month to month."""
        how = {"kinds": 32, "spread": 5.0}
        months = [goods_of(1000 + n, **how) for n in range(15)]
        alarms = sum(bool(goods_found(one, first=10 * n, **how)) for n, one in enumerate(months))
        assert 1 <= alarms <= 6

    def test_of_profiles_that_were_kept_before_are_not_compared(self):
        """They do not say them, and the numbers of rows are no drift."""
        newest = goods_of(1, other=0.5)
        by = newest.slices["shop"].model_copy(update={"categories": {}})
        old = newest.model_copy(update={"slices": {"shop": by}})
        assert goods_found(newest)
        assert goods_found(old) == ()


class TestByLuck:
    def test_one_month_in_seven(self):
        """After six like months: 24 shops times features together, and not each of them."""
        alarms = sum(bool(found(period(1000 + n), first=10 * n)) for n in range(30))
        assert 1 <= alarms <= 10
