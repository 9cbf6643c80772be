"""Periods: the days, weeks or months that batches cover, in the time zone that the business lives in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tasks.errors import BadInput

_FEWEST = 3
"""Periods that follow each other from which they are told as a range."""
Length = Literal["day", "week", "month"]
"""How much a period covers; a week is one of ISO 8601, from its Monday on."""

_EXAMPLES: dict[Length, str] = {"day": "2013-04-30", "week": "2013-W15", "month": "2013-04"}
_FORMS: dict[Length, re.Pattern[str]] = {
    "day": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "week": re.compile(r"[0-9]{4}-W[0-9]{2}"),
    "month": re.compile(r"[0-9]{4}-[0-9]{2}"),
}
_TO_ITS_FIRST_DAY: dict[Length, str] = {"day": "", "week": "-1", "month": "-01"}


@dataclass(frozen=True)
class Calendar:
    """Names periods (`2013-04`, `2013-W15` or `2013-04-30`) and says when they start and end, in UTC."""

    period: Length
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; raises `BadInput` where there is none of that name."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadInput(
                f"intake.timezone: expected a time zone like Europe/Berlin, found {self.timezone[:80]!r}"
            ) from error

    def is_period(self, name: str) -> bool:
        """Whether `name` is a period of this calendar that exists, from its start to its end."""
        try:
            self.start(name)
            self.end(name)
        except BadInput:
            return False
        return True

    def start(self, name: str) -> datetime:
        """The first instant of the period."""
        return self._midnight(self._first_day(name))

    def end(self, name: str) -> datetime:
        """The first instant after the period."""
        return self._midnight(self._first_day(self.following(name)))

    def following(self, name: str) -> str:
        """The period after this one."""
        first = self._first_day(name)
        steps = {"day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=32)}
        try:
            return self.period_of(first + steps[self.period])
        except OverflowError as error:
            raise self._none(name) from error

    def period_of(self, day: date) -> str:
        """The name of the period that has this day."""
        if self.period == "week":
            year, week, _ = day.isocalendar()
            return f"{year:04d}-W{week:02d}"
        return day.isoformat()[: len(_EXAMPLES[self.period])]

    def _first_day(self, name: str) -> date:
        if not _FORMS[self.period].fullmatch(name):
            raise self._none(name)
        try:
            return date.fromisoformat(name + _TO_ITS_FIRST_DAY[self.period])
        except ValueError as error:
            raise self._none(name) from error

    def _midnight(self, day: date) -> datetime:
        try:
            return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)
        except OverflowError as error:
            raise BadInput(f"expected a {self.period} like {_EXAMPLES[self.period]}, found {day}") from error

    def _none(self, name: str) -> BadInput:
        return BadInput(f"expected a {self.period} like {_EXAMPLES[self.period]}, found {name!r}")


def length_of(name: str) -> Length | None:
    """What a name is by its form, whether or not there is such a period; None where it is no period's."""
    return next((length for length, form in _FORMS.items() if form.fullmatch(name)), None)


def first_day(name: str) -> date:
    """The first day of a period of any length; raises `BadInput` for what is none."""
    length = length_of(name)
    if length is None:
        raise BadInput(f"expected a period like {', '.join(_EXAMPLES.values())}, found {name!r}")
    return Calendar(length, "UTC").start(name).date()


def spanned(periods: Iterable[str]) -> str:
    """Periods in words: three or more that follow each other as `2025-02-08 to 2025-02-28`, others each."""
    runs: list[list[str]] = []
    for one in periods:
        if runs and _following(runs[-1][-1]) == one:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) >= _FEWEST else ", ".join(run) for run in runs)


def _following(name: str) -> str | None:
    """The period after this one, of whichever length; None for what is no period, and after the last."""
    length = length_of(name)
    if length is None:
        return None
    try:
        return Calendar(length, "UTC").following(name)
    except BadInput:
        return None
