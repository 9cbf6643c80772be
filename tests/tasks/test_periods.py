"""Periods: days, weeks and months of a place, as instants in UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.periods import Calendar, first_day, length_of, spanned

MONTHS, WEEKS, DAYS = Calendar("month", "UTC"), Calendar("week", "UTC"), Calendar("day", "UTC")
NEW_YORK = Calendar("day", "America/New_York")
ZONES = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo")


class TestPeriod:
    """A name, its first instant, and the first instant after it."""

    def test_of_months(self) -> None:
        """From the first to the next first, also over a year's end and a leap day."""
        assert MONTHS.start("2024-02") == datetime(2024, 2, 1, tzinfo=UTC)
        assert MONTHS.end("2024-02") == datetime(2024, 3, 1, tzinfo=UTC)
        assert MONTHS.following("2024-12") == "2025-01"

    def test_of_days(self) -> None:
        """From midnight to midnight."""
        assert DAYS.following("2024-02-28") == "2024-02-29"
        assert DAYS.following("2024-12-31") == "2025-01-01"

    @pytest.mark.parametrize(
        ("week", "monday", "after"),
        [
            ("2013-W15", datetime(2013, 4, 8, tzinfo=UTC), "2013-W16"),
            ("2014-W52", datetime(2014, 12, 22, tzinfo=UTC), "2015-W01"),
            ("2015-W52", datetime(2015, 12, 21, tzinfo=UTC), "2015-W53"),
            ("2015-W53", datetime(2015, 12, 28, tzinfo=UTC), "2016-W01"),
            ("2019-W01", datetime(2018, 12, 31, tzinfo=UTC), "2019-W02"),
        ],
    )
    def test_of_weeks(self, week: str, monday: datetime, after: str) -> None:
        """From Monday to Monday, in years of 52 and 53 of them; 2018-12-31 is of 2019."""
        assert (WEEKS.start(week), WEEKS.following(week)) == (monday, after)
        assert WEEKS.end(week) == monday + timedelta(weeks=1)

    def test_of_a_week_in_which_clocks_change(self) -> None:
        """An hour less or more, in the middle of it; Monday 00:00 is that of the place."""
        weeks = Calendar("week", "America/New_York")
        assert weeks.start("2013-W10") == datetime(2013, 3, 4, 5, tzinfo=UTC)
        for week, hours in (("2013-W10", 167), ("2013-W44", 169), ("2013-W45", 168)):
            assert weeks.end(week) - weeks.start(week) == timedelta(hours=hours)

    def test_begins_when_it_does_in_its_place(self) -> None:
        """Midnight in New York is 5:00 UTC in winter and 4:00 in summer."""
        assert NEW_YORK.start("2024-01-15") == datetime(2024, 1, 15, 5, tzinfo=UTC)
        assert NEW_YORK.start("2024-07-15") == datetime(2024, 7, 15, 4, tzinfo=UTC)

    def test_has_23_or_25_hours_where_clocks_change(self) -> None:
        """Nothing counts a day as 24 hours."""
        for day, hours in (("2024-03-10", 23), ("2024-11-03", 25), ("2024-05-01", 24)):
            assert NEW_YORK.end(day) - NEW_YORK.start(day) == timedelta(hours=hours)

    @given(st.dates(date(1000, 1, 2), date(9990, 1, 1)), st.sampled_from(ZONES))
    def test_follows_without_gap_or_overlap(self, day: date, zone: str) -> None:
        """Each period ends where the next one starts, and names sort as times do."""
        for calendar, name in (
            (Calendar("day", zone), day.isoformat()),
            (Calendar("week", zone), day.strftime("%G-W%V")),
            (Calendar("month", zone), day.isoformat()[:7]),
        ):
            after = calendar.following(name)
            assert calendar.is_period(after)
            assert calendar.end(name) == calendar.start(after) > calendar.start(name)
            assert after > name

    @given(st.dates(date(1001, 1, 1), date(9990, 1, 1)))
    def test_is_named_as_it_is_read(self, day: date) -> None:
        """Each day lies in one period of each length, whose name leads back to its first day."""
        for calendar, name, ago in (
            (DAYS, day.isoformat(), 0),
            (WEEKS, day.strftime("%G-W%V"), day.weekday()),
            (MONTHS, day.isoformat()[:7], day.day - 1),
        ):
            first = day - timedelta(days=ago)
            assert (first_day(name), length_of(name)) == (first, calendar.period)
            before = first - timedelta(days=1)
            form = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}[calendar.period]
            assert calendar.following(before.strftime(form)) == name

    @given(st.lists(st.dates(date(1000, 1, 1), date(9990, 1, 1)), min_size=2, max_size=6))
    def test_of_weeks_sort_as_time_does(self, found: list[date]) -> None:
        """Sorted by name, Mondays rise, over the turn of every year."""
        names = sorted(day.strftime("%G-W%V") for day in found)
        starts = [WEEKS.start(name) for name in names]
        assert starts == sorted(starts)

    def test_of_early_years_keep_four_digits(self) -> None:
        """The month after 0999-11 is 0999-12."""
        assert MONTHS.following("0999-11") == "0999-12"
        assert WEEKS.following("0999-W01") == "0999-W02"


