"""The tables as one: Parquet and CSV, a block of rows at a time, under names that are allowed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.begin.names import allowed_names
from tasks.begin.wishes import Wishes
from tasks.errors import BadInput
from tasks.intake.names import ending, is_text
from tasks.propose.guessed import Text, Types, csv_batch, guessed_types

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 16
"""Rows that are in memory at once."""
NO_NAME = ("", "Unnamed: 0", "__index_level_0__")
"""What a column of row numbers is called by programs that write one unasked."""


@dataclass(frozen=True)
class Table:
    """One file; of CSV `source` is its Parquet, all text."""

    name: str
    source: Path | bytes


@dataclass(frozen=True)
class Tables:
    """All files, of one form: `schema` under the new names, `names` by those in the files."""

    tables: tuple[Table, ...]
    schema: "pa.Schema"
    names: dict[str, str]
    dropped: tuple[str, ...]

    def naive(self, time: str) -> bool:
        """Whether the times of this column may be without an offset."""
        return getattr(self.schema.field(time).type, "tz", None) is None

    def blocks(self) -> "Iterator[tuple[str, int, pa.RecordBatch]]":
        """Each block of rows, with its table's name and how many rows of the table came before."""
        import pyarrow as pa

        for table in self.tables:
            before = 0
            with _opened(table) as file:
                for block in _guarded(table.name, file.iter_batches(_BLOCK)):
                    columns = [_cast(block.column(old), self.schema.field(new).type)
                               for old, new in self.names.items()]  # fmt: skip
                    yield table.name, before, pa.RecordBatch.from_arrays(columns, schema=self.schema)
                    before += block.num_rows


def open_tables(paths: Sequence[Path], wishes: Wishes, say: Callable[[str], object]) -> Tables:
    """The files, and those of a folder; raises `BadInput` where they cannot be read as one table."""
    import pyarrow as pa

    files = [file for path in paths for file in _files(path)]
    texts = {file: Text(file.name, file.read_bytes, file.name.endswith(".gz")) for file in files
             if is_text(file.name)}  # fmt: skip
    say("the types of CSV")
    types = guessed_types(texts.values())
    tables = tuple(Table(one.name, csv_batch(texts[one], {}) if one in texts else one) for one in files)
    fields = _one_form(tables, types, texts=[one.name for one in texts])
    _refuse_unknown(tables, fields, wishes)
    dropped = tuple(one for one in fields if one in NO_NAME or one in wishes.leave_out)
    names = allowed_names(one for one in fields if one not in dropped)
    schema = pa.schema([(new, fields[old]) for old, new in names.items()])
    return Tables(tables, schema, names, dropped)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not ending(path.name):
            raise BadInput(f"{path}: expected a table that ends in .parquet, .csv or .csv.gz")
        return [path]
    found = sorted(one for one in path.iterdir() if one.is_file() and ending(one.name))
    if not found:
        raise BadInput(f"{path}: expected tables (.parquet, .csv, .csv.gz) in this folder, found none")
    return found


def _one_form(tables: Sequence[Table], types: Types, texts: Sequence[str]) -> "dict[str, pa.DataType]":
    first: dict[str, pa.DataType] = {}
    for table in tables:
        with _opened(table) as file:
            schema = file.schema_arrow
        if len(set(schema.names)) != len(schema.names):
            double = next(one for one in schema.names if schema.names.count(one) > 1)
            raise BadInput(f"{table.name}: the column {double!r} is there twice: give each a name of its own")
        csv = table.name in texts
        form = {one.name: _kind(types.get(one.name)) if csv else one.type for one in schema}
        first = first or form
        if differing := sorted(first.keys() ^ form.keys()):
            raise BadInput(
                f"{table.name}: other columns than {tables[0].name}: {', '.join(differing[:5])}: "
                "name tables of one form"
            )
        if retyped := [one for one in form if form[one] != first[one]]:
            raise BadInput(
                f"{table.name}: {retyped[0]} is {form[retyped[0]]}, and in {tables[0].name} "
                f"{first[retyped[0]]}: name tables of one form"
            )
    return first


def _refuse_unknown(tables: Sequence[Table], fields: "dict[str, pa.DataType]", wishes: Wishes) -> None:
    unknown = [one for one in (*wishes.columns, *wishes.leave_out) if one not in fields]
    if unknown:
        found = ", ".join(map(repr, list(fields)[:20]))
        header = " Is its first line a header, with commas?" if is_text(tables[0].name) else ""
        raise BadInput(f"{tables[0].name}: expected a column {unknown[0]!r}, found {found}.{header}")
    named = wishes.columns
    if twice := [one for one in named if one in wishes.leave_out]:
        raise BadInput(f"--leave-out {twice[0]}: this column is asked for by another option")
    if len({wishes.label, wishes.time, wishes.id}) < len((wishes.label, wishes.time, wishes.id)):
        raise BadInput("--label, --time and --id: expected a column of its own for each")


def _opened(table: Table) -> "pa.parquet.ParquetFile":
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


def _kind(guessed: str | None) -> "pa.DataType":
    import pyarrow as pa

    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return pa.timestamp("us", tz="UTC") if guessed == "timestamp" else kinds.get(guessed or "", pa.string())


def _cast(values: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    return values if values.type == kind else values.cast(kind)
