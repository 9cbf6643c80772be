"""Files as one table: Parquet and CSV, a block of rows at a time, under the names that columns have now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.errors import BadInput
from tasks.intake.names import is_text
from tasks.propose.guessed import Text, csv_batch
from tasks.tables.kinds import as_type

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 16
"""Rows that are in memory at once."""
NO_NAME = ("", "Unnamed: 0", "__index_level_0__")
"""What a column of row numbers is called by programs that write one unasked."""


@dataclass(frozen=True)
class Table:
    """One file, as it is called; of CSV (`text`) `source` is its Parquet, all text."""

    name: str
    source: Path | bytes
    text: bool


@dataclass(frozen=True)
class Tables:
    """All files, of one form: `schema` under the new names, `names` by those in the files."""

    tables: tuple[Table, ...]
    schema: "pa.Schema"
    names: dict[str, str]
    dropped: tuple[str, ...]

    @property
    def called(self) -> str:
        """The files' names, for messages."""
        return ", ".join(one.name for one in self.tables)

    def naive(self, time: str) -> bool:
        """Whether the times of this column may be without an offset."""
        return getattr(self.schema.field(time).type, "tz", None) is None

    def blocks(self) -> "Iterator[tuple[str, int, pa.RecordBatch]]":
        """Each block of rows, with its table's name and how many rows of the table came before."""
        import pyarrow as pa

        for table in self.tables:
            before = 0
            with opened(table) as file:
                for block in _guarded(table.name, file.iter_batches(_BLOCK)):
                    columns = [as_type(block.column(old), self.schema.field(new).type,
                                       at(table.name, before, old))
                               for old, new in self.names.items()]  # fmt: skip
                    yield table.name, before, pa.RecordBatch.from_arrays(columns, schema=self.schema)
                    before += block.num_rows


def at(table: str, before: int, column: str) -> Callable[[int], str]:
    """Where a value of a column stands, by its place in a block before which there are so many rows."""
    return lambda row: f"{table}: row {before + row + 1:,}: {column}"


def texts_of(files: Sequence[Path]) -> dict[Path, Text]:
    """Those of the files that are CSV."""
    return {
        one: Text(one.name, one.read_bytes, one.name.endswith(".gz")) for one in files if is_text(one.name)
    }


def tables_of(files: Sequence[Path]) -> tuple[Table, ...]:
    """The files, of which CSV is read."""
    texts = texts_of(files)
    return tuple(
        Table(one.name, csv_batch(texts[one], {}) if one in texts else one, one in texts) for one in files
    )


def schema_of(table: Table) -> "pa.Schema":
    """What is stored in a file; raises `BadInput` where a name is there twice."""
    with opened(table) as file:
        schema = file.schema_arrow
    if len(set(schema.names)) != len(schema.names):
        double = next(one for one in schema.names if schema.names.count(one) > 1)
        raise BadInput(f"{table.name}: the column {double!r} is there twice: give each a name of its own")
    return schema


def opened(table: Table) -> "pa.parquet.ParquetFile":
    """The Parquet file; raises `BadInput` where it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = table.source
    try:
        return pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else source)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(table.name, error) from error


def _guarded(name: str, blocks: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
    """A damaged page is found when it is read."""
    import pyarrow as pa

    try:
        yield from blocks
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> BadInput:
    reason = " ".join(str(error).split())[:160]
    return BadInput(f"{name}: expected a readable Parquet file (cut short?): {reason}")
