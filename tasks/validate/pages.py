"""What the pages of a Parquet column say of their own size: a footer may say less.

A page's header is a Thrift struct in the compact protocol (Apache Thrift, "Thrift Compact Protocol
Specification"), whose fields 2 and 3 are its bytes unpacked and in the file (Apache Parquet, parquet.thrift).
No reader unpacks more than the header says, and none asks a footer first.
"""

from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pyarrow.parquet as pq

_BOOLEANS, _BYTE, _INTEGERS, _DOUBLE, _BINARY, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, 12
"""Kinds of field. A page header has no lists, sets and maps."""
_I32 = 5
_UNPACKED, _PACKED = 2, 3
_FACTORS = {"UNCOMPRESSED": 1, "SNAPPY": 22, "LZ4": 256, "GZIP": 1033}
"""By how much a codec can blow up a byte at most, rounded up: what its shortest copy can say."""
_DEEPEST = 8
"""Structs within structs; a page header has two levels."""


class BadPage(ValueError):
    """Bytes where a page header should be are none."""


def unpacked(path: str | Path, metadata: pq.FileMetaData, places: list[int], most: int) -> int:
    """How many bytes these columns unpack to at most, and exactly where that may be above `most`.

    Pages that a codec could not blow up so far need not be looked at. Raises `BadPage`.
    """
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in places]
    factors = [_FACTORS.get(chunk.compression, 0) for chunk in chunks]
    bound = sum(max(chunk.total_compressed_size, 0) * by for chunk, by in zip(chunks, factors, strict=True))
    if all(factors) and bound <= most:
        return int(bound)
    with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return sum(size for chunk in chunks for size in _pages(data, chunk))


def _pages(data: mmap, chunk: pq.ColumnChunkMetaData) -> Iterator[int]:
    starts = (chunk.data_page_offset, chunk.dictionary_page_offset)
    at = min(start for start in starts if start)
    end = at + chunk.total_compressed_size
    # A page has a value, but for the dictionary's: a flood of empty ones is no column.
    for _ in range(chunk.num_values + 2):
        if at >= end:
            return
        page = _Header(data, at)
        yield page.unpacked
        at = page.end + page.packed
    raise BadPage("more pages than values")


class _Header:
    """A page header in `data`: where it ends, and the page's bytes packed and unpacked."""

    def __init__(self, data: mmap, at: int) -> None:
        self._data = data
        self._at = at
        found: dict[int, int] = {}
        for field, kind in self._fields():
            if kind == _I32 and field in (_UNPACKED, _PACKED):
                found[field] = self._number()
            else:
                self._skip(kind, 0)
        self.end = self._at
        self.unpacked, self.packed = found.get(_UNPACKED, -1), found.get(_PACKED, -1)
        if self.unpacked < 0 or self.packed < 0:
            raise BadPage("a page does not say how large it is")

    def _fields(self) -> Iterator[tuple[int, int]]:
        field = 0
        while byte := self._byte():
            field = field + (byte >> 4) if byte >> 4 else self._number()
            yield field, byte & 15

    def _byte(self) -> int:
        if not 0 <= self._at < len(self._data):
            raise BadPage("a page header ends behind the end of the file")
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:  # noqa: PLR2004 - the bit that says that there is more
                return value
        raise BadPage("a number of more than ten bytes")

    def _number(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _skip(self, kind: int, depth: int) -> None:
        if depth > _DEEPEST:
            raise BadPage("a page header as deep as none is")
        if kind in _INTEGERS:
            self._varint()
        elif kind == _BYTE:
            self._byte()
        elif kind == _DOUBLE:
            self._at += 8
        elif kind == _BINARY:
            length = self._varint()
            self._at += length
        elif kind == _STRUCT:
            for _, inner in self._fields():
                self._skip(inner, depth + 1)
        elif kind not in _BOOLEANS:
            raise BadPage("a page header with a kind of field that none has")
