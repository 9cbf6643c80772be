"""How the rows of two deliveries of a period are told apart, and what they become together."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.add.differences import Names, difference
from tasks.add.joined import joined
from tasks.add.ruling import Wishes, allowed

MADE, REAL = (Names("id", made=made, time="time", label="label") for made in (True, False))
ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", None]), st.sampled_from([0, 1, None])), max_size=9
)


def rows(values, ids=None, **more):
    """A table of (time, x, label), with made ids."""
    names = ids or [f"2024-01-{one:07d}" for one in range(1, len(values) + 1)]
    columns = [pa.array([one[at] for one in values], kind)
               for at, kind in enumerate((pa.int64(), pa.string(), pa.int64()))]  # fmt: skip
    return pa.table(
        dict(zip(("time", "x", "label"), columns, strict=True)) | more | {"id": pa.array(names, pa.string())}
    )


def counts(found):
    """Rows added, removed, changed, and labels filled in."""
    return found.added, found.removed, found.changed, found.filled


class TestRowsWithMadeIds:
    """Which say nothing of a row."""

    @settings(max_examples=20)
    @given(ROWS, st.randoms(use_true_random=False))
    def test_are_the_same_in_any_order(self, values, random):
        """With rows that come twice, and missing values."""
        mixed = random.sample(values, len(values))
        assert difference(rows(values), rows(mixed), MADE).nothing

    @settings(max_examples=20)
    @given(ROWS, ROWS)
    def test_add_up(self, old, new):
        """Every row is paired once, added or removed; equal rows are never told as changed."""
        found = difference(rows(old), rows(new), MADE)
        pairs = [one for one in found.pairs.tolist() if one >= 0]
        assert len(set(pairs)) == len(pairs) == len(old) - found.removed == len(new) - found.added
        same = sum(min(old.count(one), new.count(one)) for one in set(old))
        assert found.changed + found.filled == len(pairs) - same

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ([(1, "a", None)], [(1, "a", 1)], (0, 0, 0, 1)),
            ([(1, "a", 0)], [(1, "a", 1)], (0, 0, 1, 0)),
            ([(1, "a", 1)], [(1, "a", None)], (0, 0, 1, 0)),
            ([(1, "a", None)], [(1, "b", 1)], (0, 0, 1, 0)),
            ([(1, "a", 0), (1, "b", 0)], [(1, "c", 0), (1, "b", 0)], (0, 0, 1, 0)),
            ([(1, "a", 0), (1, "b", 0)], [(1, "c", 0), (1, "d", 0)], (2, 2, 0, 0)),
            ([(1, "a", 0)], [(2, "a", 0)], (1, 1, 0, 0)),
            ([(1, "a", 0), (1, "a", 1)], [(1, "a", 1), (1, "a", 0)], (0, 0, 0, 0)),
        ],
    )
    def test_are_told_by_what_they_hold(self, old, new, expected):
        """Then by all but the label, then by a time that only one row has."""
        assert counts(difference(rows(old), rows(new), MADE)) == expected

    def test_are_not_told_by_time_where_they_may_be_further_ones(self):
        """Else one of two rows of a moment would be lost."""
        found = difference(rows([(1, "a", 0)]), rows([(1, "b", 0)]), MADE, part=True)
        assert counts(found) == (1, 1, 0, 0)


class TestRowsWithAnId:
    """Which tells them, whatever else they hold."""

    def test_are_told_by_it(self):
        """Also where the others are equal."""
        old = rows([(1, "a", None), (1, "a", 0), (2, "b", 0)], ids=["p", "q", "r"])
        new = rows([(1, "a", 0), (1, "a", 1), (3, "c", 1)], ids=["q", "p", "s"])
        assert counts(difference(old, new, REAL)) == (1, 1, 0, 1)


class TestStorage:
    """Says nothing of a value."""

    def test_of_another_width_or_encoding_is_the_same(self):
        """Numbers with a point, dictionaries, another unit of time, NaN and zeros of two signs."""
        old = rows(
            [(1, "a", 1), (2, None, None)], y=[0.0, None], t=pa.array([1, 2], pa.timestamp("s", "UTC"))
        )
        new = pa.table({
            "time": pa.array([2.0, 1.0]), "x": pa.array([None, "a"]).dictionary_encode(),
            "label": pa.array([float("nan"), 1.0]), "y": pa.array([float("nan"), -0.0]),
            "t": pa.array([2_000_000, 1_000_000], pa.timestamp("us", "Europe/Berlin")), "id": ["1", "2"],
        })  # fmt: skip
        assert difference(old, new, MADE).nothing

    def test_of_lists_is_compared_by_what_they_hold(self):
        """Their order included."""
        old, new = (rows([(1, "a", 1)], y=[one]) for one in ([1, 2], [2, 1]))
        assert difference(old, old, MADE).nothing
        assert difference(old, new, MADE).columns == ("y",)

    def test_without_a_column_is_told(self):
        """Gained and lost."""
        old, new = rows([(1, "a", 1)], y=[1]), rows([(1, "a", 1)], z=[1])
        found = difference(old, new, MADE)
        assert (found.gained, found.lost, found.nothing) == (("z",), ("y",), False)


class TestTogether:
    """What is delivered in the end."""

    @settings(max_examples=20)
    @given(ROWS, ROWS)
    def test_loses_no_row_of_before(self, old, new):
        """With --append: those of before in their order, each once, then the new; ids differ."""
        before, after = rows(old), rows(new)
        found = difference(before, after, MADE, part=True)
        whole = joined(before, after, found, MADE, "2024-01", keep=True)
        assert whole.num_rows == len(old) + found.added
        ids = whole["id"].to_pylist()
        assert ids[: len(old)] == before["id"].to_pylist()
        assert len(set(ids)) == len(ids)
        if not found.corrects:
            assert whole.slice(0, len(old)).equals(before)
        assert difference(whole, after, MADE, part=True).added == 0

    @settings(max_examples=20)
    @given(ROWS, ROWS)
    def test_is_the_table_where_it_is_whole(self, old, new):
        """With --replace: its rows in its order, with the ids of before."""
        before, after = rows(old), rows(new)
        found = difference(before, after, MADE)
        whole = joined(before, after, found, MADE, "2024-01", keep=False)
        assert whole.drop(["id"]).equals(after.drop(["id"]))
        assert len(set(whole["id"].to_pylist())) == len(new)
        kept = [before["id"][pair].as_py() for pair in found.pairs.tolist() if pair >= 0]
        assert [whole["id"][at].as_py() for at, pair in enumerate(found.pairs.tolist()) if pair >= 0] == kept

    @settings(max_examples=20)
    @given(ROWS, ROWS, st.booleans(), st.booleans())
    def test_is_never_less_or_other_unasked(self, old, new, replace, append):
        """What may be written without --remove holds every row of before, and without --replace unchanged."""
        before, after = rows(old), rows(new)
        found = difference(before, after, MADE, part=append)
        wishes = Wishes(replace=replace, append=append)
        if not allowed(found, wishes):
            return
        whole = joined(before, after, found, MADE, "2024-01", keep=append)
        left = difference(before, whole, MADE, part=append)
        assert left.removed == 0
        assert replace or not left.corrects
