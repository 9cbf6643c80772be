"""How a table becomes batches, as `table.yaml` in a model folder says: `init` writes it, `add` reads it."""

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, model_validator

from tasks.errors import BadInput
from tasks.params import Params
from tasks.params.columns import ColumnName, quoted
from tasks.params.reading import settings_in
from tasks.params.section import Section

FILE = "table.yaml"
Kind = Literal["string", "integer", "number", "boolean", "timestamp", "other"]
"""A type of `validate.columns`; `other` is any, taken as it is stored."""
Value = str | bool | int | float
_WIDTH = 10**6
_HEAD = """\
# How a table becomes this model's batches: written by `evergreen init`, read by `evergreen add` alone
# (docs/init.md). Each column of the table, by its name there, with its type; `name` is what it is called
# here, if it is called otherwise. Columns in leave_out are not taken; the others have to be there.
"""


class ColumnForm(Section):
    """What a column of the table holds, and its name from now on where that is another."""

    type: Kind
    name: ColumnName | None = None


class LabelForm(Section):
    """Which value of a label of two is written as 1, and which as 0."""

    one: Value
    zero: Value


class KnownForm(Section):
    """The column that says when a label is known, so many days after its row's time."""

    column: ColumnName
    days: Annotated[int, Field(ge=1, le=36500)]


class MadeForm(Section):
    """Columns that no table has: a number for each row of a period, its day, when its label is known."""

    id: ColumnName | None = None
    day: ColumnName | None = None
    known_at: KnownForm | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names."""
        known = self.known_at.column if self.known_at else None
        return tuple(one for one in (self.id, self.day, known) if one is not None)


class Form(Section):
    """All of `table.yaml`: columns by their names in the table."""

    columns: Annotated[dict[str, ColumnForm], Field(min_length=1)]
    leave_out: tuple[str, ...] = ()
    label: LabelForm | None = None
    made: MadeForm = MadeForm()

    @property
    def names(self) -> dict[str, str]:
        """For each column that is taken its name from now on."""
        return {old: one.name or old for old, one in self.columns.items()}

    @property
    def kinds(self) -> dict[str, Kind]:
        """The types by the names from now on."""
        return {one.name or old: one.type for old, one in self.columns.items()}

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [*self.names.values(), *self.made.columns]
        if twice := sorted({one for one in names if names.count(one) > 1}):
            raise ValueError(f"two columns are called {quoted(twice[0])}: give each a name of its own")
        if both := sorted(set(self.columns) & set(self.leave_out)):
            raise ValueError(f"{quoted(both[0])} is in columns and in leave_out: keep one")
        return self


def form_text(form: Form) -> str:
    """The file, a line for each column."""
    columns = {old: one.model_dump(exclude_none=True) for old, one in form.columns.items()}
    label, made = form.label and form.label.model_dump(), form.made.model_dump(exclude_none=True)
    rest = {"leave_out": list(form.leave_out), "label": label, "made": made}
    document = {"columns": columns} | {key: value for key, value in rest.items() if value}
    return _HEAD + _yaml(document)


def form_line(column: str, kind: Kind, name: str) -> str:
    """The line of one column that has another name in the table."""
    return _yaml({column: {"type": kind, "name": name}}).strip()


def read_form(folder: Path, params: Params) -> Form:
    """The form in `folder`; raises `BadInput` where it lacks a column that its settings need."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(
            f"{path}: is not there. It says how a table becomes batches, and `evergreen init` writes it; by "
            "hand, one line for each column of the table: `columns:`, below it `  NAME: {type: number}`, and "
            "what else docs/init.md says"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: expected a readable {FILE}: {error}") from error
    form = settings_in(text, FILE, Form)
    prepare, taken = params.prepare, form.names.values()
    for setting, column, columns in (
        ("event_time", prepare.event_time, taken),
        ("label.column", prepare.label.column, taken),
        ("id", prepare.id, (*taken, *form.made.columns)),
    ):
        if column not in columns:
            raise BadInput(
                f"{FILE}: no column is called {quoted(column)}, as prepare.{setting} in params.yaml"
            )
    return form


def _yaml(document: object) -> str:
    """What holds no more dictionaries is on one line; letters stand as they are where all can be printed."""

    def dumped(*, as_they_are: bool) -> str:
        text: str = yaml.safe_dump(
            document, default_flow_style=None, sort_keys=False, width=_WIDTH, allow_unicode=as_they_are
        )
        return text

    text = dumped(as_they_are=True)
    return text if text.replace("\n", "").isprintable() else dumped(as_they_are=False)
