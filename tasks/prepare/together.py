"""Batches as one table: the same values in types that all of them share."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import BadInput
from tasks.instants import in_microseconds


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of all tables, which have the same columns, one after the other.

    Raises `BadInput` for a value that no shared type holds; validation blocks a batch that has one.
    """
    try:
        alike = [_plain(one) for one in tables]
        mixed = {name for name in alike[0].column_names if len({one[name].type for one in alike}) > 1}
        return pa.concat_tables([_as_numbers(one, mixed) for one in alike], promote_options="permissive")
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())[:160]
        raise BadInput(
            f"prepare: expected batches whose columns fit together, found: {reason}; after a change of "
            "`validate.columns` in params.yaml each batch is judged again"
        ) from error


def _plain(table: pa.Table) -> pa.Table:
    """How a producer encodes values is its own."""
    return pa.table({name: _column(table[name]) for name in table.column_names})


def _column(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    kind = values.type
    if pa.types.is_timestamp(kind):
        return in_microseconds(values)
    if pa.types.is_large_string(kind):
        return pc.cast(values, pa.string())
    if pa.types.is_integer(kind):
        return pc.cast(values, pa.int64())
    return pc.cast(values, pa.float64()) if pa.types.is_floating(kind) else values


def _as_numbers(table: pa.Table, mixed: set[str]) -> pa.Table:
    """Where a column is whole in some batches and not in others, its numbers above 2^53 are rounded."""
    for place, field in enumerate(table.schema):
        if field.name in mixed and pa.types.is_integer(field.type):
            rounded = pc.cast(table[field.name], pa.float64(), safe=False)
            table = table.set_column(place, field.name, rounded)
    return table
