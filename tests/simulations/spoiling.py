"""Ways in which a delivery of real rows goes wrong: each a function of a table, a severity and a seed.

Rows are in the order of time. `share` is the part of the rows that it happens to: the last ones, as of a
change that came in the course of the month, unless it says otherwise.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def last(table: pa.Table, share: float) -> Mask:
    """The last rows, as many as a share of all of them."""
    return np.arange(table.num_rows) >= round(table.num_rows * (1 - share))


def burst(table: pa.Table, column: str, share: float, rng: Generator) -> pa.Table:
    """No values for a while: a run of rows that begins anywhere."""
    rows = table.num_rows
    first = int(rng.integers(0, rows - round(rows * share) + 1))
    gone = (np.arange(rows) >= first) & (np.arange(rows) < first + round(rows * share))
    return replaced(table, column, pc.if_else(pa.array(gone), None, _plain(table[column])))


def converted(table: pa.Table, column: str, share: float, factor: float, offset: float = 0.0) -> pa.Table:
    """Another unit: `factor` times (the value less `offset`)."""
    values = pc.multiply(pc.subtract(_plain(table[column]), offset), factor)
    return where(table, column, last(table, share), values)


def swapped(table: pa.Table, column: str, share: float, one: str, other: str) -> pa.Table:
    """Two categories under each other's names."""
    values = _plain(table[column])
    is_one, is_other = pc.equal(values, one), pc.equal(values, other)
    return where(
        table, column, last(table, share), pc.if_else(is_one, other, pc.if_else(is_other, one, values))
    )


def again(table: pa.Table, share: float, *, new_names: bool = False) -> pa.Table:
    """The last rows delivered twice; with `new_names` the second time under other identifiers."""
    twice = table.filter(pa.array(last(table, share)))
    if new_names:
        names = pc.binary_join_element_wise(twice["flight_id"], "again", "-")
        twice = replaced(twice, "flight_id", names)
    return pa.concat_tables([table, twice])


def late_clock(table: pa.Table, hours: float) -> pa.Table:
    """The events' times are off by so many hours, in all rows."""
    micros = pa.scalar(int(hours * 3_600_000_000), pa.duration("us"))
    return replaced(table, "event_time", pc.add(_plain(table["event_time"]), micros))


def late_minutes(table: pa.Table, column: str, minutes: int) -> pa.Table:
    """A minute of the day that is off by so many, round the clock."""
    values = (table[column].to_numpy().astype(np.int64) + minutes) % 1440
    return replaced(table, column, pa.array(values))


def truncated(table: pa.Table, share: float) -> pa.Table:
    """The last rows did not come."""
    return table.filter(pa.array(~last(table, share)))


def shuffled(table: pa.Table, column: str, share: float, rng: Generator) -> pa.Table:
    """The values of a column in another order: each row has another row's."""
    places = np.arange(table.num_rows)
    places[last(table, share)] = rng.permutation(places[last(table, share)])
    return replaced(table, column, _plain(table[column]).take(pa.array(places)))


def flipped(table: pa.Table, column: str, share: float, rng: Generator) -> pa.Table:
    """Labels 0 as 1 and 1 as 0, in rows drawn at random."""
    values = _plain(table[column])
    turned = pa.array(rng.random(table.num_rows) < share)
    return where(table, column, turned, pc.subtract(pa.scalar(1, values.type), values))


def stale(table: pa.Table, columns: tuple[str, ...], share: float, before: pa.Table) -> pa.Table:
    """The values of the delivery before this one, row by row, where there should be new ones."""
    places = pa.array(np.arange(table.num_rows) % before.num_rows)
    for column in columns:
        table = where(table, column, last(table, share), _plain(before[column]).take(places))
    return table


def stuck(table: pa.Table, column: str, share: float) -> pa.Table:
    """A sensor that tells its last value for the rest of the month."""
    values = _plain(table[column])
    there = np.flatnonzero(~last(table, share) & ~np.asarray(values.is_null()))
    return where(table, column, last(table, share), values[int(there[-1]) if len(there) else 0])


def where(table: pa.Table, column: str, rows: Mask | pa.Array, values: object) -> pa.Table:
    """Other values in some rows of a column."""
    return replaced(table, column, pc.if_else(pa.array(rows), values, _plain(table[column])))


def replaced(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    """Another column of the same name and type."""
    field = table.schema.field(column)
    cast = pc.cast(values, field.type, safe=False)
    return table.set_column(table.schema.get_field_index(column), field, cast)


def _plain(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
