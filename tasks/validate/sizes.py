"""How much a Parquet file would unpack to, known before it is unpacked: a few bytes can stand for billions.

The footer's own length comes first, then what the footer says, then how long text is: a dictionary, or
prefixes that values share, repeat one long text a million times in a few bytes, and no footer counts that.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.params import ValidateParams
from tasks.parquet import blocks, flat
from tasks.validate.dictionaries import longest_known
from tasks.validate.pages import unpacked
from tasks.validate.result import Failure

_RATIO = 50
"""Uncompressed bytes per byte of file above which a file is not taken for data."""
_FOOTER = 16 << 20
"""Bytes of a footer: some fifty thousand columns of one row group, or of two hundred 250 row groups."""
_GROUPS = 4096
_ROWS = 1 << 16
_AT_ONCE = 1 << 24
"""Bytes of text that may be unpacked at once to see how long it is, or a sixteenth of what is allowed."""
_LARGE = 1 << 20
"""Bytes of a row group's column from which on a thread of its own takes less time than it costs."""
_TAIL = 8
_WIDTH = 8


class TooMuch(Exception):
    """A file is too much to be read at all, or lies about it; `failure` says it as a report does."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def measured(path: str | Path, rules: ValidateParams) -> pq.FileMetaData:
    """The footer of a file whose footer is fit to be read, and tells of no more than is allowed.

    Raises `TooMuch`, and what pyarrow does where there is no footer.
    """
    size = Path(path).stat().st_size
    footer = _footer(path, size)
    if footer > _FOOTER:
        raise _too_much(f"a footer of {footer:,} bytes, at most {_FOOTER:,} allowed")
    metadata = pq.read_metadata(path)
    if metadata.num_rows > rules.rows.max:
        message = f"expected {rules.rows.min:,} to {rules.rows.max:,} rows, found {metadata.num_rows:,}"
        raise TooMuch(Failure.of_file("row_count_to_be_between", message))
    if metadata.num_row_groups > _GROUPS:
        raise _too_much(f"{metadata.num_row_groups:,} row groups, at most {_GROUPS:,} allowed")
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    if (held := sum(group.num_rows for group in groups)) != metadata.num_rows:
        message = f"the file says that it has {metadata.num_rows:,} rows, and its row groups have {held:,}"
        raise TooMuch(Failure.of_file("readable", message))
    inflated = sum(group.total_byte_size for group in groups)
    if inflated > _RATIO * max(size, 1 << 20):
        raise _too_much(f"{inflated:,} bytes once unpacked")
    _within(inflated, rules)
    return metadata


def _footer(path: str | Path, size: int) -> int:
    with Path(path).open("rb") as file:
        file.seek(max(size - _TAIL, 0))
        tail = file.read()
    length = int.from_bytes(tail[:4], "little") if tail[4:] == b"PAR1" else 0
    return length if length < size else 0


def refuse_long_values(path: str | Path, metadata: pq.FileMetaData, rules: ValidateParams) -> None:
    """Raise `TooMuch` where the declared columns are that once they are values; others are never read.

    A column within a column has no declared type, and any number of values a row.
    """
    places = _declared(metadata, rules)
    columns = {place: metadata.schema.column(place) for place in places}
    texts = [place for place, column in columns.items() if column.physical_type == "BYTE_ARRAY"]
    most, total, groups = rules.max_unpacked_bytes, 0, range(metadata.num_row_groups)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # To hand a small dictionary to a thread takes longer than to look at it.
        each = {one: pool.map if _may_be_large(_chunks(metadata, one)) else map for one in texts}
        # Little is unpacked of a dictionary, so that they are looked at while page after page is.
        known = {one: each[one](partial(longest_known, path), _chunks(metadata, one)) for one in texts}
        _within(unpacked(path, metadata, places, most), rules)
        for place, column in columns.items():
            if place in known:
                longest = each[place](partial(_longest, path, metadata, place), groups, known[place])
                total += _text(path, metadata, place, longest, most - total)
            else:
                total += metadata.num_rows * max(_WIDTH, column.length)
            _within(total, rules)


def _declared(metadata: pq.FileMetaData, rules: ValidateParams) -> list[int]:
    """The places of the declared columns."""
    schema = metadata.schema.to_arrow_schema()
    for name in rules.columns:
        if any(_holds_columns(schema.field(place).type) for place in schema.get_all_field_indices(name)):
            raise _too_much(f"column {name} holds columns of its own")
    return sorted(place for name, those in flat(metadata).items() if name in rules.columns for place in those)


def _holds_columns(kind: pa.DataType) -> bool:
    kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    return bool(pa.types.is_nested(kind))


def _chunks(metadata: pq.FileMetaData, place: int) -> list[pq.ColumnChunkMetaData]:
    return [metadata.row_group(group).column(place) for group in range(metadata.num_row_groups)]


def _may_be_large(chunks: list[pq.ColumnChunkMetaData]) -> bool:
    """Whether several row groups have more than `_LARGE` each of a column, which may be its dictionary."""
    return len(chunks) > 1 and sum(one.total_uncompressed_size for one in chunks) > _LARGE * len(chunks)


def _text(path: str | Path, metadata: pq.FileMetaData, place: int, longest: Iterable[int], most: int) -> int:
    """How many bytes a column's text has at most; where that is above `most`, counted as far as there.

    `longest` is what `_longest` says of each row group.
    """
    count = 0
    bound = sum(
        int(chunk.total_uncompressed_size) + int(chunk.num_values) * one
        for chunk, one in zip(_chunks(metadata, place), longest, strict=True)
    )
    if bound <= most:
        return bound
    for length in _lengths(path, metadata, place, max(_AT_ONCE, most >> 4)):
        count += length
        if count > most:
            break
    return count


def any_shares_prefixes(metadata: pq.FileMetaData) -> bool:
    """Whether text is told by what it shares with the text before it: pyarrow has no dictionary then."""
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    return any(_shares_prefixes(one.column(place)) for one in groups for place in range(one.num_columns))


def _shares_prefixes(chunk: pq.ColumnChunkMetaData) -> bool:
    return "DELTA_BYTE_ARRAY" in chunk.encodings


def _longest(path: str | Path, metadata: pq.FileMetaData, place: int, group: int, known: int | None) -> int:
    """The longest text that a row of a row group may have beside its own bytes in the file.

    It is that of the row group's dictionary, which comes with the first row where its page does not make it
    `known`; or all of the bytes there, where values share them.
    """
    chunk = metadata.row_group(group).column(place)
    if _shares_prefixes(chunk):
        return int(chunk.total_uncompressed_size)
    if not chunk.has_dictionary_page:
        return 0
    if known is not None:
        return known
    name = metadata.schema.column(place).name
    with pq.ParquetFile(path, metadata=metadata, read_dictionary=[place]) as file:
        # A thread for each row group is at work already.
        first = next(blocks(file, [name], 1, [group], threads=False), None)
        found = pc.max(pc.binary_length(first.column(0).dictionary)).as_py() if first is not None else None
    return int(found or 0)


def _lengths(path: str | Path, metadata: pq.FileMetaData, place: int, at_once: int) -> Iterator[int]:
    """The bytes of a column's text, a batch of rows at a time, few enough to be held whatever they hold."""
    name = metadata.schema.column(place).name
    for group in range(metadata.num_row_groups):
        chunk = metadata.row_group(group).column(place)
        plain = _shares_prefixes(chunk)
        rows = max(1, at_once // max(chunk.total_uncompressed_size, 1)) if plain else _ROWS
        encoded = None if plain else [place]
        with pq.ParquetFile(path, metadata=metadata, read_dictionary=encoded) as file:
            for batch in blocks(file, [name], min(rows, _ROWS), [group]):
                yield _length(batch.column(0))


def _length(values: pa.Array) -> int:
    if pa.types.is_dictionary(values.type):
        lengths = pc.binary_length(values.dictionary).cast(pa.int64())
        return int(pc.sum(pc.take(lengths, values.indices)).as_py() or 0)
    return int(pc.sum(pc.binary_length(values).cast(pa.int64())).as_py() or 0)


def _within(count: int, rules: ValidateParams) -> None:
    if count > rules.max_unpacked_bytes:
        most = f"validate.max_unpacked_bytes allows {rules.max_unpacked_bytes:,}"
        raise _too_much(f"{count:,} bytes once unpacked, or more, and {most}")


def _too_much(what: str) -> TooMuch:
    return TooMuch(Failure.of_file("readable", f"{what}; not taken for data"))
