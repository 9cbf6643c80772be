"""How many periods learn, select and judge, from how many rows there are on which days. Pure."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from tasks.periods import Calendar, Length, first_day

_FORTNIGHT, _MONTH = 14, 31
_FEW = 200
"""Rows below which two weeks are too few to choose trees and threshold on."""
FEWEST_CLUSTERS, USUAL_CLUSTERS = 10, 20
_HOLDOUT_DAYS = 28
_DAYS: dict[Length, int] = {"day": 1, "week": 7, "month": 28}
"""How long a period is at least."""
_NEWEST: dict[Length, int] = {"day": 730, "week": 104, "month": 24}
"""Periods that learn, about two years: older rows are of another time."""
_LEAST_TRAINING = 14
"""Days of the shortest window that are left to train on."""


@dataclass(frozen=True)
class Windows:
    """The settings of `prepare` that split time, and why the days of selection are so many."""

    holdout_periods: int
    min_periods: int
    max_periods: int
    selection_days: int
    because: str


def windows(days: Mapping[str, int], periods: list[str], calendar: Calendar, known_after: int) -> Windows:
    """From rows with a label by day; `periods` are those that are delivered, in order."""
    length = _DAYS[calendar.period]
    holdout = _HOLDOUT_DAYS // length
    judged = periods[-holdout:][0]
    ends = first_day(judged)
    found = _rows(days, ends, _FORTNIGHT, known_after)
    span = _FORTNIGHT if found >= _FEW else _MONTH
    rows = _rows(days, ends, span, known_after)
    late = f", and {known_after} more in which labels are not known yet," if known_after else ""
    because = f"{rows:,} rows with a label in {span} days{late} before {judged}"
    least = span + known_after + _LEAST_TRAINING
    before = max(2, math.ceil(least / length))
    most = max(_NEWEST[calendar.period], before + holdout)
    return Windows(holdout, before + holdout, most, span + known_after, because)


def fewest_days(known_after: int) -> int:
    """Days that are enough for a first decision by day, where there are rows enough on them."""
    return _LEAST_TRAINING + _FORTNIGHT + known_after + _HOLDOUT_DAYS


def days_judged(days: Mapping[str, int], calendar: Calendar) -> int:
    """On how many days the rows of a holdout usually are."""
    periods = Counter(calendar.period_of(date.fromisoformat(day)) for day in days)
    usual = int(median(periods.values())) * (_HOLDOUT_DAYS // _DAYS[calendar.period])
    return min(len(days), usual)


def _rows(days: Mapping[str, int], ends: date, span: int, known_after: int) -> int:
    """Rows in so many days, of which all labels are known when training ends."""
    last = ends - timedelta(days=known_after)
    first = last - timedelta(days=span)
    return sum(rows for day, rows in days.items() if first.isoformat() <= day < last.isoformat())
