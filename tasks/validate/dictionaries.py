"""How long the texts of a column's dictionary are, by the dictionary's own page and without a reader.

A reader keeps every text it meets to tell it from the others, which takes ten times as long as its length.
The page is a sequence of texts, each behind its length in four bytes (Apache Parquet, Encodings.md, "PLAIN").
"""

from io import FileIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.validate.pages import DICTIONARY, page_at, start

_MOST = 1 << 24
"""Bytes of a page that is looked at here, where it takes a few times as many while it is."""
_LENGTH = 4
_BLOCK = 1 << 16
"""Bytes that are looked at at once: memory that is new would cost more than the look."""


def longest_known(path: str | Path, chunk: pq.ColumnChunkMetaData) -> int | None:
    """The longest text of a row group's dictionary in bytes, or None where a reader has to be asked."""
    try:
        with Path(path).open("rb", buffering=0) as file:
            page = _dictionary(file, chunk)
    except (pa.ArrowException, OSError, ValueError):
        return None
    return None if page is None else _longest(page)


def _dictionary(file: FileIO, chunk: pq.ColumnChunkMetaData) -> bytes | None:
    """The chunk's first page, unpacked, if that is its dictionary; readers take no second one."""
    at = start(chunk)
    page = page_at(file, at)
    if page.kind != DICTIONARY or max(page.unpacked, page.packed) > _MOST:
        return None
    file.seek(at + page.header)
    packed = file.read(page.packed)
    if chunk.compression == "UNCOMPRESSED":
        return packed
    unpacked: bytes = pa.Codec(chunk.compression.lower()).decompress(packed, page.unpacked, asbytes=True)
    return unpacked


def _longest(page: bytes) -> int | None:
    """The greatest length, where all are below 256 and no text has zero bytes.

    Then a length is wherever just three zero bytes follow a byte. That is proven for each of them: the first
    one is at the beginning, each other one where the text before it ends, and the last text ends where the
    page does.
    """
    data = np.frombuffer(page + b"\1", np.uint8)
    at = np.concatenate([_may_be_lengths(data, start) for start in range(0, len(data), _BLOCK)])
    if not len(at) or at[0]:
        return None
    lengths = data[at]
    ends = at + _LENGTH + lengths
    if ends[-1] != len(page) or (ends[:-1] != at[1:]).any():
        return None
    return int(lengths.max())


def _may_be_lengths(data: NDArray[np.uint8], start: int) -> NDArray[np.int64]:
    """Where in one block three zero bytes, and no fourth, follow a byte."""
    zero = data[start : start + _BLOCK + _LENGTH] == 0
    return np.flatnonzero(zero[1:-3] & zero[2:-2] & zero[3:-1] & ~zero[4:]) + start
