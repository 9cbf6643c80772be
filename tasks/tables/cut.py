"""The rows cut by period: a Parquet file each, with the columns that had to be made."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.errors import BadInput
from tasks.periods import Calendar
from tasks.tables.files import Tables, at
from tasks.tables.form import Form
from tasks.tables.labels import written
from tasks.tables.pieces import Pieces
from tasks.tables.times import instants, local_days

_MOST_FILES = 900
"""Files that are written at once: machines allow some 1,000."""


@dataclass(frozen=True)
class Cutting:
    """How rows are cut: the form, which columns (by their names now) are time and label, the calendar.

    `classes` are the values that a multiclass label may have, None of another.
    """

    form: Form
    time: str
    label: str
    calendar: Calendar
    classes: frozenset[str | int] | None = None


@dataclass
class Cut:
    """What was written, by period: the file, its rows, and how many of them have a label."""

    files: dict[str, Path] = field(default_factory=dict)
    rows: "Counter[str]" = field(default_factory=Counter)
    labelled: "Counter[str]" = field(default_factory=Counter)

    @property
    def periods(self) -> list[str]:
        """In their order."""
        return sorted(self.files)


def cut(
    tables: Tables,
    how: Cutting,
    folder: Path,
    say: Callable[[str], object],
    periods: Collection[str] | None = None,
) -> Cut:
    """Write each period's rows to `folder`, in the order of the tables; those of `periods`, or all."""
    refuse_many(len(periods or ()), how.calendar)
    folder.mkdir(parents=True)
    done = Cut()
    with Pieces(folder) as pieces:
        for name, before, block in tables.blocks():
            say(f"cutting {name}, from row {before + 1:,}")
            for period, part in _parts(how, name, before, block, done.rows, periods):
                refuse_many(len(pieces) + (period not in pieces), how.calendar)
                pieces.add(period, part)
                done.rows[period] += part.num_rows
                done.labelled[period] += part.num_rows - part.column(how.label).null_count
        for period, file in pieces.files():
            say(f"writing {period}")
            done.files[period] = file
    return done


def refuse_many(periods: int, calendar: Calendar) -> None:
    """Raise `BadInput` where there are more periods than files can be open."""
    if periods > _MOST_FILES:
        raise BadInput(
            f"{periods:,} {calendar.period}s: at most {_MOST_FILES} are cut at once: give tables of fewer "
            "years, one after the other, or begin with --period month"
        )


def event_times(name: str, before: int, block: pa.RecordBatch, time: str, calendar: Calendar) -> pa.Array:
    """The instant of each row of a block; messages name table, row and column."""
    return instants(block.column(time), calendar.zone, at(name, before, time))


def periods_of(days: Any, calendar: Calendar) -> tuple[list[str], Any]:
    """The periods of an array of days, in order, and for each day the place of its period among them."""
    unique, places = np.unique(days, return_inverse=True)
    by_day = [calendar.period_of(day) for day in unique.tolist()]
    names = sorted(set(by_day))
    return names, np.searchsorted(names, by_day)[places] if by_day else places


def made_ids(period: str, first: int, count: int) -> pa.Array:
    """What names so many rows of a period, numbered from `first` on."""
    numbers = pc.utf8_lpad(pa.array(range(first, first + count), pa.int64()).cast(pa.string()), 7, "0")
    return pc.binary_join_element_wise(period, numbers, "-")


def _parts(
    how: Cutting, name: str, before: int, block: pa.RecordBatch, rows: "Counter[str]",
    wanted: Collection[str] | None,
) -> Iterator[tuple[str, pa.RecordBatch]]:  # fmt: skip
    """The block's rows by period, with all columns; `rows` says how many each period has had."""
    events = event_times(name, before, block, how.time, how.calendar)
    days = local_days(events, how.calendar.zone)
    names, places = periods_of(days, how.calendar)
    order = np.argsort(places, kind="stable")
    whole = _with_made(how, name, before, block, events, days).take(pa.array(order))
    ends = np.searchsorted(places[order], np.arange(len(names) + 1)).tolist()
    for period, first, end in zip(names, ends, ends[1:], strict=False):
        if wanted is not None and period not in wanted:
            continue
        part = whole.slice(first, end - first)
        if column := how.form.made.id:
            part = part.append_column(column, made_ids(period, rows[period] + 1, part.num_rows))
        yield period, part


def _with_made(
    how: Cutting, name: str, before: int, block: pa.RecordBatch, events: pa.Array, days: Any
) -> pa.RecordBatch:
    made = how.form.made
    label = written(block.column(how.label), how.form, how.classes, at(name, before, how.label))
    new = {how.time: events, how.label: label}
    if made.day:
        new[made.day] = pa.array(days).cast(pa.string())
    if made.known_at:
        later = pa.scalar(timedelta(days=made.known_at.days), pa.duration("us"))
        new[made.known_at.column] = pc.add(events, later)
    columns = {one: block.column(one) for one in block.schema.names} | new
    return pa.RecordBatch.from_pydict(columns)
