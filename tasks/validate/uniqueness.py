"""Which values of a column occur more than once: eight bytes a row, then the repeated ones exactly.

The first pass keeps a key for each row. Equal values have equal keys; keys of different texts may be
equal too (one pair in 2^64), so the second pass compares the values themselves, of those rows whose
key another row has as well, which of good data are none.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tasks.validate.found import EXAMPLES
from tasks.validate.values import examples, missing, missing_mask, plain

Keys = NDArray[np.uint64]
RowNumbers = NDArray[np.int64]
_WORD = 8
_WORDS = 32
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio, made odd: Knuth, The Art of Computer Programming 3, 6.4."""


def keys(values: pa.Array) -> Keys:
    """A key for each value that is there."""
    values = comparable(values)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return _of_text(values)
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.uint8())
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    numbers: NDArray[Any] = values.to_numpy(zero_copy_only=False)
    return numbers.view(np.uint64) if numbers.itemsize == _WORD else numbers.astype(np.uint64)


def comparable(values: pa.Array) -> pa.Array:
    """The values that are there, so that equal ones have equal bits: zero has one sign."""
    values = plain(values)
    if pa.types.is_floating(values.type):
        values = pc.add(values.filter(pc.invert(pc.is_nan(values))), 0.0)
    return values.drop_null() if values.null_count else values


_GROWTH = 4
"""By how much an array is larger than the one that was full, so that little is copied."""


class Kept:
    """Keys in one array: memory that is new costs more than a key.

    A larger one is a new array: what nothing was written to takes no memory then, and numpy fills an array
    that grows in its place with zeros up to its end.
    """

    def __init__(self) -> None:
        self._room: Keys = np.empty(1, np.uint64)
        self._count = 0

    def add(self, found: Keys) -> None:
        """Keep these too."""
        count = self._count + len(found)
        if count > len(self._room):
            room = np.empty(max(count, _GROWTH * len(self._room)), np.uint64)
            room[: self._count] = self._room[: self._count]
            self._room = room
        self._room[self._count : count] = found
        self._count = count

    def clear(self) -> None:
        """Keep none."""
        self._room, self._count = np.empty(1, np.uint64), 0

    def repeated(self) -> Keys:
        """The keys that occur more than once, in order."""
        everything = self._room[: self._count]
        everything.sort()
        return np.unique(everything[1:][everything[1:] == everything[:-1]])


def repeated(batches: Iterable[pa.Array], suspects: Keys) -> tuple[RowNumbers, list[Any]]:
    """The rows that hold a value which another row holds too, all of them, and the first such values.

    Rows are numbered from 0 and in order.
    """
    chosen, places, before = [], [], 0
    for batch in batches:
        values, own = comparable(batch), keys(batch)
        place = np.minimum(np.searchsorted(suspects, own), len(suspects) - 1)
        suspect = suspects[place] == own
        chosen.append(values.filter(pa.array(suspect)))
        places.append(before + _there(batch)[suspect])
        before += len(batch)
    rows = pa.chunked_array(chosen)
    counts = pc.value_counts(rows)
    values = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    again = pc.is_in(rows, value_set=values)
    return np.concatenate(places)[again.to_numpy()], examples(rows.filter(again), EXAMPLES)


def _there(values: pa.Array) -> RowNumbers:
    """The places of the values that are not missing: those which `comparable` leaves."""
    if not missing(values):
        return np.arange(len(values), dtype=np.int64)
    return np.flatnonzero(~missing_mask(values).to_numpy(zero_copy_only=False))


def _of_text(values: pa.Array) -> Keys:
    """Mixed word by word of eight bytes; text beyond the first 256 bytes does not count for its key."""
    lengths: NDArray[Any] = pc.binary_length(values).to_numpy()
    mixed = lengths.astype(np.uint64) * _MULTIPLIER
    if not len(values):
        return mixed
    shortest, longest = int(lengths.min()), int(lengths.max())
    count = min(-(-longest // _WORD), _WORDS) or 1
    # Filled up with zero bytes, so that each text begins at a word; its length tells it from what is not.
    padded = pc.ascii_rpad(_beginnings(values, longest), count * _WORD, "\0")
    words = np.frombuffer(padded.buffers()[2], "<u8", len(values) * count).reshape(-1, count)
    for number in range(count):
        at = number * _WORD
        if at < shortest:
            _mix(mixed, words[:, number])
            continue
        rows = np.flatnonzero(lengths > at)
        mixed[rows] = _mix(mixed[rows], words[rows, number])
    return mixed


def _mix(before: Keys, words: Keys) -> Keys:
    """The keys with one word more, in their place."""
    before ^= words
    before *= _MULTIPLIER
    before ^= before >> np.uint64(32)
    return before


def _beginnings(text: pa.Array, longest: int) -> pa.Array:
    """The bytes that count, as text, though what is cut may be half a character."""
    most = _WORDS * _WORD
    if longest <= most:
        return text
    large = pa.types.is_large_string(text.type)
    cut = pc.binary_slice(text.cast(pa.large_binary() if large else pa.binary()), 0, most)
    return pa.Array.from_buffers(text.type, len(cut), cut.buffers(), offset=cut.offset)
