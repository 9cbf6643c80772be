"""What a batch's file itself says, before a row is read: readable, the right columns, the right types.

Types are judged on the Arrow schema: Great Expectations sees a pandas frame, in which an integer
column with a null is already something else.
"""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.params import Column, ValidateParams
from tasks.parquet import blocks, places
from tasks.validate.result import Failure
from tasks.validate.sizes import TooMuch, any_shares_prefixes, measured, refuse_long_values
from tasks.validate.sound import require_sound

ROWS_AT_A_TIME = 1 << 16
_READ_AHEAD = 1 << 18
"""Bytes of each column that are read at once: a row group may be larger than memory."""


def open_batch(path: Path, rules: ValidateParams) -> tuple[pq.ParquetFile | None, list[Failure]]:
    """A batch of which every declared column may be read, or why it may not."""
    try:
        metadata = measured(path, rules)
        with pq.ParquetFile(path, metadata=metadata) as file:
            failures = schema_failures(file.schema_arrow, rules)
        if failures:
            return None, failures
        refuse_long_values(path, metadata, rules)
        # Text of few values is then compared value by value of its dictionary, and not row by row.
        few = [n for n, rule in rules.columns.items() if rule.values is not None and rule.type == "string"]
        return opened(path, metadata, [] if any_shares_prefixes(metadata) else few), []
    except TooMuch as too_much:
        return None, [too_much.failure]
    except (pa.ArrowException, OSError, ValueError) as error:
        return None, [_unreadable(error)]


def opened(path: Path, metadata: pq.FileMetaData, dictionaries: list[str]) -> pq.ParquetFile:
    """A reader that gives these columns with their dictionaries."""
    # With `pre_buffer` every byte that was read stays in memory until the last one is.
    encoded = places(metadata, dictionaries)
    how = {"read_dictionary": encoded, "buffer_size": _READ_AHEAD, "pre_buffer": False}
    return pq.ParquetFile(path, metadata=metadata, **how)


class Unreadable(Exception):
    """Bytes in the middle of a file are no Parquet; `failure` says it as a report does."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.failure = _unreadable(error)


def scan(file: pq.ParquetFile, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """These columns, so many rows at a time; raises `Unreadable`. Other columns are not read."""
    # One column's blocks are handed from thread to thread for longer than that saves.
    threads = len(columns) > 1
    batches = blocks(file, columns, ROWS_AT_A_TIME, threads=threads)
    told, rows = file.metadata.num_rows, 0
    while True:
        try:
            batch = next(batches, None)
            if batch is not None:
                require_sound(batch)
                rows += batch.num_rows
            elif rows != told:
                said = f"it says that it has {told:,} rows, and {' and '.join(columns)} {rows:,}"
                raise ValueError(said)  # noqa: TRY301 - told as what Arrow raises is
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Unreadable(error) from error
        if batch is None:
            return
        yield batch


def _unreadable(error: Exception) -> Failure:
    reason = " ".join(str(error).split())[:160]
    return Failure.of_file("readable", f"not a readable Parquet file (cut short?): {reason}")


def schema_failures(schema: pa.Schema, rules: ValidateParams) -> list[Failure]:
    """Declared columns that are missing or of another type."""
    failures = []
    for name, rule in rules.columns.items():
        indices = schema.get_all_field_indices(name)
        if len(indices) != 1:
            found = f"is there {len(indices)} times" if indices else f"is missing{_alike(name, schema)}"
            failures.append(Failure(column=name, rule="exists", message=f"column {name} {found}"))
        elif not _is(schema.field(indices[0]).type, rule):
            found = str(schema.field(indices[0]).type)
            message = f"column {name}: expected type {rule.type}, found {found}"
            failures.append(Failure(column=name, rule="type", message=message))
    return failures


def _alike(name: str, schema: pa.Schema) -> str:
    """That a column has the name in another form of Unicode: nobody would see why it is not the same."""
    if not any(unicodedata.normalize("NFC", other) == name for other in schema.names):
        return ""
    return ": the file writes it in another form of Unicode; write it in NFC, as params.yaml does"


def _is(kind: pa.DataType, rule: Column) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    match rule.type:
        case "string":
            return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
        case "integer":
            return bool(pa.types.is_integer(kind))
        case "number":
            return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
        case "boolean":
            return bool(pa.types.is_boolean(kind))
        case "timestamp":
            return bool(pa.types.is_timestamp(kind) and kind.tz is not None)
