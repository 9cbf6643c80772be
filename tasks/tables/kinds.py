"""Values of a column as the type that `table.yaml` has for it; one of another type is named by its row."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tasks.errors import BadInput
from tasks.propose.guessed import form_of
from tasks.propose.seen import seen_column
from tasks.tables.form import Kind

if TYPE_CHECKING:
    import pyarrow as pa

Place = Callable[[int], str]
"""Where a value stands, from its place in the block: the table, the row and the column."""
_WORDS: dict[Kind, str] = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "timestamp": "a time with an offset, such as 2024-01-31T08:00:00+01:00",
}
_WHOLE = r"-?(0|[1-9][0-9]{0,14})\.0+"
"""A whole number as programs write it that know no missing ones."""


def kind_of(stored: "pa.DataType") -> Kind:
    """What a column of this type is called in `table.yaml`."""
    return cast("Kind", seen_column("", stored).type or "other")


def stored_as(kind: Kind) -> "pa.DataType":
    """As what text of CSV is stored, once it is of this type."""
    import pyarrow as pa

    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return pa.timestamp("us", tz="UTC") if kind == "timestamp" else kinds.get(kind, pa.string())


def becomes(found: "pa.DataType", kind: Kind) -> "pa.DataType | None":
    """As what a Parquet column is stored that is to be of this type; None where that is another type."""
    import pyarrow as pa

    is_ = kind_of(found)
    if kind in (is_, "other"):
        return found
    numbers = {is_, kind} == {"integer", "number"}
    return stored_as(kind) if numbers or pa.types.is_null(found) else None


def as_type(values: "pa.Array", target: "pa.DataType", place: Place) -> "pa.Array":
    """The values of a column as this type; raises `BadInput` that names the first which is none of it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = kind_of(target)
    if values.type == target or kind == "other":
        return values
    try:
        if pa.types.is_string(values.type):
            return _from_text(values, kind, target, place)
        if pa.types.is_floating(values.type):
            values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        return values.cast(target)
    except pa.ArrowException as error:
        row = next((row for row, one in enumerate(values) if not _fits(one, target)), 0)
        raise _other(place(row), values[row].as_py(), kind) from error


def _from_text(values: "pa.Array", kind: Kind, target: "pa.DataType", place: Place) -> "pa.Array":
    """Text in the form that a type is guessed from, so that what was text at first is no number later."""
    import pyarrow as pa
    import pyarrow.compute as pc

    form = form_of(kind)
    if kind == "integer":
        form = f"{form}|{_WHOLE}"
    fits = pc.match_substring_regex(values, rf"\A(?:{form})\z")
    if not pc.all(fits, min_count=0).as_py():
        row = pc.index(fits, value=False).as_py()
        raise _other(place(row), values[row].as_py(), kind)
    if kind == "integer":
        values = pc.replace_substring_regex(values, r"\.0+\z", "")
    if kind == "boolean":
        return pc.equal(pc.utf8_lower(values), pa.scalar("true"))
    return values.cast(target)


def _fits(value: "pa.Scalar", target: "pa.DataType") -> bool:
    import pyarrow as pa

    try:
        value.cast(target)
    except pa.ArrowException:
        return False
    return True


def _other(place: str, value: object, kind: Kind) -> BadInput:
    said = repr(value)[:60]
    return BadInput(f"{place} has {said}: expected {_WORDS[kind]}, as in the tables before (table.yaml)")
