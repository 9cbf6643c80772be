"""The keys by which rows are compared."""

import pyarrow as pa
import pytest

from tasks.validate.uniqueness import keys

TEXTS = [
    "",
    "a",
    "b",
    "ab",
    "abcdefgh",
    "abcdefghi",
    "12345678",
    "x" * 255,
    "x" * 256,
    "ä" * 40,
    "a\0",
    "a\0\0",
]


class TestKeysOfText:
    """Equal text has the same key, whatever stands beside it."""

    @pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
    def test_do_not_depend_on_the_others(self, kind: pa.DataType):
        """Alone, among text as long and among longer and shorter text: one key each, no two the same."""
        among = keys(pa.array(TEXTS, kind)).tolist()
        assert [keys(pa.array([one], kind)).tolist() for one in TEXTS] == [[one] for one in among]
        assert [keys(pa.array([one] * 3, kind)).tolist() for one in TEXTS] == [[one] * 3 for one in among]
        assert len(set(among)) == len(TEXTS)

    def test_of_a_part_of_a_column(self):
        """A slice, and text beside what is missing, have the keys that the text has."""
        values = pa.array(["abc", None, "abd", "abe", "xyz"])
        assert keys(values.slice(2, 2)).tolist() == keys(pa.array(["abd", "abe"])).tolist()
        assert keys(values).tolist() == keys(pa.array(["abc", "abd", "abe", "xyz"])).tolist()
