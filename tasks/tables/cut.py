"""The rows cut by period: a Parquet file each, with the columns that had to be made."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.errors import BadInput
from tasks.periods import Calendar
from tasks.tables.files import Tables, at
from tasks.tables.form import Form
from tasks.tables.labels import written
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
    with ExitStack() as stack:
        writers: dict[str, Any] = {}
        for name, before, block in tables.blocks():
            say(f"cutting {name}, from row {before + 1:,}")
            for period, part in _parts(how, name, before, block, done.rows, periods):
                if period not in writers:
                    refuse_many(len(writers) + 1, how.calendar)
                    done.files[period] = folder / f"{period}.parquet"
                    writers[period] = stack.enter_context(pq.ParquetWriter(done.files[period], part.schema))
                writers[period].write_batch(part)
                done.rows[period] += part.num_rows
                done.labelled[period] += part.num_rows - part.column(how.label).null_count
    return done


def refuse_many(periods: int, calendar: Calendar) -> None:
    """Raise `BadInput` where there are more periods than files can be open."""
    if periods > _MOST_FILES:
        raise BadInput(
            f"{periods:,} {calendar.period}s: at most {_MOST_FILES} are cut at once: begin with "
            "--period month, or give a table of fewer years"
        )


def event_times(name: str, before: int, block: pa.RecordBatch, time: str, calendar: Calendar) -> pa.Array:
    """The instant of each row of a block; messages name table, row and column."""
    return instants(block.column(time), calendar.zone, at(name, before, time))


def periods_of(days: Any, calendar: Calendar) -> Any:
    """The period of each day of an array of text."""
    unique, places = np.unique(days, return_inverse=True)
    return np.array([calendar.period_of(date.fromisoformat(day)) for day in unique.tolist()])[places]


def made_id(period: str, number: int) -> str:
    """What names the row of this number in its period."""
    return f"{period}-{number:07d}"


def _parts(
    how: Cutting, name: str, before: int, block: pa.RecordBatch, rows: "Counter[str]",
    wanted: Collection[str] | None,
) -> Iterator[tuple[str, pa.RecordBatch]]:  # fmt: skip
    """The block's rows by period, with all columns; `rows` says how many each period has had."""
    events = event_times(name, before, block, how.time, how.calendar)
    days = local_days(events, how.calendar.zone)
    whole = _with_made(how, name, before, block, events, days)
    periods = periods_of(days, how.calendar)
    for period in sorted(set(periods.tolist())):
        if wanted is not None and period not in wanted:
            continue
        part = whole.filter(pa.array(periods == period))
        if column := how.form.made.id:
            numbers = range(rows[period] + 1, rows[period] + part.num_rows + 1)
            part = part.append_column(column, pa.array([made_id(period, one) for one in numbers]))
        yield period, part


def _with_made(
    how: Cutting, name: str, before: int, block: pa.RecordBatch, events: pa.Array, days: Any
) -> pa.RecordBatch:
    made = how.form.made
    label = written(block.column(how.label), how.form, how.classes, at(name, before, how.label))
    new = {how.time: events, how.label: label}
    if made.day:
        new[made.day] = pa.array(days.tolist(), pa.string())
    if made.known_at:
        later = pa.scalar(timedelta(days=made.known_at.days), pa.duration("us"))
        new[made.known_at.column] = pc.add(events, later)
    columns = {one: block.column(one) for one in block.schema.names} | new
    return pa.RecordBatch.from_pydict(columns)
