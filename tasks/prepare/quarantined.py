"""Rows that validation keeps aside are no rows to learn from or to judge by."""

import pyarrow as pa

from tasks.validate.places import rows_at


def without_quarantined(table: pa.Table, places: str | None) -> tuple[pa.Table, int]:
    """A batch's rows but for those at `places`, and how many these are; raises `Corrupt` for others."""
    if places is None:
        return table, 0
    aside = rows_at(places, table.num_rows)
    return table.filter(pa.array(~aside)), int(aside.sum())
