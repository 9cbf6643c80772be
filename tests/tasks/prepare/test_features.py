"""One encoding for training, a batch and one row; what it does not know it counts or refuses."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.prepare.features import Feature, Schema, encode, fix_schema

SCHEMA = Schema(
    features=(
        Feature(name="x"),
        Feature(name="colour", categories=("blue", "green", "red")),
        Feature(name="n"),
    )
)
colours = st.one_of(st.none(), st.sampled_from(["red", "green", "blue", "mauve", "", "réd", "nan"]))
numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.just(1e300), st.just(-0.0))
integers = st.one_of(st.none(), st.integers(-(2**53), 2**53))


def one(schema: Schema = SCHEMA, **values: object) -> np.ndarray:
    """The matrix of one row."""
    return encode({name: [value] for name, value in values.items()}, schema)[0]


def row_of(**values: object) -> np.ndarray:
    """The first row of the matrix, with everything unnamed missing."""
    return one(**({"x": None, "colour": None, "n": None} | values))[0]


class TestOneRowIsABatchOfOne:
    """What is served is what was trained on."""

    @settings(max_examples=40)
    @given(st.lists(st.tuples(numbers, colours, integers), min_size=1, max_size=8))
    def test_equal_matrices(self, drawn):
        """Rows encoded one by one are the rows of the batch's matrix, to the bit, and so are the counts."""
        frame = pd.DataFrame(
            {
                "x": pd.Series([row[0] for row in drawn], dtype="float64"),
                "colour": pd.Series([row[1] for row in drawn], dtype="str"),
                "n": pd.Series([row[2] for row in drawn], dtype="Int64"),
            }
        )
        batch, unseen = encode(frame, SCHEMA)
        single = [encode({"x": [x], "colour": [c], "n": [n]}, SCHEMA) for x, c, n in drawn]
        np.testing.assert_array_equal(np.vstack([matrix for matrix, _ in single]), batch)
        assert batch.dtype == np.float32
        assert unseen.get("colour", 0) == sum(counts.get("colour", 0) for _, counts in single)

    @settings(max_examples=20)
    @given(st.lists(colours, min_size=1, max_size=8))
    def test_how_text_is_held_does_not_matter(self, drawn):
        """Strings, objects and dictionary-encoded text give one matrix."""
        plain = pd.Series(drawn, dtype="str")
        schema = Schema(features=SCHEMA.features[1:2])
        expected = encode({"colour": plain}, schema)
        for held in (plain.astype("category"), pd.Series(drawn, dtype="object"), drawn):
            matrix, unseen = encode({"colour": held}, schema)
            np.testing.assert_array_equal(matrix, expected[0])
            assert unseen == expected[1]

    @pytest.mark.parametrize("dtype", ["int8", "int64", "float32", "Int64", "Float64", "object"])
    def test_how_numbers_are_held_does_not_matter(self, dtype):
        """Integers and floats of every width give one matrix."""
        schema = Schema(features=(Feature(name="x"),))
        matrix, _ = encode({"x": pd.Series([1, 2, 100]).astype(dtype)}, schema)
        assert matrix.ravel().tolist() == [1.0, 2.0, 100.0]


class TestMissing:
    """A value that is not there is NaN, and nothing else is."""

    @pytest.mark.parametrize("missing", [None, math.nan, pd.NA])
    def test_no_value(self, missing):
        """None, NaN and NA are missing, in numbers and in categories."""
        assert np.isnan(row_of(x=missing, colour=missing)).all()

    @pytest.mark.parametrize("value", [math.inf, -math.inf, 1e39, -1e39, 10**400])
    def test_beyond_float32(self, value):
        """Infinite values and numbers that no float32 holds are missing, and raise no warning."""
        assert np.isnan(row_of(x=value)[0])

    def test_large_but_finite(self):
        """The largest float32 is a number."""
        assert row_of(x=3.4e38)[0] == np.float32(3.4e38)

    def test_a_column_without_values(self):
        """A column of nothing but nulls is all missing, whatever its type."""
        empty = pd.Series([None, None], dtype="object")
        matrix, unseen = encode({"x": empty, "colour": empty.astype("float64"), "n": empty}, SCHEMA)
        assert np.isnan(matrix).all()
        assert unseen == {}

    def test_no_rows(self):
        """No rows are a matrix of no rows with every feature."""
        frame = pd.DataFrame({"x": [], "colour": pd.Series([], dtype="str"), "n": []})
        assert encode(frame, SCHEMA)[0].shape == (0, 3)


