"""What the pages of a Parquet column say of their own size: a footer may say less.

A page's header is a Thrift struct in the compact protocol (Apache Thrift, "Thrift Compact Protocol
Specification"), whose fields 1 to 3 are its kind and its bytes unpacked and in the file (Apache Parquet,
parquet.thrift).
No reader unpacks more than the header says, and none asks a footer first.
"""

from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

_I32, _BINARY, _STRUCT = 5, 8, 12
"""Kinds of field. A page header has no lists, sets and maps."""
_COUNTED = (4, _I32, 6, _BINARY)
"""Kinds that begin with a number: whole numbers, and bytes with how many they are."""
_SIZES = {1: 0, 2: 0, 3: 1, 7: 8, _STRUCT: 0}
"""Bytes of the others: of true and false none, of a byte, of a float; a struct's fields follow."""
_MORE = 128
"""The bit of a byte that says that there is more of a number."""
_KIND, _UNPACKED, _PACKED = 1, 2, 3
DICTIONARY = 2
"""The kind of a page of values to which others refer."""
_FACTORS = {"UNCOMPRESSED": 1, "SNAPPY": 22, "LZ4": 256, "GZIP": 1033}
"""By how much a codec can blow up a byte at most, rounded up: what its shortest copy can say."""
_LONGEST = (1 << 8, 1 << 12, 1 << 16, 1 << 20, 1 << 24)
"""Bytes in which a page header is looked for, one after the other; no reader takes a longer one."""
_DEEPEST = 8
"""Structs within structs; a page header has two levels."""


class BadPage(ValueError):
    """Bytes where a page header should be are none."""


class Page(NamedTuple):
    """A page's kind, and the bytes of its header and of itself, unpacked and packed."""

    header: int
    kind: int
    unpacked: int
    packed: int


def start(chunk: pq.ColumnChunkMetaData) -> int:
    """Where a chunk's first page begins; raises `BadPage` where that is before the file."""
    at = min(one for one in (chunk.data_page_offset, chunk.dictionary_page_offset) if one)
    if at < 0:
        raise BadPage("a page before the file")
    return int(at)


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
        # The largest first: fewer have to be looked at until the rest cannot matter.
        every = sorted(zip(packed, factors, chunks, strict=True), key=itemgetter(0), reverse=True)
        for size, by, chunk in every:
            if bound <= most:
                break
            bound += sum(_pages(file, chunk)) - size * by
    return bound


def _pages(file: FileIO, chunk: pq.ColumnChunkMetaData) -> Iterator[int]:
    at = start(chunk)
    end = at + chunk.total_compressed_size
    # A page has a value, but for the dictionary's: a flood of empty ones is no column.
    for _ in range(chunk.num_values + 2):
        if at >= end:
            return
        page = page_at(file, at)
        yield page.unpacked
        at += page.header + page.packed
    raise BadPage("more pages than values")


def page_at(file: FileIO, at: int) -> Page:
    """What the page header at this place says; raises `BadPage`."""
    for size in _LONGEST:
        file.seek(at)
        # What is mapped instead of read would count as memory: all of the file, in the end.
        with suppress(IndexError):
            page = _parsed(file.read(size))
            if page.unpacked < 0 or page.packed < 0:
                raise BadPage("a page does not say how large it is")
            return page
    raise BadPage("a page header ends behind the end of the file, or nowhere")


def _parsed(data: bytes) -> Page:
    """The page header with which `data` begins; raises `IndexError` where `data` ends before it does.

    There are thousands of headers in a file of millions of rows, so most numbers, which are one byte, are
    read here, without a call.
    """
    found = {_KIND: -1, _UNPACKED: -1, _PACKED: -1}
    at, depth, field, value = 0, 1, 0, 0
    while depth:
        byte = data[at]
        at += 1
        if not byte:
            depth -= 1
            continue
        kind, step = byte & 15, byte >> 4
        if not step:
            number, at = _varint(data, at)
            step = _signed(number) - field
        if depth == 1:
            field += step
        if kind in _COUNTED:
            value, at = data[at], at + 1
            if value >= _MORE:
                value, at = _varint(data, at - 1)
            if kind == _BINARY:
                at += value
            elif kind == _I32 and depth == 1:
                found[field] = _signed(value)
        elif kind in _SIZES and depth < _DEEPEST:
            at += _SIZES[kind]
            depth += kind == _STRUCT
        else:
            raise BadPage("a page header with a kind of field that none has, or as deep as none is")
    return Page(at, found[_KIND], found[_UNPACKED], found[_PACKED])


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
