"""Times of a clock on a wall become instants, and what a clock shows twice or never is refused by its row."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from tasks.errors import BadInput
from tasks.tables.times import instants, local_days

BERLIN = ZoneInfo("Europe/Berlin")


def found(*values: str | datetime) -> list[datetime]:
    """The instants of these values, read in Berlin."""
    told = instants(pa.array(list(values)), BERLIN, lambda row: f"row {row + 1}")
    return [one.astimezone(UTC) for one in told.to_pylist()]


class TestInstants:
    """Of text, dates and timestamps."""

    @pytest.mark.parametrize(
        ("value", "hour"),
        [
            ("2024-07-01 08:00", 6),
            ("2024-01-01T08:00:00.5", 7),
            ("2024-07-01 08:00:00Z", 8),
            ("2024-07-01 08:00+05:30", 2),
            (datetime(2024, 7, 1, 8), 6),  # noqa: DTZ001 - a time on a wall
            (datetime(2024, 7, 1, 8, tzinfo=UTC), 8),
        ],
        ids=str,
    )
    def test_have_the_zone_where_they_have_no_offset(self, value, hour):
        """An offset of its own wins; summer and winter differ."""
        assert found(value)[0].hour == hour

    def test_may_be_mixed(self):
        """Some with an offset, some without."""
        assert found("2024-07-01 08:00", "2024-07-01 08:00:00Z")[0].hour == 6

    def test_of_a_day_begin_at_its_midnight(self):
        """A day alone is its first instant, and is that day in the zone."""
        told = instants(pa.array(["2024-07-01"]), BERLIN, str)
        assert told[0].as_py() == datetime(2024, 6, 30, 22, tzinfo=UTC)
        assert local_days(told, BERLIN).tolist() == ["2024-07-01"]
        assert instants(pa.array([datetime(2024, 7, 1).date()]), BERLIN, str) == told  # noqa: DTZ001 - as given


class TestTimesOfNoCalendar:
    """However they are stored."""

    @pytest.mark.parametrize(
        "value",
        ["0000-01-01", "0001-01-01 00:00", "9999-12-31T23:59:59-12:00", "9999-06-01", datetime(1, 1, 2)],  # noqa: DTZ001
    )
    def test_are_refused_by_their_row(self, value):
        """A day, or the end of a month, would be in a year of five digits or none."""
        good = "2024-01-01" if isinstance(value, str) else datetime(2024, 1, 1)  # noqa: DTZ001
        with pytest.raises(BadInput, match="row 2 is not in the years 2 to 9998"):
            found(good, value)


class TestClocksThatChange:
    """Of which no guess is made."""

    def test_never_showed_the_hour_that_was_left_out(self):
        """The row, the time and an offset that would do."""
        with pytest.raises(
            BadInput, match=r"row 2: 2024-03-31 02:30:00 is not there .* 2024-03-31 03:00:00\+02"
        ):
            found("2024-03-31 01:59:59", "2024-03-31 02:30:00")

    def test_showed_an_hour_twice(self):
        """With its offset it is one instant."""
        with pytest.raises(BadInput, match=r"row 1: 2024-10-27 02:30:00 is there twice"):
            found("2024-10-27 02:30:00")
        assert found("2024-10-27 02:30:00+02:00", "2024-10-27 02:30:00+01:00")[1].hour == 1
