"""Whether what a reader gave is what its type says: text is UTF-8, and each code has its text.

Arrow's full check looks at text and codes one by one. Most blocks are seen at once to pass it.
"""

from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_OFFSETS: dict[pa.DataType, np.dtype[Any]] = {
    pa.string(): np.dtype(np.int32),
    pa.large_string(): np.dtype(np.int64),
}


def require_sound(batch: pa.RecordBatch) -> None:
    """Raise what Arrow's full check raises."""
    with suppress(pa.ArrowInvalid):
        # First that the buffers are as long as what lies at their ends says: the others are read so far.
        batch.validate()
        if all(surely_sound(values) for values in batch.columns):
            return
    batch.validate(full=True)


def surely_sound(values: pa.Array) -> bool:
    """Whether these are ASCII without a null, or codes of such text: then all of them are sound.

    Their buffers have passed Arrow's short check.
    """
    if not len(values) or values.buffers()[0] is not None:
        return False
    if pa.types.is_dictionary(values.type):
        return _codes_are_sound(values) and surely_sound(values.dictionary)
    return values.type in _OFFSETS and _is_ascii(values)


def _codes_are_sound(values: pa.DictionaryArray) -> bool:
    codes = values.indices
    if codes.type != pa.int32():
        return False
    # As numbers without a sign: one below zero is too large.
    return bool(_stored(codes, np.dtype(np.uint32)).max() < len(values.dictionary))


def _is_ascii(text: pa.Array) -> bool:
    """Whether each text ends behind its beginning, and all bytes from the first to the last are ASCII."""
    offsets = _stored(text, _OFFSETS[text.type], more=1)
    if (offsets[1:] < offsets[:-1]).any():
        return False
    data = np.frombuffer(text.buffers()[2], np.int8)[offsets[0] : offsets[-1]]
    # A byte of any other character is below zero as a number with a sign.
    return bool(data.min(initial=0) == 0)


def _stored(values: pa.Array, kind: np.dtype[Any], more: int = 0) -> NDArray[Any]:
    """The numbers that lie in the first buffer behind that of the nulls: one a value, and `more`."""
    start = values.offset * kind.itemsize
    return np.frombuffer(values.buffers()[1], kind, len(values) + more, start)
