"""Rows as a document may have them, each by column: what is no JSON is told as text."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

Told = str | int | float | bool | None


def told_rows(rows: "pa.Table") -> list[dict[str, Told]]:
    """Each row; an instant as its date and time, or as what is stored where no calendar can write it."""
    columns = [_column(rows[name]) for name in rows.column_names]
    return [dict(zip(rows.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def _column(values: "pa.ChunkedArray") -> list[Told]:
    import pyarrow as pa

    from tasks.validate.values import examples

    if not pa.types.is_timestamp(values.type):
        return [_told(value) for value in values.to_pylist()]
    there = values.is_valid().to_pylist()
    return [str(examples(values.slice(at, 1), 1)[0]) if known else None for at, known in enumerate(there)]


def _told(value: object) -> Told:
    plain = isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value))
    return value if value is None or plain else str(value)  # type: ignore[return-value]
