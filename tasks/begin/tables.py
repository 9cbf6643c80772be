"""The first tables as one: types of CSV are guessed from all of it, and names that are allowed are given."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tasks.begin.names import allowed_names
from tasks.begin.wishes import Wishes
from tasks.errors import BadInput
from tasks.intake.names import is_text
from tasks.propose.guessed import Types, guessed_types
from tasks.tables.files import NO_NAME, Table, Tables, schema_of, tables_of, texts_of
from tasks.tables.form import Kind
from tasks.tables.kinds import stored_as
from tasks.tables.paths import files_of

if TYPE_CHECKING:
    import pyarrow as pa


def open_tables(paths: Sequence[Path], wishes: Wishes, say: Callable[[str], object]) -> Tables:
    """The files, and those of a folder; raises `BadInput` where they cannot be read as one table."""
    import pyarrow as pa

    files = files_of(paths)
    say("the types of CSV")
    types = guessed_types(texts_of(files).values())
    tables = tables_of(files)
    fields = _one_form(tables, types)
    _refuse_unknown(tables, fields, wishes)
    dropped = tuple(one for one in fields if one in NO_NAME or one in wishes.leave_out)
    names = allowed_names(one for one in fields if one not in dropped)
    schema = pa.schema([(new, fields[old]) for old, new in names.items()])
    return Tables(tables, schema, names, dropped)


def _one_form(tables: Sequence[Table], types: Types) -> "dict[str, pa.DataType]":
    first: dict[str, pa.DataType] = {}
    for table in tables:
        schema = schema_of(table)
        form = {one.name: stored_as(cast("Kind", types.get(one.name, "string"))) if table.text else one.type
                for one in schema}  # fmt: skip
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
