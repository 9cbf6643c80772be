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


def repeated_keys(found: list[Keys]) -> Keys:
    """The keys that occur more than once, in order."""
    everything = np.concatenate(found) if found else np.empty(0, np.uint64)
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
    width = np.int64 if pa.types.is_large_string(values.type) else np.int32
    _, offsets, data = values.buffers()
    if not len(values) or data is None:
        return np.zeros(len(values), np.uint64)
    ends = np.frombuffer(offsets, width)[values.offset : values.offset + len(values) + 1].astype(np.int64)
    first, last, lengths = int(ends[0]), int(ends[-1]), np.diff(ends)
    padded = np.zeros(last - first + _WORD, np.uint8)
    padded[: last - first] = np.frombuffer(data, np.uint8)[first:last]
    everywhere = np.ndarray((last - first + 1,), "<u8", padded, strides=(1,))
    shortest, longest = int(lengths.min()), int(lengths.max())
    mixed = lengths.astype(np.uint64) * _MULTIPLIER
    for at in range(0, min(_WORDS * _WORD, longest), _WORD):
        if shortest == longest:
            words = everywhere[at : at + len(mixed) * longest : longest]
            mixed = _mixed(mixed, words, longest - at)
            continue
        rows = np.flatnonzero(lengths > at) if at >= shortest else slice(None)
        words = everywhere[ends[:-1][rows] - first + at]
        mixed[rows] = _mixed(mixed[rows], words, lengths[rows] - at)
    return mixed


def _mixed(before: Keys, words: Keys, left: NDArray[np.int64] | int) -> Keys:
    """The keys with one word more, of which only the `left` first bytes are of the text."""
    unused = (np.maximum(_WORD - left, 0) * _WORD).astype(np.uint64)
    if unused.any():
        words = words << unused
        words >>= unused
    here = before ^ words
    here *= _MULTIPLIER
    here ^= here >> np.uint64(32)
    return here
