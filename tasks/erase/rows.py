"""Whose rows a Parquet file holds, and the same file without them. Some rows at a time.

What the file says of its size is checked before a value is read, as validation does (docs/data.md).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.params import Column, ValidateParams
from tasks.parquet import flat
from tasks.validate.schema import Unreadable, scan
from tasks.validate.sizes import TooMuch, measured, refuse_long_values

_TELLING = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
    pa.types.is_integer,
)
"""Types of which each value has one text: of 7.0 some write 7, and some 7.00 or 7e0."""


class Unsearchable(Exception):
    """Nobody can say whether the rows are in it; the text says why."""


def count(path: Path, column: str, keys: frozenset[str], rules: ValidateParams) -> Counter[str]:
    """How many rows of the file have each of `keys`, as text, in `column`; raises `Unsearchable`."""
    found: Counter[str] = Counter()
    _must_tell(_footer(path, rules), column)
    with _opened(path, rules, [column]) as file, _told():
        for batch, mask in _marked(file, [column], column, keys):
            for one in pc.value_counts(_text(batch, column).filter(mask)).to_pylist():
                found[one["values"]] += one["counts"]
    return found


def without(path: Path, target: Path, column: str, keys: frozenset[str], rules: ValidateParams) -> None:
    """Write the rows that have none of `keys` to `target`: the same bytes for the same pyarrow.

    Every column stays but those that hold columns of their own, share their name or are of an extension
    type: no step reads them. Raises `Unsearchable`.
    """
    metadata = _footer(path, rules)
    plain = [name for name in metadata.schema.to_arrow_schema().names if _is_plain(metadata, name)]
    _must_tell(metadata, column)
    with _opened(path, rules, plain) as file, _told():
        kept = pa.schema([_field(file.schema_arrow.field(name)) for name in plain])
        with pq.ParquetWriter(target, kept, compression="lz4") as writer:
            for batch, mask in _marked(file, plain, column, keys):
                # What pyarrow can neither filter nor write is written as what it is a view of.
                rest = batch.select(plain).cast(kept.remove_metadata()).filter(pc.invert(mask))
                writer.write_batch(rest.replace_schema_metadata(None))


def _must_tell(metadata: pq.FileMetaData, column: str) -> None:
    """Raise `Unsearchable` unless the column is one, and of a type whose values have one text."""
    schema = metadata.schema.to_arrow_schema()
    if len(schema.get_all_field_indices(column)) == 1:
        kind = schema.field(column).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        if not any(is_one(kind) for is_one in _TELLING):
            expected = "expected text, bytes or whole numbers"
            raise Unsearchable(f"column {column}: {expected}, found {_line(kind)}")
    if not _is_plain(metadata, column):
        raise Unsearchable(f"it has no column {column}, or several")


def _is_plain(metadata: pq.FileMetaData, name: str) -> bool:
    """Whether one column alone has the name, and no columns within it."""
    schema = metadata.schema.to_arrow_schema()
    if len(schema.get_all_field_indices(name)) != 1 or len(flat(metadata).get(name, ())) != 1:
        return False
    kind = schema.field(name).type
    return not pa.types.is_nested(kind) and not isinstance(kind, pa.BaseExtensionType)


def _field(field: pa.Field) -> pa.Field:
    """The column as it is written."""
    if pa.types.is_string_view(field.type):
        return field.with_type(pa.string())
    return field.with_type(pa.binary()) if pa.types.is_binary_view(field.type) else field


@contextmanager
def _told() -> Iterator[None]:
    """What pyarrow cannot do with a file is a reason not to have searched it, and no defect of ours."""
    try:
        yield
    except MemoryError:
        raise
    except (pa.ArrowException, AttributeError, TypeError, ValueError) as error:
        raise Unsearchable(f"pyarrow cannot read or write it anew: {_line(error)}") from error


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
    return file


def _marked(
    file: pq.ParquetFile, columns: list[str], column: str, keys: frozenset[str]
) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """The rows, some at a time, and which of them have one of the keys."""
    wanted = pa.array(sorted(keys), pa.string())
    try:
        for batch in scan(file, columns):
            isin = pc.is_in(_text(batch, column), value_set=wanted)
            yield batch, pc.fill_null(isin, fill_value=False)
    except Unreadable as unreadable:
        raise Unsearchable(unreadable.failure.message) from unreadable
    except pa.ArrowInvalid as error:
        raise Unsearchable(f"column {column}: not text or numbers: {_line(error)}") from error


def _text(batch: pa.RecordBatch, column: str) -> pa.Array:
    return batch.column(column).cast(pa.string())


def _line(error: object) -> str:
    return " ".join(str(error).split())[:160]
