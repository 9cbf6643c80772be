"""The rows cut by period: a Parquet file each, with the columns that had to be made."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.begin.looked import event_times, periods_of
from tasks.begin.plan import Plan
from tasks.begin.tables import Tables
from tasks.begin.times import local_days
from tasks.errors import BadInput

_MOST_FILES = 900
"""Files that are written at once: machines allow some 1,000."""


def cut(tables: Tables, plan: Plan, folder: Path, say: Callable[[str], object]) -> tuple[Path, ...]:
    """Write each period's rows to `folder`, in the order of the tables; the files in the periods' order."""
    if len(plan.periods) > _MOST_FILES:
        raise BadInput(
            f"{len(plan.periods):,} {plan.calendar.period}s: at most {_MOST_FILES} are cut at once: give "
            "--period month, or a table of fewer years"
        )
    folder.mkdir(parents=True)
    files = {one: folder / f"{one}.parquet" for one in plan.periods}
    rows: Counter[str] = Counter()
    with ExitStack() as stack:
        writers: dict[str, Any] = {}
        for name, before, block in tables.blocks():
            say(f"cutting {name}, from row {before + 1:,}")
            for period, part in _parts(plan, name, before, block, rows):
                if period not in writers:
                    writers[period] = stack.enter_context(pq.ParquetWriter(files[period], part.schema))
                writers[period].write_batch(part)
    return tuple(files.values())


def _parts(
    plan: Plan, name: str, before: int, block: pa.RecordBatch, rows: "Counter[str]"
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The block's rows by period, with all columns; `rows` counts what each period has had."""
    events = event_times(name, before, block, plan.wishes, plan.calendar)
    days = local_days(events, plan.calendar.zone)
    whole = _with_made(plan, block, events, days)
    periods = periods_of(days, plan.calendar)
    for period in sorted(set(periods.tolist()) & set(plan.periods)):
        part = whole.filter(pa.array(periods == period))
        if plan.made_id:
            numbers = range(rows[period] + 1, rows[period] + part.num_rows + 1)
            part = part.append_column(plan.made_id, pa.array([f"{period}-{one:07d}" for one in numbers]))
        rows[period] += part.num_rows
        yield period, part


def _with_made(plan: Plan, block: pa.RecordBatch, events: pa.Array, days: Any) -> pa.RecordBatch:
    wishes = plan.wishes
    new = {wishes.time: events, wishes.label: plan.labelling.written(block.column(wishes.label))}
    if plan.made_day:
        new[plan.made_day] = pa.array(days.tolist(), pa.string())
    if plan.made_known:
        later = pa.scalar(timedelta(days=wishes.known_after), pa.duration("us"))
        new[plan.made_known] = pc.add(events, later)
    columns = {one: block.column(one) for one in block.schema.names} | new
    return pa.RecordBatch.from_pydict(columns)
