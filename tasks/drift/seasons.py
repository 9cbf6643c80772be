"""Seasons: a day is compared with days of its weekday, a month with the same month of other years. Pure."""

from collections import Counter
from collections.abc import Collection
from datetime import date

LEAST_OF_A_SEASON = 4
"""With fewer of a season nobody knows how periods of it differ from each other."""

_DAY = len("2024-01-31")


def season(period: str) -> str:
    """The weekday of a day, 0 to 6 from Monday, or the month of the year, 01 to 12."""
    return str(date.fromisoformat(period).weekday()) if len(period) == _DAY else period[5:]


def season_word(trained: Collection[str], later: Collection[str]) -> str:
    """`weekday` or `month` where each season that occurs was learned from at least four times; else nothing.

    One that was learned from less often leaves all of them out: a usual of both kinds would be neither's.
    """
    learned = Counter(map(season, trained))
    if not trained or any(learned[season(one)] < LEAST_OF_A_SEASON for one in (*trained, *later)):
        return ""
    return "weekday" if len(next(iter(trained))) == _DAY else "month"
