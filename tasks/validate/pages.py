"""What the pages of a Parquet column say of their own size: a footer may say less.

A page's header is a Thrift struct in the compact protocol (Apache Thrift, "Thrift Compact Protocol
Specification"), whose fields 2 and 3 are its bytes unpacked and in the file (Apache Parquet, parquet.thrift).
No reader unpacks more than the header says, and none asks a footer first.
"""

from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

import pyarrow.parquet as pq

_INTEGERS, _I32, _BINARY, _STRUCT = (4, 5, 6), 5, 8, 12
"""Kinds of field. A page header has no lists, sets and maps."""
_SIZES = {1: 0, 2: 0, 3: 1, 7: 8, _STRUCT: 0}
"""Bytes of the others: of true and false none, of a byte, of a float; a struct's fields follow."""
_MORE = 128
"""The bit of a byte that says that there is more of a number."""
_UNPACKED, _PACKED = 2, 3
_FACTORS = {"UNCOMPRESSED": 1, "SNAPPY": 22, "LZ4": 256, "GZIP": 1033}
"""By how much a codec can blow up a byte at most, rounded up: what its shortest copy can say."""
_LONGEST = (1 << 8, 1 << 12, 1 << 16, 1 << 20, 1 << 24)
"""Bytes in which a page header is looked for, one after the other; no reader takes a longer one."""
_DEEPEST = 8
"""Structs within structs; a page header has two levels."""


class BadPage(ValueError):
    """Bytes where a page header should be are none."""


def unpacked(path: str | Path, metadata: pq.FileMetaData, places: list[int], most: int) -> int:
    """How many bytes these columns unpack to at most, and exactly where that is above `most`.

    Pages that a codec could not blow up so far need not be looked at. Raises `BadPage`.
    """
    groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in places]
    packed = [max(chunk.total_compressed_size, 0) for chunk in chunks]
    # Without a bound for one of them all pages count, and not one is left out.
    factors = [_FACTORS.get(chunk.compression, most + 1) for chunk in chunks]
    bound: int = sum(size * by for size, by in zip(packed, factors, strict=True))
    if bound <= most:
        return bound
    with Path(path).open("rb", buffering=0) as file:
        for chunk, size, by in zip(chunks, packed, factors, strict=True):
            if bound <= most:
                break
            bound += sum(_pages(file, chunk)) - size * by
    return bound


def _pages(file: FileIO, chunk: pq.ColumnChunkMetaData) -> Iterator[int]:
    starts = (chunk.data_page_offset, chunk.dictionary_page_offset)
    at = min(start for start in starts if start)
    end = at + chunk.total_compressed_size
    if at < 0:
        raise BadPage("a page before the file")
    # A page has a value, but for the dictionary's: a flood of empty ones is no column.
    for _ in range(chunk.num_values + 2):
        if at >= end:
            return
        length, unpacked_size, packed_size = _header(file, at)
        yield unpacked_size
        at += length + packed_size
    raise BadPage("more pages than values")


def _header(file: FileIO, at: int) -> tuple[int, int, int]:
    """How long the page header at this place is, and the page's bytes unpacked and packed."""
    for size in _LONGEST:
        file.seek(at)
        # What is mapped instead of read would count as memory: all of the file, in the end.
        with suppress(IndexError):
            return _parsed(file.read(size))
    raise BadPage("a page header ends behind the end of the file, or nowhere")


def _parsed(data: bytes) -> tuple[int, int, int]:
    """As `_header`, of what begins with one; raises `IndexError` where `data` ends before it does."""
    found: dict[int, int] = {}
    # The last field of the header, and of each struct in it that is open.
    fields, at = [0], 0
    while fields:
        byte = data[at]
        at += 1
        if not byte:
            fields.pop()
            continue
        kind, step = byte & 15, byte >> 4
        if not step:
            number, at = _varint(data, at)
            fields[-1] = _signed(number)
        fields[-1] += step
        value, at = _value(data, at, kind)
        if kind == _STRUCT:
            fields.append(0)
            if len(fields) > _DEEPEST:
                raise BadPage("a page header as deep as none is")
        elif kind == _I32 and len(fields) == 1:
            found[fields[0]] = _signed(value)
    unpacked_size, packed_size = found.get(_UNPACKED, -1), found.get(_PACKED, -1)
    if unpacked_size < 0 or packed_size < 0:
        raise BadPage("a page does not say how large it is")
    return at, unpacked_size, packed_size


def _value(data: bytes, at: int, kind: int) -> tuple[int, int]:
    """A field's value at this place where it is a number, and where the field ends."""
    if kind in _INTEGERS:
        return _varint(data, at)
    if kind == _BINARY:
        length, at = _varint(data, at)
        return 0, at + length
    if kind not in _SIZES:
        raise BadPage("a page header with a kind of field that none has")
    return 0, at + _SIZES[kind]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = data[at]
    if value < _MORE:
        return value, at + 1
    value -= _MORE
    for place in range(1, 10):
        byte = data[at + place]
        value |= (byte & (_MORE - 1)) << (7 * place)
        if byte < _MORE:
            return value, at + place + 1
    raise BadPage("a number of more than ten bytes")


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)
