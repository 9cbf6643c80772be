"""A column as the type of `table.yaml`: what means the same is taken, and all else is named by its row."""

import pyarrow as pa
import pytest

from tasks.errors import BadInput
from tasks.tables.kinds import as_type, becomes, stored_as


def taken(values, kind, source=None):
    """These values as this type."""
    return as_type(pa.array(values, source), stored_as(kind), lambda row: f"row {row + 1}").to_pylist()


class TestText:
    """Of CSV, as it is guessed."""

    @pytest.mark.parametrize(
        ("values", "kind", "found"),
        [
            (["1", None, "-20"], "integer", [1, None, -20]),
            (["1.0", "20.00"], "integer", [1, 20]),
            (["1", "2.5", "1e3"], "number", [1.0, 2.5, 1000.0]),
            (["True", "FALSE", None], "boolean", [True, False, None]),
            (["007", ""], "string", ["007", ""]),
        ],
    )
    def test_is_read(self, values, kind, found):
        """Whole numbers may have a point that says nothing."""
        assert taken(values, kind) == found

    @pytest.mark.parametrize(
        ("value", "kind"),
        [("007", "integer"), ("1.5", "integer"), ("1,5", "number"), ("nan", "number"), ("yes", "boolean"),
         ("", "number"), ("2024-01-01 00:00", "timestamp"), ("9" * 19, "integer"), ("1\n", "integer"),
         ("2024-02-30 00:00Z", "timestamp")],
    )  # fmt: skip
    def test_of_another_form_is_named(self, value, kind):
        """What would have made the column text at first is no number later; no calendar has 30 February."""
        good = {"timestamp": "2024-01-01 00:00Z", "boolean": "true"}.get(kind, "1")
        with pytest.raises(BadInput, match=r"row 2 has .*: expected (a|true)"):
            taken([good, value, good], kind)


class TestParquet:
    """Which has types of its own."""

    def test_keeps_its_width(self):
        """What is of the type already is left as it is stored."""
        assert becomes(pa.int32(), "integer") == pa.int32()
        assert becomes(pa.dictionary(pa.int8(), pa.string()), "string") == pa.dictionary(
            pa.int8(), pa.string()
        )
        assert becomes(pa.list_(pa.int8()), "other") == pa.list_(pa.int8())

    def test_may_be_numbers_of_another_kind_or_empty(self):
        """As pandas writes whole numbers of which some are missing."""
        assert becomes(pa.float64(), "integer") == pa.int64()
        assert becomes(pa.null(), "string") == pa.string()
        assert taken([1.0, float("nan"), None], "integer", pa.float64()) == [1, None, None]

    def test_is_refused_otherwise(self):
        """Text is no number, a time without an offset no instant, a half no whole number."""
        assert becomes(pa.string(), "number") is None
        assert becomes(pa.timestamp("us"), "timestamp") is None
        with pytest.raises(BadInput, match=r"row 2 has 1\.5: expected a whole number"):
            taken([1.0, 1.5], "integer", pa.float64())
