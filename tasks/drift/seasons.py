"""Seasons: a day is compared with days of its weekday, a month with the same month of other years. Pure.

A week is compared with the weeks of its month: that in which its Thursday lies, as ISO 8601 gives it a year.
"""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from tasks.periods import first_day, length_of

LEAST_OF_A_SEASON = 4
"""With fewer of a season nobody knows how periods of it differ from each other."""

_WORDS = {"day": "weekday", "week": "week", "month": "month"}
_TO_THURSDAY = timedelta(days=3)


def season(period: str) -> str:
    """The weekday of a day, 0 to 6 from Monday, or the month of the year, 01 to 12, of a week or a month."""
    match length_of(period):
        case "day":
            return str(first_day(period).weekday())
        case "week":
            return f"{(first_day(period) + _TO_THURSDAY).month:02d}"
    return period[5:]


def season_word(trained: Collection[str], later: Collection[str]) -> str:
    """`weekday`, `week` or `month` where each season was learned from at least four times; else nothing.

    One that was learned from less often leaves all of them out: a usual of both kinds would be neither's.
    Weeks of one month share that year's weather: of them years are counted.
    """
    learned = Counter(one for one, _ in {(season(one), _time(one)) for one in trained})
    if not trained or any(learned[season(one)] < LEAST_OF_A_SEASON for one in (*trained, *later)):
        return ""
    return _WORDS[length_of(next(iter(trained))) or "month"]


def _time(period: str) -> str:
    return period[:4] if length_of(period) == "week" else period
