"""What a batch's file itself says, before a row is read: readable, the right columns, the right types.

Types are judged on the Arrow schema: Great Expectations sees a pandas frame, in which an integer
column with a null is already something else.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.params import Column, ValidateParams
from tasks.validate.result import Failure

_BOMB = 50
"""Uncompressed bytes per byte of file above which a file is not taken for data."""


def read_batch(path: Path, rules: ValidateParams) -> tuple[pa.Table | None, list[Failure]]:
    """The declared columns of a batch, or why they cannot be had. Other columns are not read."""
    try:
        file = pq.ParquetFile(path)
        unfit = size_failure(file.metadata, path, rules)
        failures = [unfit] if unfit else schema_failures(file.schema_arrow, rules)
        if failures:
            return None, failures
        table = file.read(columns=list(rules.columns))
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:160]
        return None, [Failure.of_file("readable", f"not a readable Parquet file (cut short?): {reason}")]
    return table, []


def size_failure(metadata: pq.FileMetaData, path: Path, rules: ValidateParams) -> Failure | None:
    """Why a file is too much to be read at all: a few bytes can stand for billions of equal rows."""
    if metadata.num_rows > rules.rows.max:
        message = f"expected {rules.rows.min:,} to {rules.rows.max:,} rows, found {metadata.num_rows:,}"
        return Failure.of_file("row_count_to_be_between", message)
    inflated = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if inflated > _BOMB * max(path.stat().st_size, 1 << 20):
        return Failure.of_file("readable", f"{inflated:,} bytes once unpacked; not taken for data")
    return None


def schema_failures(schema: pa.Schema, rules: ValidateParams) -> list[Failure]:
    """Declared columns that are missing or of another type."""
    failures = []
    for name, rule in rules.columns.items():
        indices = schema.get_all_field_indices(name)
        if len(indices) != 1:
            found = f"is there {len(indices)} times" if indices else "is missing"
            failures.append(Failure(column=name, rule="exists", message=f"column {name} {found}"))
        elif not _is(schema.field(indices[0]).type, rule):
            found = str(schema.field(indices[0]).type)
            message = f"column {name}: expected type {rule.type}, found {found}"
            failures.append(Failure(column=name, rule="type", message=message))
    return failures


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