class TestCategories:
    """They are what training rows said."""

    def test_places_are_sorted(self):
        """A category is its place among the sorted categories, in whatever order they came."""
        frame = pd.DataFrame({"colour": ["red", "blue", None, "green", "red"]})
        schema = fix_schema(frame, ("colour",), frozenset({"colour"}))
        assert schema.features[0].categories == ("blue", "green", "red")
        assert schema.types == ["c"]
        assert one(schema, colour="red")[0, 0] == 2.0

    def test_unseen_ones_are_missing_and_counted(self):
        """A category that training never saw is a missing value; how many is said by feature."""
        frame = pd.DataFrame({"x": 1.0, "colour": ["mauve", "red", "mauve", None], "n": 1})
        matrix, unseen = encode(frame, SCHEMA)
        assert np.isnan(matrix[:, 1]).tolist() == [True, False, True, True]
        assert unseen == {"colour": 2}

    def test_numbers_have_none(self):
        """A numeric feature has no categories, whatever values training rows have."""
        schema = fix_schema(pd.DataFrame({"x": [1.0, 2.0]}), ("x",), frozenset())
        assert schema.features[0].categories is None
        assert schema.types == ["q"]


class TestWrongTypes:
    """A value of another type is refused with its feature's name, in a row and in a batch alike."""

    @pytest.mark.parametrize(
        "value", ["12", "abc", [1, 2], {"a": 1}, 1 + 2j, pd.Timestamp("2024-01-01"), b"1"]
    )
    def test_numbers(self, value):
        """Text, lists, times and bytes are no numbers; text that looks like one is text."""
        with pytest.raises(BadInput, match="feature x: expected a number"):
            row_of(x=value)
        column = pd.Series([value, None], dtype="object")
        with pytest.raises(BadInput, match="feature x: expected numbers, found"):
            encode({"x": column, "colour": ["red", "red"], "n": [1, 2]}, SCHEMA)

    @pytest.mark.parametrize("value", [3, 2.5, True, ["red"], b"red"])
    def test_categories(self, value):
        """Numbers are no categories: as one they would silently be unseen."""
        with pytest.raises(BadInput, match="feature colour: expected text"):
            row_of(colour=value)
        column = pd.Series([value, None], dtype="object")
        with pytest.raises(BadInput, match="feature colour: expected text, found"):
            encode({"x": [1.0, 2.0], "colour": column, "n": [1, 2]}, SCHEMA)

    @pytest.mark.parametrize(
        "column",
        [
            pd.Series(["1", "2"]),
            pd.to_datetime(pd.Series(["2024-01-01"] * 2)),
            pd.Series(["a", 1], dtype="object"),
        ],
    )
    def test_typed_columns(self, column):
        """A text or time column where numbers are due is refused, and not cast."""
        with pytest.raises(BadInput, match="feature x: expected numbers"):
            encode({"x": column, "colour": ["red", "red"], "n": [1, 2]}, SCHEMA)

    def test_a_missing_feature(self):
        """A feature that is not there is named, and so are those expected."""
        with pytest.raises(BadInput, match=r"feature colour is missing; expected \['x', 'colour', 'n'\]"):
            encode({"x": [1.0], "n": [1]}, SCHEMA)

    def test_booleans_are_numbers(self):
        """True is 1 and False is 0, with nulls beside them."""
        assert row_of(x=True)[0] == 1.0
        column = pd.Series([True, None, False], dtype="object")
        matrix, _ = encode({"x": column}, Schema(features=(Feature(name="x"),)))
        np.testing.assert_array_equal(matrix.ravel(), np.array([1, np.nan, 0], dtype=np.float32))
