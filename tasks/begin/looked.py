"""What a table holds, column by column and period by period: one pass, a block of rows at a time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.begin.columns import Looked, looked, named_like_an_id
from tasks.begin.wishes import Wishes
from tasks.errors import BadInput
from tasks.params.fitting import MOST as MOST_CLASSES
from tasks.periods import Calendar
from tasks.tables.cut import event_times, periods_of
from tasks.tables.files import Tables
from tasks.tables.times import local_days
from tasks.validate import uniqueness
from tasks.validate.values import missing_mask, plain


@dataclass(frozen=True)
class Look:
    """All columns by name; of the label how often each value comes, None where they are many.

    `days` are rows with a label by day, `periods` all rows by period, `labelled` those with a label;
    `kinds` the labels that occur, by period.
    """

    columns: dict[str, Looked]
    labels: Counter[Any] | None
    days: Counter[str]
    periods: Counter[str]
    labelled: Counter[str]
    kinds: dict[str, set[Any]]

    @property
    def rows(self) -> int:
        """Rows in all."""
        return self.periods.total()


def look(tables: Tables, wishes: Wishes, calendar: Calendar, say: Callable[[str], object]) -> Look:
    """One pass over all rows; raises `BadInput` for a time that is none, and where there are no rows."""
    columns = {one.name: looked(one) for one in tables.schema}
    days: Counter[str] = Counter()
    periods: Counter[str] = Counter()
    labelled: Counter[str] = Counter()
    labels: Counter[Any] | None = Counter()
    kinds: dict[str, set[Any]] = {}
    wanted = {wishes.id} if wishes.id else {one for one in columns if named_like_an_id(one)}
    for name, before, block in tables.blocks():
        say(f"{name}, from row {before + 1:,}")
        label = block.column(wishes.label)
        here = times_of(name, before, block, wishes, calendar)
        for column in columns.values():
            column.see(block.column(column.name), label)
            if column.name in wanted and column.type in ("integer", "string"):
                column.keys.add(uniqueness.keys(plain(block.column(column.name)).drop_null()))
        known = pc.invert(missing_mask(label)).to_numpy(zero_copy_only=False)
        there = periods_of(here, calendar)
        periods.update(there.tolist())
        days.update(here[known].tolist())
        labelled.update(there[known].tolist())
        labels = _counted(labels, label)
        _see_kinds(kinds, there[known], label.filter(pa.array(known)), many=labels is None)
    if not periods:
        raise BadInput(
            f"{', '.join(one.name for one in tables.tables)}: no rows: there is nothing to learn from"
        )
    return Look(columns, labels, days, periods, labelled, kinds)


def times_of(name: str, before: int, block: pa.RecordBatch, wishes: Wishes, calendar: Calendar) -> Any:
    """The day of each row of a block, in the calendar's zone."""
    return local_days(event_times(name, before, block, wishes.time, calendar), calendar.zone)


def _see_kinds(kinds: dict[str, set[Any]], periods: Any, label: pa.Array, *, many: bool) -> None:
    """Which labels each period has; of many nobody asks."""
    if many:
        kinds.clear()
        return
    found = pa.table({"period": periods.tolist(), "label": plain(label)})
    for one in found.group_by(["period", "label"]).aggregate([]).to_pylist():
        kinds.setdefault(one["period"], set()).add(one["label"])


def _counted(known: "Counter[Any] | None", label: pa.Array) -> "Counter[Any] | None":
    if known is None:
        return None
    values = plain(label)
    present = pc.value_counts(values.filter(pc.invert(missing_mask(values))))
    if len(present) > MOST_CLASSES:
        return None
    known = known + Counter({one["values"]: one["counts"] for one in present.to_pylist()})
    return known if len(known) <= MOST_CLASSES else None
