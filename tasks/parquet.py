"""Columns of a Parquet file by their exact names: to pyarrow `a.b` is a column, and also what `a` holds.

Its lists of columns take a full stop for the way into a column of columns. A declared column is flat, so
here a name is the whole name of a flat column, and no other column is read.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq


def flat(metadata: pq.FileMetaData) -> dict[str, list[int]]:
    """The places of the columns that hold no columns of their own, by name."""
    found: dict[str, list[int]] = {}
    for place in range(metadata.num_columns):
        column = metadata.schema.column(place)
        if column.path == column.name:
            found.setdefault(column.name, []).append(place)
    return found


def places(metadata: pq.FileMetaData, names: Iterable[str]) -> list[int]:
    """Where the flat columns of these names lie, in their order; raises `ArrowInvalid` unless each is one."""
    known, found = flat(metadata), list[int]()
    for name in names:
        here = known.get(name, [])
        if len(here) != 1:
            raise pa.ArrowInvalid(f"expected one flat column {name}, found {len(here)}")
        found += here
    return found


def blocks(
    file: pq.ParquetFile,
    names: Iterable[str],
    rows: int,
    groups: Iterable[int] | None = None,
    *,
    threads: bool = True,
) -> Iterator[pa.RecordBatch]:
    """These columns, so many rows at a time, of some row groups or of all; several `threads` may read."""
    chosen = range(file.metadata.num_row_groups) if groups is None else groups
    at = places(file.metadata, names)
    how = {"row_groups": chosen, "column_indices": at, "use_threads": threads}
    yield from file.reader.iter_batches(rows, **how)


def table(file: pq.ParquetFile, names: list[str]) -> pa.Table:
    """These columns with all rows, in this order, without what pandas wrote of itself."""
    read = file.reader.read_all(column_indices=places(file.metadata, names))
    return read.select(names).replace_schema_metadata(None)
