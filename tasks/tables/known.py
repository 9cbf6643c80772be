"""Tables of a form that is known: each has the columns of `table.yaml`, of their types, or is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.errors import BadInput
from tasks.tables.files import NO_NAME, Table, Tables, schema_of, tables_of
from tasks.tables.form import Form, form_line
from tasks.tables.kinds import becomes, kind_of, stored_as
from tasks.tables.paths import files_of

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_TOLD = 5


def open_known(paths: Sequence[Path], form: Form) -> Tables:
    """The files, and those of a folder; raises `BadInput` for columns and types of another form."""
    import pyarrow as pa

    tables = tables_of(files_of(paths))
    first: dict[str, pa.DataType] = {}
    for table in tables:
        found = _stored(table, form)
        first = first or found
        if retyped := [one for one in first if found[one] != first[one]]:
            raise BadInput(
                f"{table.name}: {retyped[0]} is {found[retyped[0]]}, and in {tables[0].name} "
                f"{first[retyped[0]]}: add them one after the other"
            )
    schema = pa.schema([(form.names[old], kind) for old, kind in first.items()])
    return Tables(tables, schema, {old: form.names[old] for old in first}, form.leave_out)


def _stored(table: Table, form: Form) -> "dict[str, pa.DataType]":
    """As what each column of `table.yaml` is stored, in the order in which they stand there."""
    schema = schema_of(table)
    _refuse_others(table, schema.names, form)
    found = {}
    for old, column in form.columns.items():
        there = schema.field(old).type
        kind = stored_as(column.type) if table.text else becomes(there, column.type)
        if kind is None:
            raise BadInput(
                f"{table.name}: {old} is stored as {there} ({kind_of(there)}): expected {column.type}, as in "
                "the tables before (table.yaml)"
            )
        found[old] = kind
    return found


def _refuse_others(table: Table, names: Sequence[str], form: Form) -> None:
    missing = [one for one in form.columns if one not in names]
    none = len(missing) == len(form.columns)
    new = [one for one in names if one not in (*form.columns, *form.leave_out, *NO_NAME)]
    if not missing and not new:
        return
    said = [f"no column {_told(missing)}"] if missing else []
    said += [f"a new column {_told(new)}"] if new else []
    if missing and new and not none:
        was = form.columns[missing[0]]
        now = form_line(new[0], was.type, was.name or missing[0])
        todo = f"if {new[0]!r} is {missing[0]!r} under another name, write so in table.yaml: `{now}`"
    elif missing:
        todo = "all columns of table.yaml have to be there"
    else:
        todo = "name it in table.yaml, under leave_out if it is not to be taken"
    header = " Is its first line a header, with commas?" if table.text and none else ""
    raise BadInput(f"{table.name}: {' and '.join(said)}: {todo}.{header}")


def _told(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - _MOST_TOLD} more" if len(columns) > _MOST_TOLD else ""
    return ", ".join(map(repr, columns[:_MOST_TOLD])) + more
