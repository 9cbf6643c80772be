"""Rows by a column's value: each row in one group, and what is rare pooled by name."""

import numpy as np
import pandas as pd
import pytest
from data_factories import small_params
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.groups import REST, Group, groups

EVALUATE = small_params().evaluate


def grouped(
    values: list[object] | pd.Series, clusters: list[int] | None = None, rows: int = 2, held: int = 2
) -> tuple[Group, ...]:
    """The groups of these values; a value needs `rows` rows in `held` clusters to stand alone."""
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    codes = np.arange(len(series)) if clusters is None else np.array(clusters)
    support = EVALUATE.model_copy(update={"min_slice_rows": rows, "min_slice_clusters": held})
    return groups(series, codes.astype(np.int64), support)


def told(found: tuple[Group, ...]) -> list[tuple[str, int, tuple[str, ...]]]:
    """Each group's value, how many rows it has, and what was pooled into it."""
    return [(one.value, int(one.rows.sum()), one.pooled) for one in found]


class TestSupport:
    """Enough rows and enough clusters, or pooled."""

    def test_the_widest_first_and_what_is_rare_last(self):
        """By number of rows, those of equal number by name; the rest ends the list, its values named."""
        found = grouped(["d"] + ["b"] * 3 + ["z"] * 5 + ["a"] * 3 + ["c"])
        assert told(found) == [("z", 5, ()), ("a", 3, ()), ("b", 3, ()), (REST, 2, ("c", "d"))]

    @pytest.mark.parametrize(("count", "alone"), [(3, True), (2, False)])
    def test_rows_exactly_enough_are_enough(self, count, alone):
        """With as many rows as asked for a value stands alone, with one less it is pooled."""
        found = grouped(["a"] * 9 + ["b"] * count, rows=3)
        assert told(found)[1] == (("b", count, ()) if alone else (REST, count, ("b",)))

    @pytest.mark.parametrize(("clusters", "alone"), [([1, 2, 3], True), ([1, 2, 2], False)])
    def test_clusters_exactly_enough_are_enough(self, clusters, alone):
        """A value is counted by the clusters that it is in, not by those of the holdout."""
        found = grouped(["a"] * 4 + ["b"] * 3, [1, 2, 3, 4, *clusters], held=3)
        assert told(found)[1] == (("b", 3, ()) if alone else (REST, 3, ("b",)))

    @pytest.mark.parametrize(
        ("clusters", "supported"), [([1, 2, 3, 1], True), ([1, 2, 2, 1], False), ([1, 2, 3], False)]
    )
    def test_the_rest_has_support_like_any_value(self, clusters, supported):
        """With rows and clusters enough, together, it can be judged; one less of either, and it cannot."""
        found = grouped(["a"] * 4 + ["b", "c", "d", "e"][: len(clusters)], [1, 2, 3, 4, *clusters], 4, 3)
        assert [(one.value, one.supported) for one in found] == [("a", True), (REST, supported)]

    def test_nothing_rare_has_no_rest(self):
        """Where every value has support there is no rest."""
        assert told(grouped(["a", "b"] * 2)) == [("a", 2, ()), ("b", 2, ())]

    def test_all_rare_is_one_rest(self):
        """Where none has, all rows are the rest."""
        assert told(grouped(["a", "b", "c"])) == [(REST, 3, ("a", "b", "c"))]

    def test_no_rows_have_no_groups(self):
        """An empty column is no error."""
        assert grouped(pd.Series([], dtype="str")) == ()


class TestValues:
    """Values of any type, and none."""

    @pytest.mark.parametrize("dtype", ["object", "str", "string", "category"])
    def test_missing_is_a_value(self, dtype):
        """Rows without a value are a group like any other, in every type that text comes in."""
        found = grouped(pd.Series(["x", None, "x", None, "x"], dtype=dtype))
        assert told(found) == [("x", 3, ()), ("(missing)", 2, ())]

    @pytest.mark.parametrize(
        ("values", "dtype", "names"),
        [
            ([1, 2], "int64", {"1", "2"}),
            ([1, None], "Int64", {"1", "(missing)"}),
            ([True, False], "bool", {"True", "False"}),
            ([True, None], "boolean", {"True", "(missing)"}),
            ([0.5, np.nan], "float64", {"0.5", "(missing)"}),
        ],
    )
    def test_are_named_as_text(self, values, dtype, names):
        """Numbers and truths are named as they are written."""
        assert {one.value for one in grouped(pd.Series(values * 2, dtype=dtype))} == names

    def test_rare_missing_values_are_pooled_by_name(self):
        """One row without a value is in the rest, as `(missing)`."""
        assert told(grouped(["a", "a", None])) == [("a", 2, ()), (REST, 1, ("(missing)",))]

    def test_the_index_is_nothing(self):
        """Rows are taken by place: an index that is shuffled, or has gaps, changes no group."""
        values = pd.Series(["a", "b", "a", "b", "a"], index=[7, 0, 3, 3, 1])
        assert [one.rows.tolist() for one in grouped(values)] == [
            [True, False, True, False, True],
            [False, True, False, True, False],
        ]

    @given(
        st.lists(st.tuples(st.sampled_from([*"abcd", None]), st.integers(0, 4)), max_size=40),
        st.integers(1, 8),
        st.integers(2, 4),
    )
    def test_every_row_is_in_one_group(self, drawn, rows, held):
        """Whatever the support asked for, groups part the rows, and each but the rest has support."""
        values, clusters = [value for value, _ in drawn], [code for _, code in drawn]
        found = grouped(pd.Series(values, dtype="object"), clusters, rows, held)
        assert sum(one.rows.astype(int) for one in found) == pytest.approx(np.ones(len(values)))
        for one in found:
            inside = {(values[n] or "(missing)") for n in np.flatnonzero(one.rows)}
            assert inside == set(one.pooled or (one.value,))
            supported = one.rows.sum() >= rows and len(set(np.array(clusters)[one.rows])) >= held
            assert one.supported == supported
            assert supported or one.value == REST
