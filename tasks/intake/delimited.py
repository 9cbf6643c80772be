"""CSV becomes Parquet: one fixed way to read it, and the same bytes for the same pyarrow.

RFC 4180 in UTF-8: commas, a header, `"` around text that holds commas, quotes (doubled) or line ends.
Values have the types of `validate.columns`; columns that are not declared stay text. An empty field
is a missing value, a quoted empty one is empty text; nothing else is missing, but `nan` in a column of
numbers, and nothing is run. What is not so is refused whole: to guess would be to change data that
nobody has looked at. What pyarrow takes beyond that stands in docs/data.md.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import IO, TYPE_CHECKING, cast

from tasks.documents import canonical, digest
from tasks.intake.reading import BLOCK, Unfit, Watched
from tasks.params import ValidateParams

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_COLUMNS = 4096
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_SAID = 200


def terms(rules: ValidateParams) -> str:
    """What else than its bytes decides what becomes of a CSV: declared types and limits, as eight digits."""
    types = {name: column.type for name, column in rules.columns.items()}
    return digest(canonical([types, rules.rows.max, rules.max_unpacked_bytes]))[:8]


def to_parquet(data: bytes, rules: ValidateParams, *, packed: bool) -> bytes:
    """The Parquet file of a CSV, `packed` by gzip or not; raises `Unfit` with the reason.

    Read a block at a time: beside `data` and the result, memory holds a few dozen blocks of 4 MiB,
    whatever the bytes unpack to.
    """
    import pyarrow as pa

    source: IO[bytes] = io.BytesIO(data)
    source = cast("IO[bytes]", gzip.GzipFile(fileobj=source)) if packed else source
    watched = Watched(source, rules.max_unpacked_bytes)
    try:
        with closing(watched):
            return _written(watched, rules)
    except (OSError, EOFError, zlib.error) as error:
        raise Unfit(f"not a readable gzip file (cut short?): {_line(error)}") from error
    except pa.ArrowException as error:
        raise Unfit(f"not a readable CSV file: {_explained(error, watched.columns)}") from error


def _written(watched: Watched, rules: ValidateParams) -> bytes:
    import pyarrow.csv
    import pyarrow.parquet as pq

    watched.columns = names = _header(watched.head())
    declared = {name: column.type for name, column in rules.columns.items()}
    kinds = {name: _kind(declared.get(name, "string")) for name in names}
    reader = pyarrow.csv.open_csv(
        watched,
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=BLOCK, encoding="utf8"),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=kinds, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=_TRUE, false_values=_FALSE, timestamp_parsers=[pyarrow.csv.ISO8601],
        ),
    )  # fmt: skip
    if reader.schema.names != names:
        raise Unfit("its header is not plain text between commas")
    sink = io.BytesIO()
    with reader, pq.ParquetWriter(sink, reader.schema, compression="lz4") as writer:
        for batch in _few(reader, rules.rows.max):
            writer.write_batch(batch)
    watched.finish()
    return sink.getvalue()


def _few(batches: Iterator["pa.RecordBatch"], most: int) -> Iterator["pa.RecordBatch"]:
    """Stop where there are more rows than a batch may have: the rest need not be unpacked to refuse it."""
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        if rows > most:
            raise Unfit(f"expected at most {most:,} rows, found more")
        yield batch


def _header(head: bytes) -> list[str]:
    """The columns' names: the first line, whose text must be whole in the first block."""
    if not head:
        raise Unfit("empty: expected a CSV file with a header")
    try:
        # The block may end in the middle of a character.
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
        names = next(csv.reader(io.StringIO(text, newline=""), strict=True), [])
    except UnicodeDecodeError as error:
        found = bytes(error.object[error.start : error.start + 4])
        raise Unfit(f"expected text in UTF-8, found {found!r} at byte {error.start:,}") from error
    except csv.Error as error:
        raise Unfit(f"its header is no CSV: {error}") from error
    if len(names) > _MOST_COLUMNS:
        raise Unfit(f"expected at most {_MOST_COLUMNS:,} columns, found {len(names):,}")
    return names


def _kind(declared: str) -> "pa.DataType":
    import pyarrow as pa

    kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return kinds.get(declared, pa.timestamp("us", tz="UTC"))


def _explained(error: Exception, columns: list[str]) -> str:
    """What pyarrow says, with the column's name instead of its place."""
    text = _line(error).split(" If these timestamps")[0]
    if "straddling" in text:
        return f"a row is longer than {BLOCK >> 20} MiB, or a quote is opened and not closed"
    place, _, rest = text.removeprefix("In CSV column #").partition(": ")
    if place != text and place.isdecimal() and int(place) < len(columns):
        return f"column {columns[int(place)]}: {rest}"
    return text


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:_SAID]
