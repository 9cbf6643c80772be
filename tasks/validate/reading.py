"""How rows reach the engine: by one reader, or where there are many, by one for each thread."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.params import ValidateParams
from tasks.parquet import places
from tasks.validate.schema import ROWS_AT_A_TIME, Unreadable, opened, scan
from tasks.validate.sizes import any_shares_prefixes
from tasks.validate.tallies import Scan


def reading(path: Path, file: pq.ParquetFile, rules: ValidateParams) -> tuple[Scan, int | None]:
    """The scan of a file that is open, and how many threads may scan at once; None for a small batch.

    How a file is read depends on its rows and not on the machine, so that sums have the same last digits.
    """
    if file.metadata.num_rows <= ROWS_AT_A_TIME:
        return partial(scan, file), None
    dictionaries = _of_few_values(file.metadata, rules)
    return partial(_scan_alone, path, file.metadata, dictionaries), os.cpu_count() or 1


def _scan_alone(
    path: Path, metadata: pq.FileMetaData, dictionaries: list[str], columns: list[str]
) -> Iterator[pa.RecordBatch]:
    """As `scan`, by a reader of its own."""
    try:
        file = opened(path, metadata, [name for name in columns if name in dictionaries])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(error) from error
    with file:
        yield from scan(file, columns)


def _of_few_values(metadata: pq.FileMetaData, rules: ValidateParams) -> list[str]:
    """Declared text that is compared with a set of values, or takes less than a byte a row in the file."""
    if any_shares_prefixes(metadata):
        return []
    text = [name for name, rule in rules.columns.items() if rule.type == "string"]
    sizes = dict.fromkeys(text, 0)
    for group in (metadata.row_group(number) for number in range(metadata.num_row_groups)):
        for name, place in zip(text, places(metadata, text), strict=True):
            sizes[name] += group.column(place).total_uncompressed_size
    rows, sets = metadata.num_rows, rules.columns
    return [name for name in text if sets[name].values is not None or sizes[name] < rows]
