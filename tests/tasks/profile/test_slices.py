"""A slice's counts, means and spreads are those of its rows, however the rows are split up and joined."""

import numpy as np
import pandas as pd
import pytest
from data_factories import small_params
from factories import parquet, small_frame

from tasks.profile import rows as module
from tasks.profile import slices as slices_module
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
    exact = ("names", "rest", "rows", "counts")
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

    def test_far_from_zero(self):
        """A spread of 1 about a million is kept: squares of values would lose it."""
        merged = of(1, "a", rows=4000).merge(of(2, "a", rows=4000))
        assert merged.squares[0][0] / 8000 == pytest.approx(1, abs=0.05)

    def test_with_nothing(self):
        """An empty side changes nothing."""
        assert of(1, "ab").merge(Slices()) == Slices().merge(of(1, "ab")) == of(1, "ab")
