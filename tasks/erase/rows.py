"""Whose rows a Parquet file holds, and the same file without them. Some rows at a time.

What the file says of its size is checked before a value is read, as validation does (docs/data.md).
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.params import Column, ValidateParams
from tasks.validate.schema import Unreadable, scan
from tasks.validate.sizes import TooMuch, measured, refuse_long_values


class Unsearchable(Exception):
    """Nobody can say whether the rows are in it; the text says why."""


def count(path: Path, column: str, keys: frozenset[str], rules: ValidateParams) -> int:
    """How many rows of the file have one of `keys`, as text, in `column`; raises `Unsearchable`."""
    with _opened(path, rules, [column]) as file:
        return sum(int(pc.sum(mask).as_py() or 0) for _, mask in _marked(file, [column], column, keys))


def without(path: Path, target: Path, column: str, keys: frozenset[str], rules: ValidateParams) -> None:
    """Write the rows that have none of `keys` to `target`: the same bytes for the same pyarrow.

    Every column stays but those that hold columns of their own, or share their name: no step reads them.
    Raises `Unsearchable`.
    """
    schema = _footer(path, rules).schema.to_arrow_schema()
    plain = [name for name in schema.names if _is_plain(schema, name)]
    with _opened(path, rules, plain) as file:
        kept = pa.schema([file.schema_arrow.field(name) for name in plain])
        with pq.ParquetWriter(target, kept, compression="lz4") as writer:
            for batch, mask in _marked(file, plain, column, keys):
                rest = batch.filter(pc.invert(mask))
                writer.write_batch(rest.replace_schema_metadata(None))


def _is_plain(schema: pa.Schema, name: str) -> bool:
    alone = len(schema.get_all_field_indices(name)) == 1
    return alone and not pa.types.is_nested(schema.field(name).type)


def _footer(path: Path, rules: ValidateParams) -> pq.FileMetaData:
    try:
        return measured(path, rules)
    except TooMuch as too_much:
        raise Unsearchable(str(too_much)) from too_much
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unsearchable(f"not a readable Parquet file: {_line(error)}") from error


def _opened(path: Path, rules: ValidateParams, columns: list[str]) -> pq.ParquetFile:
    """The file, if all that is to be read of it is no more than a batch may have."""
    metadata = _footer(path, rules)
    read = rules.model_copy(update={"columns": {name: Column(type="string") for name in columns}})
    try:
        refuse_long_values(path, metadata, read)
        file = pq.ParquetFile(path, metadata=metadata, buffer_size=1 << 20)
    except TooMuch as too_much:
        raise Unsearchable(str(too_much)) from too_much
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unsearchable(f"not a readable Parquet file: {_line(error)}") from error
    for name in columns:
        if len(file.schema_arrow.get_all_field_indices(name)) != 1:
            file.close()
            raise Unsearchable(f"it has no column {name}, or several")
    return file


def _marked(
    file: pq.ParquetFile, columns: list[str], column: str, keys: frozenset[str]
) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """The rows, some at a time, and which of them have one of the keys."""
    wanted = pa.array(sorted(keys), pa.string())
    try:
        for batch in scan(file, columns):
            said = batch.column(column).cast(pa.string())
            yield batch, pc.fill_null(pc.is_in(said, value_set=wanted), fill_value=False)
    except Unreadable as unreadable:
        raise Unsearchable(unreadable.failure.message) from unreadable
    except pa.ArrowException as error:
        raise Unsearchable(f"column {column}: not text or numbers: {_line(error)}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