class TestNoPeriod:
    """Names that are none."""

    @pytest.mark.parametrize(
        "name",
        ["", "2024", "2024-13", "2024-00", "2024-1", "24-01", "2024-01-01", " 2024-01", "2024-01\n",
         "2024/01",
         "٢٠٢٤-٠١", "0000-01", "9999-12", "2024-01.", "-024-01"],
    )  # fmt: skip
    def test_of_a_month(self, name: str) -> None:
        """Wrong form, or no such month, or one whose end no clock can tell."""
        assert not MONTHS.is_period(name)

    @pytest.mark.parametrize("name", ["2023-02-29", "2024-02-30", "2024-01", "2024-1-1", "9999-12-31"])
    def test_of_a_day(self, name: str) -> None:
        """Likewise."""
        assert not DAYS.is_period(name)

    @pytest.mark.parametrize(
        "name",
        ["2013-W54", "2013-W00", "2013W15", "2013-w15", "2014-W53", "2013-W5", "2013-W15-1", "2013-15",
         "2013-04-08", "2013-W15\n", " 2013-W15", "٢٠١٣-W15", "2013-W-1", "2013-W+1", "0000-W01",
         "9999-W52", "../2013-W15", ""],
    )  # fmt: skip
    def test_of_a_week(self, name: str) -> None:
        """Wrong form, or no such week in that year; each is told in one line."""
        assert not WEEKS.is_period(name)
        with pytest.raises(BadInput) as caught:
            WEEKS.end(name)
        assert str(caught.value) == f"expected a week like 2013-W15, found {name!r}"

    def test_of_any_length(self) -> None:
        """What has no form of a period has no first day."""
        assert length_of("2013w15") is None
        with pytest.raises(BadInput, match="expected a period like 2013-04-30, 2013-W15, 2013-04, found"):
            first_day("2013w15")

    def test_before_the_first_instant_of_all(self) -> None:
        """Midnight of 0001-01-01 east of Greenwich lies before the calendar in UTC."""
        assert not Calendar("month", "Asia/Tokyo").is_period("0001-01")

    def test_is_told_with_an_example(self) -> None:
        """What was expected and what was found."""
        with pytest.raises(BadInput, match="expected a month like 2013-04, found 'January'"):
            MONTHS.start("January")

    @pytest.mark.parametrize(
        "zone", ["", "Nowhere/Nope", "America", "../../etc/passwd", "UTC\0", "x" * 5_000]
    )
    def test_in_no_time_zone(self, zone: str) -> None:
        """A zone that does not exist is the setting's fault, and is said shortly."""
        with pytest.raises(BadInput, match=r"intake\.timezone: expected a time zone like") as caught:
            Calendar("month", zone).start("2024-01")
        assert len(str(caught.value)) < 200


class TestSpanned:
    """Many periods in few words."""

    @pytest.mark.parametrize(
        ("periods", "told"),
        [
            ((), ""),
            (("2025-02",), "2025-02"),
            (("2024-12", "2025-01"), "2024-12, 2025-01"),
            (("2024-12", "2025-01", "2025-02"), "2024-12 to 2025-02"),
            (("2024-02-28", "2024-02-29", "2024-03-01"), "2024-02-28 to 2024-03-01"),
            (("2015-W52", "2015-W53", "2016-W01"), "2015-W52 to 2016-W01"),
            (("2014-W52", "2014-W53", "2015-W01"), "2014-W52, 2014-W53, 2015-W01"),
            (("2025-01-01", "2025-01-03", "2025-01-04"), "2025-01-01, 2025-01-03, 2025-01-04"),
            (
                ("2025-01-01", "2025-01-03", "2025-01-04", "2025-01-05"),
                "2025-01-01, 2025-01-03 to 2025-01-05",
            ),
            (("a", "b", "9999-12-31"), "a, b, 9999-12-31"),
        ],
    )
    def test_from_three_on_they_are_a_range(self, periods: tuple[str, ...], told: str) -> None:
        """Two are told each, a gap ends a range, and what is no period stands as it is."""
        assert spanned(periods) == told

    def test_three_weeks_of_days_are_two_dates(self) -> None:
        """As a holdout of 21 days is told."""
        days = [(date(2025, 2, 8) + timedelta(days=one)).isoformat() for one in range(21)]
        assert spanned(days) == "2025-02-08 to 2025-02-28"

    def test_nothing_lists_each_period_of_a_holdout(self) -> None:
        """No module and no template joins them with commas by itself."""
        listed = re.compile(r"join\([\w.]*(?:holdout|periods)\)|(?:holdout|periods)\s*\|\s*join")
        sources = [
            path for path in (Path(__file__).parents[2] / "tasks").rglob("*") if path.suffix in (".py", ".j2")
        ]
        assert len(sources) > 100
        assert not [path for path in sources if listed.search(path.read_text(encoding="utf-8"))]
