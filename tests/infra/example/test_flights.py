"""The months as delivered, against the source's own columns and against facts about 2013."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from example import source
from example.flights import PERIODS, SCHEMA, build_months, corrupted

ROWS = [27004, 24951, 28834, 28330, 28796, 28243, 29425, 29327, 27574, 28889, 27268, 28135]
README = Path(__file__).parents[3] / "infra" / "example" / "README.md"


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The source's rows, indexed by an id put together here."""
    flights = source.read("flights.csv.zip")
    names = [
        f"{year}-{month:02}-{day:02}-{carrier}-{number}-{origin}-{clock:04}"
        for year, month, day, carrier, number, origin, clock in zip(
            *(flights[name] for name in ("year", "month", "day", "carrier", "flight", "origin")),
            flights["sched_dep_time"],
            strict=True,
        )
    ]
    return flights.set_index(pd.Index(names, name="flight_id"))


def truncate(path: Path) -> None:
    """Leave half of a file, as a crash while copying would."""
    os.truncate(path, path.stat().st_size // 2)


def outdate(path: Path) -> None:
    """Make the cache look as if another version of this code had made it."""
    stamp = path.with_name("built.json")
    document = json.loads(stamp.read_text())
    document["made_by"]["flights.py"] = "0" * 64
    stamp.write_text(json.dumps(document))


class TestRows:
    """Nothing is lost, doubled or moved."""

    def test_rows_per_month(self, months):
        """Every month has the source's rows, 336,776 in all."""
        assert [pq.read_metadata(months[period]).num_rows for period in PERIODS] == ROWS
        assert sum(ROWS) == 336_776

    def test_every_flight_of_the_source_once(self, by_id, raw):
        """Ids are unique and are those of the source."""
        assert by_id.index.is_unique
        assert set(by_id.index) == set(raw.index)

    def test_a_month_has_its_own_days_in_order(self, months):
        """Rows belong to the month by New York's date, sorted by (event_time, flight_id)."""
        for period, path in months.items():
            frame = pq.read_table(path, columns=["event_time", "flight_id", "day"]).to_pandas()
            assert set(frame["day"].str[:7]) == {period}
            assert frame.equals(frame.sort_values(["event_time", "flight_id"]))

    def test_columns_are_those_of_the_schema(self, months):
        """Each file has exactly the documented columns and types, and no pandas metadata."""
        for path in months.values():
            assert pq.read_schema(path).equals(SCHEMA, check_metadata=True)

    def test_the_readme_describes_exactly_these_columns(self):
        """Its table names every column with its type, in order."""
        lines = [line.split("|") for line in README.read_text().splitlines() if line.startswith("| `")]
        described = [(cells[1].strip(" `"), cells[2].strip()) for cells in lines]
        assert described == [(field.name, str(field.type)) for field in SCHEMA]


class TestTimes:
    """Instants are right, and the future stays where it belongs."""

    def test_event_time_is_in_the_hour_that_the_source_says(self, by_id, raw):
        """The scheduled hour equals `time_hour` in every row, and the minutes equal the clock's."""
        event = by_id.loc[raw.index, "event_time"]
        assert (event.dt.floor("h") == pd.to_datetime(raw["time_hour"])).all()
        assert (event.dt.minute == raw["minute"]).all()

    @pytest.mark.parametrize(
        ("day", "utc_hour"), [("2013-03-09", 11), ("2013-03-10", 10), ("2013-11-02", 10), ("2013-11-03", 11)]
    )
    def test_both_changes_of_the_clocks(self, year, day, utc_hour):
        """Flights at six move by an hour of UTC on the day of the change; their minute of day does not."""
        six = year[(year["day"] == day) & (year["sched_dep_minute"] == 360)]
        assert len(six) >= 5
        assert set(six["event_time"]) == {pd.Timestamp(f"{day} {utc_hour}:00", tz="UTC")}

    def test_days_and_weekdays_are_local(self, by_id):
        """A flight at 23:59 on New Year's Eve, already 2014 in UTC, is December's, on a Tuesday."""
        last = by_id.sort_values("event_time").iloc[-1]
        assert (last["day"], last["weekday"], last["sched_dep_minute"]) == ("2013-12-31", 1, 1439)
        assert last["event_time"] == pd.Timestamp("2014-01-01 04:59", tz="UTC")

    def test_labels_come_at_the_actual_arrival(self, by_id):
        """UA 1545 landed in Houston at 08:30 Central."""
        flight = by_id.loc["2013-01-01-UA-1545-EWR-0515"]
        assert flight["label_available_at"] == pd.Timestamp("2013-01-01 14:30", tz="UTC")

    def test_labels_are_later_than_any_flight_could_be(self, year):
        """Every label comes after departure and time in the air: at least 10 minutes, at most two days."""
        wait = (year["label_available_at"] - year["event_time"]).dropna()
        assert len(wait) == 327_346
        assert wait.min() > pd.Timedelta(minutes=10)
        assert wait.max() < pd.Timedelta(days=2)

    def test_taxiing_takes_minutes_never_an_hour_of_a_wrong_zone(self, by_id, raw):
        """Departure, time in the air and arrival leave 5 to 235 minutes, for every destination."""
        arrived = raw[raw["arr_delay"].notna()]
        flights = by_id.loc[arrived.index]
        elapsed = (flights["label_available_at"] - flights["event_time"]).dt.total_seconds() / 60
        taxi = elapsed - arrived["dep_delay"] - arrived["air_time"]
        assert (taxi.min(), taxi.max()) == (5, 235)
        assert taxi.groupby(arrived["dest"]).median().between(15, 45).all()


class TestLabels:
    """Outcome and label say the same."""

    def test_outcomes_of_the_year(self, year):
        """8,255 were cancelled, 1,175 diverted, the rest arrived."""
        assert year["outcome"].value_counts().to_dict() == {
            "arrived": 327_346,
            "cancelled": 8_255,
            "diverted": 1_175,
        }

    def test_only_arrivals_have_a_label(self, year):
        """Delay, label and its time are null together, exactly where the flight did not arrive."""
        unlabelled = year["outcome"] != "arrived"
        for column in ("arr_delay", "late", "label_available_at"):
            assert (year[column].isna() == unlabelled).all()

    def test_cancelled_flights_never_departed(self, by_id, raw):
        """Diverted flights departed; cancelled ones did not."""
        outcome = by_id.loc[raw.index, "outcome"]
        assert ((outcome == "cancelled") == raw["dep_time"].isna()).all()

    def test_fifteen_minutes_are_late_and_fourteen_are_not(self, year):
        """The threshold is inclusive."""
        assert set(year.loc[year["arr_delay"] == 15, "late"]) == {1}
        assert set(year.loc[year["arr_delay"] == 14, "late"]) == {0}
        assert year["late"].sum() == (year["arr_delay"] >= 15).sum() > 80_000


class TestWeather:
    """The observation is the one of the hour before, and no later one."""

    def test_it_is_the_hour_before(self, by_id):
        """A flight scheduled at 05:15 has the weather of 04:00-05:00, 09:00-10:00 UTC."""
        weather = source.read("weather.csv")
        hour = (weather["origin"] == "EWR") & (weather["time_hour"] == "2013-01-01T09:00:00Z")
        observed, flight = weather[hour].iloc[0], by_id.loc["2013-01-01-UA-1545-EWR-0515"]
        assert flight["weather_available_at"] == pd.Timestamp("2013-01-01 10:00", tz="UTC")
        for name in ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"):
            assert flight[name] == observed[name]

    def test_every_row_has_its_origins_observation(self, by_id):
        """Looked up one by one for a sample, each row has its own airport's values or none."""
        weather = source.read("weather.csv").set_index(["origin", "time_hour"])
        for _, row in by_id.sample(500, random_state=7).iterrows():
            start = row["event_time"].floor("h") - pd.Timedelta(hours=1)
            key = (row["origin"], start.strftime("%Y-%m-%dT%H:%M:%SZ"))
            expected = weather.loc[key, source.MEASURED] if key in weather.index else np.full(9, np.nan)
            assert np.array_equal(row[source.MEASURED].astype(float), expected.astype(float), equal_nan=True)

    def test_it_was_over_before_scheduled_departure(self, year):
        """No row knows the weather of an hour that has not ended; none is older than an hour."""
        age = (year["event_time"] - year["weather_available_at"]).dropna()
        assert age.min() == pd.Timedelta(0)
        assert age.max() == pd.Timedelta(minutes=59)

    def test_values_without_an_observation_are_null(self, year):
        """1,342 rows have no observation, and no value either."""
        missing = year[year["weather_available_at"].isna()]
        assert len(missing) == 1_342
        assert missing[source.MEASURED].isna().all(axis=None)


class TestCache:
    """What is built once is kept while it is what would be built."""

    def test_two_builds_are_equal_byte_for_byte(self, months, tmp_path):
        """The year in another folder has the same bytes."""
        again = build_months(tmp_path)
        assert {period: path.read_bytes() for period, path in again.items()} == {
            period: path.read_bytes() for period, path in months.items()
        }

    def test_whole_files_are_kept(self, months, monkeypatch):
        """A second call neither builds nor writes."""
        monkeypatch.setattr("example.flights.year_table", lambda: pytest.fail("built again"))
        written = [path.stat().st_mtime_ns for path in months.values()]
        again = build_months(months["2013-01"].parent)
        assert again == months
        assert [path.stat().st_mtime_ns for path in again.values()] == written

    @pytest.mark.parametrize("damage", [truncate, Path.unlink, outdate])
    def test_what_is_not_whole_is_built_again(self, damage, months, tmp_path, monkeypatch):
        """A truncated or missing month, or one made by other code, is replaced by the right bytes."""
        cache = tmp_path / "cache"
        shutil.copytree(months["2013-01"].parent, cache)
        damage(cache / "2013-05.parquet")
        tables = [pq.read_table(path) for path in months.values()]
        built = iter([pa.concat_tables(tables).combine_chunks()])
        monkeypatch.setattr("example.flights.year_table", lambda: next(built))
        again = build_months(cache)
        assert again["2013-05"].read_bytes() == months["2013-05"].read_bytes()
        assert next(built, None) is None, "the year was not built"


@pytest.fixture(scope="module")
def good(months: dict[str, Path]) -> pa.Table:
    """The month of May."""
    return pq.read_table(months["2013-05"])


class TestCorrupted:
    """The bad delivery is exactly as bad as it says."""

    def test_only_the_two_columns_differ(self, good):
        """Rows, order, schema and every other column are the good month's."""
        bad = corrupted(good, seed=1)
        assert bad.schema.equals(good.schema)
        assert bad.drop_columns(["temp", "carrier"]).equals(good.drop_columns(["temp", "carrier"]))

    def test_five_per_cent_dead_sensor_and_two_per_cent_no_carrier(self, good):
        """1,440 and 576 of 28,796 rows are damaged, and the others keep their values."""
        before, after = good.to_pandas(), corrupted(good, seed=1).to_pandas()
        dead, missing = after["temp"] == 9999, after["carrier"].isna()
        assert (dead.sum(), missing.sum()) == (1_440, 576)
        assert after.loc[~dead, "temp"].equals(before.loc[~dead, "temp"])
        assert after.loc[~missing, "carrier"].equals(before.loc[~missing, "carrier"])
        assert 0 < (dead & missing).sum() < 100

    def test_the_seed_decides_which_rows(self, good):
        """One seed gives one result, another seed another."""
        assert corrupted(good, seed=1).equals(corrupted(good, seed=1))
        assert not corrupted(good, seed=1).equals(corrupted(good, seed=2))
