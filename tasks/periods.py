"""Periods: the days or months that batches cover, in the time zone that the business lives in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tasks.errors import BadInput

_FEWEST = 3
"""Periods that follow each other from which they are told as a range."""
_FORMS = {"day": re.compile(r"\d{4}-\d{2}-\d{2}"), "month": re.compile(r"\d{4}-\d{2}")}


@dataclass(frozen=True)
class Calendar:
    """Names periods (`2013-04` or `2013-04-30`) and says when they start and end, in UTC."""

    period: Literal["day", "month"]
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
        try:
            if self.period == "day":
                return (first + timedelta(days=1)).isoformat()
            return (first.replace(day=28) + timedelta(days=4)).isoformat()[:7]
        except OverflowError as error:
            raise BadInput(f"expected a {self.period} like {self._example}, found {name!r}") from error

    def _first_day(self, name: str) -> date:
        if not _FORMS[self.period].fullmatch(name):
            raise BadInput(f"expected a {self.period} like {self._example}, found {name!r}")
        try:
            return date.fromisoformat(name if self.period == "day" else f"{name}-01")
        except ValueError as error:
            raise BadInput(f"expected a {self.period} like {self._example}, found {name!r}") from error

    def _midnight(self, day: date) -> datetime:
        try:
            return datetime.combine(day, time(), tzinfo=self.zone).astimezone(UTC)
        except OverflowError as error:
            raise BadInput(f"expected a {self.period} like {self._example}, found {day}") from error

    @property
    def _example(self) -> str:
        return "2013-04-30" if self.period == "day" else "2013-04"


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
    """The period after this one, whether it is a day or a month; None for what is neither."""
    for calendar in (Calendar("month", "UTC"), Calendar("day", "UTC")):
        if _FORMS[calendar.period].fullmatch(name):
            try:
                return calendar.following(name)
            except BadInput:
                return None
    return None
