"""Periods: days and months of a place, as instants in UTC."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.periods import Calendar, spanned

MONTHS, DAYS = Calendar("month", "UTC"), Calendar("day", "UTC")
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
            (Calendar("month", zone), day.isoformat()[:7]),
        ):
            after = calendar.following(name)
            assert calendar.is_period(after)
            assert calendar.end(name) == calendar.start(after) > calendar.start(name)
            assert after > name

    def test_of_early_years_keep_four_digits(self) -> None:
        """The month after 0999-11 is 0999-12."""
        assert MONTHS.following("0999-11") == "0999-12"


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
