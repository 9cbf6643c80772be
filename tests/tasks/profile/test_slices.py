"""A slice's counts, means, spreads and categories are those of its rows, however these are split up."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from data_factories import small_params
from factories import parquet, small_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.profile import Profile
from tasks.profile import rows as module
from tasks.profile import slices as slices_module
from tasks.profile.by_slice import by_slice, coded
from tasks.profile.heaps import number_of
from tasks.profile.rows import profile_file
from tasks.profile.slices import Slices, slices

PARAMS = small_params()


def told(frame: pd.DataFrame) -> Slices:
    """The slices by colour of these rows."""
    return profile_file(parquet(frame), PARAMS, "batch").slices["colour"]


def of(seed: int, names: str, rows: int = 5) -> Slices:
    """Slices of these names, each of so many values of one feature about 1e6."""
    values = np.random.default_rng(seed).normal(1e6, 1, (len(names), rows))
    squares = np.square(values - values.mean(axis=1, keepdims=True)).sum(axis=1)
    counts = np.full(len(names), rows)
    return slices(list(names), counts, counts[:, None], values.mean(axis=1)[:, None], squares[:, None])


def same(one: Slices, other: Slices) -> bool:
    """Whether all counts are equal, and means and squares to rounding."""
    exact = ("names", "rest", "rows", "counts", "categories")
    return all(getattr(one, name) == getattr(other, name) for name in exact) and all(
        np.allclose(getattr(one, name), getattr(other, name), rtol=1e-6) for name in ("means", "squares")
    )


class TestOfRows:
    def test_are_those_of_the_frame(self):
        """Rows, values that are there, means and spreads by colour, features in alphabetical order."""
        frame = small_frame("2024-03")
        frame.loc[:9, "colour"] = None
        found, groups = told(frame), frame.fillna({"colour": "(missing)"}).groupby("colour")
        assert set(found.names) == {"red", "green", "blue", "(missing)"}
        for name, rows, counts, means, squares in zip(
            found.names, found.rows, found.counts, found.means, found.squares, strict=True
        ):
            group = groups.get_group(name)
            there = len(group) if name != "(missing)" else 0
            assert rows == len(group)
            assert counts == (there, group["x"].count(), group["z"].count())
            assert means == pytest.approx((0, group["x"].mean(), group["z"].mean()))
            spreads = [group[one].var(ddof=0) * group[one].count() for one in ("x", "z")]
            assert squares == pytest.approx((0, *spreads))

    def test_have_the_categories_of_the_frame(self):
        """Counts by category where the slice has each value; a missing one counts nowhere."""
        frame = small_frame("2024-03")
        frame.loc[:9, "colour"] = None
        assert told(frame).categories == {
            "colour": tuple(
                {number_of(name): int((frame["colour"] == name).sum())} if name != "(missing)" else {}
                for name in told(frame).names
            )
        }

    def test_with_many_values_and_many_categories_stay_small(self):
        """The most that there is: 32 values, and 32 numbers of each feature for each of them."""
        draw = np.random.default_rng(0)
        shops, goods = ([f"{name} {n}" for n in draw.integers(0, 1_000, 8_000)] for name in ("shop", "good"))
        sold = list(zip(shops, goods, strict=True))
        found = by_slice(
            pa.array(shops), {"good": coded(pa.array(goods)), "few": coded(pa.array(["a"] * 8_000))}
        )
        assert (len(found.names), found.rest) == (32, True)
        assert {name: [len(one) for one in of] for name, of in found.categories.items()} == {
            "good": [len({good for at, good in sold if at == name}) for name in found.names],
            "few": [1] * 32,
        }
        whole = by_slice(pa.array(["all"] * 8_000), {"good": coded(pa.array(goods))})
        assert [len(one) for one in whole.categories["good"]] == [32]

    def test_of_no_rows_are_none(self):
        """Without a row there is no name, and nothing to join."""
        none = np.empty((0, 1))
        assert slices([], none[:, 0], none, none, none) == Slices()

    def test_in_blocks_are_the_same(self, monkeypatch):
        """However few rows are in memory at once, and with values that no model takes."""
        frame = small_frame("2024-03")
        frame.loc[3:5, "x"] = [np.inf, 1e200, -np.inf]
        whole = told(frame)
        monkeypatch.setattr(module, "BLOCK", 37)
        assert same(told(frame), whole)
        assert sum(one[1] for one in whole.counts) == 397

    def test_are_not_there_where_none_is_declared(self):
        """Such a profile has the bytes that it had."""
        without = small_params(("  slices: [colour]\n", ""))
        assert b"slices" not in profile_file(parquet(small_frame()), without, "batch").to_bytes()

    def test_without_a_feature_of_text_have_no_categories(self):
        """Such a profile too has the bytes that it had."""
        numbers = small_params(("      categorical: [colour]\n", ""))
        found = profile_file(parquet(small_frame()), numbers, "batch").slices["colour"]
        assert b"categories" not in found.to_bytes()

    def test_that_were_kept_before_can_be_read_and_merged(self):
        """They had no categories: the numbers are merged, and categories are told of none."""
        new = profile_file(parquet(small_frame()), PARAMS, "batch")
        document = json.loads(new.to_bytes())
        del document["slices"]["colour"]["categories"]
        old = Profile.parse(json.dumps(document).encode())
        assert old.slices["colour"].categories == {}
        merged = old.merge(new).slices["colour"]
        assert merged == new.merge(old).slices["colour"] == old.merge(old).slices["colour"]
        assert merged.rows == tuple(2 * rows for rows in new.slices["colour"].rows)


class TestMerge:
    @pytest.mark.parametrize("most", [2, 3, 32])
    def test_in_any_order(self, monkeypatch, most):
        """Associative and commutative, with and without a rest; nothing is lost."""
        monkeypatch.setattr(slices_module, "MOST_SLICES", most)
        a, b, c = of(1, "abcd"), of(2, "cdef"), of(3, "agh", rows=9)
        left, right = a.merge(b).merge(c), a.merge(b.merge(c))
        assert same(left, right)
        assert same(left, c.merge(a).merge(b))
        assert (sum(left.rows), len(left.names), left.rest) == (67, min(most, 8), most < 8)

    @settings(max_examples=15)
    @given(st.integers(0, 10**6), st.integers(1, 80), st.integers(1, 120), st.integers(0, 300))
    def test_of_categories_in_any_order(self, seed, shops, goods, cut):
        """Associative and commutative, and what all rows say: few and many values and categories."""
        draw = np.random.default_rng(seed)
        values = np.array([f"shop {n}" for n in draw.integers(0, shops, 400)])
        good = np.array([f"good {n}" for n in draw.integers(0, goods, 400)])

        def part(rows):
            return by_slice(pa.array(values[rows]), {"good": coded(pa.array(good[rows]))})

        a, b, c = (part(rows) for rows in (slice(cut), slice(cut, 350), slice(350, None)))
        assert a.merge(b).merge(c) == c.merge(b.merge(a)) == part(slice(None))

    def test_far_from_zero(self):
        """A spread of 1 about a million is kept: squares of values would lose it."""
        merged = of(1, "a", rows=4000).merge(of(2, "a", rows=4000))
        assert merged.squares[0][0] / 8000 == pytest.approx(1, abs=0.05)

    def test_with_nothing(self):
        """An empty side changes nothing."""
        assert of(1, "ab").merge(Slices()) == Slices().merge(of(1, "ab")) == of(1, "ab")
