"""The keys by which rows are compared."""

import resource
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tasks.validate.uniqueness import Kept, keys

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
    "a\0" * 100,
]
LONG = ["y" * 255 + "ä", "y" * 255 + "äb", "y" * 256 + "b", "z" * 5_000]
"""Text beyond the bytes that count; the first ones are cut within a character."""


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
class TestKeysOfText:
    """Equal text has the same key, whatever stands beside it."""

    def test_do_not_depend_on_the_others(self, kind: pa.DataType):
        """Alone, among text as long and among longer and shorter text: one key each, no two the same."""
        among = keys(pa.array(TEXTS, kind)).tolist()
        assert [keys(pa.array([one], kind)).tolist() for one in TEXTS] == [[one] for one in among]
        assert [keys(pa.array([one] * 3, kind)).tolist() for one in TEXTS] == [[one] * 3 for one in among]
        assert len(set(among)) == len(TEXTS)

    def test_count_256_bytes_and_the_length(self, kind: pa.DataType):
        """Longer text has the key of its beginning and its length, beside whatever text it stands."""
        among = keys(pa.array([*TEXTS, *LONG], kind)).tolist()[len(TEXTS) :]
        assert [keys(pa.array([one], kind)).tolist() for one in LONG] == [[one] for one in among]
        same = keys(pa.array(["z" * 256 + "ü" * 10, "z" * 256 + "u" * 20], kind)).tolist()
        assert same[0] == same[1]
        assert len({*among, *same}) == len(among) + 1

    def test_of_a_part_of_a_column(self, kind: pa.DataType):
        """A slice, and text beside what is missing, have the keys that the text has."""
        values = pa.array(["abc", None, "abd", "abe", "xyz"], kind)
        assert keys(values.slice(2, 2)).tolist() == keys(pa.array(["abd", "abe"])).tolist()
        assert keys(values).tolist() == keys(pa.array(["abc", "abd", "abe", "xyz"])).tolist()


def in_memory() -> int:
    """Bytes of this process that lie in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


class TestKept:
    """What was added, whatever it came in."""

    def test_says_which_keys_repeat(self):
        """Across what was added at once and later; a second answer is the same, and no key is lost."""
        kept, rng = Kept(), np.random.default_rng(0)
        parts = [rng.integers(0, 3_000, size).astype(np.uint64) for size in (0, 1, 700, 2, 1_500, 3)]
        for number, part in enumerate(parts):
            kept.add(part)
            found, counts = np.unique(np.concatenate(parts[: number + 1]), return_counts=True)
            assert kept.repeated().tolist() == kept.repeated().tolist() == found[counts > 1].tolist()

    @pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells what lies in memory on Linux")
    def test_takes_the_memory_of_its_keys_alone(self):
        """Of 40 MB of keys; room for more takes none until it is filled."""
        part, kept = np.arange(1 << 16, dtype=np.uint64), Kept()
        before = in_memory()
        for _ in range(80):
            kept.add(part)
        assert in_memory() - before < 1.3 * 80 * part.nbytes

    def test_is_empty_when_cleared(self):
        """Nothing repeats then, and it can be filled again."""
        kept = Kept()
        kept.add(np.array([5, 5], np.uint64))
        kept.clear()
        assert kept.repeated().tolist() == []
        kept.add(np.array([5, 7, 7], np.uint64))
        assert kept.repeated().tolist() == [7]
