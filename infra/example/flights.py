"""The example's data: flights out of New York in 2013, a Parquet file for each month.

The question that a row asks: at scheduled departure, will this flight arrive 15 minutes late or more?
"""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from example import source

from tasks.documents import canonical, digest, digest_file, write_atomically

PERIODS = tuple(f"2013-{month:02d}" for month in range(1, 13))
LATE_MINUTES = 15
SENTINEL = 9999.0

_INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("flight_id", pa.string()),
        ("event_time", _INSTANT),
        ("day", pa.string()),
        ("outcome", pa.string()),
        ("arr_delay", pa.float64()),
        ("late", pa.int8()),
        ("label_available_at", _INSTANT),
        ("carrier", pa.string()),
        ("origin", pa.string()),
        ("dest", pa.string()),
        ("sched_dep_minute", pa.int16()),
        ("sched_arr_minute", pa.int16()),
        ("weekday", pa.int8()),
        ("distance", pa.float64()),
        ("temp", pa.float64()),
        ("dewp", pa.float64()),
        ("humid", pa.float64()),
        ("wind_dir", pa.float64()),
        ("wind_speed", pa.float64()),
        ("wind_gust", pa.float64()),
        ("precip", pa.float64()),
        ("pressure", pa.float64()),
        ("visib", pa.float64()),
        ("weather_available_at", _INSTANT),
    ]
)


def build_months(cache: Path) -> dict[str, Path]:
    """Each month of 2013 ("2013-01" to "2013-12") as a Parquet file in the folder `cache`.

    Files that are whole and were made by this code from this data are kept; otherwise the year is
    built again (some seconds). Equal inputs give equal bytes.
    Raises `BadInput` if the data set is not installed.
    """
    paths = {period: cache / f"{period}.parquet" for period in PERIODS}
    stamp, made_by = cache / "built.json", _made_by()
    if _is_whole(stamp, made_by, paths):
        return paths
    year = year_table()
    months = np.array([day[:7] for day in year["day"].to_pylist()])
    digests = {}
    for period, path in paths.items():
        data = encode(year.filter(months == period))
        write_atomically(path, data)
        digests[period] = digest(data)
    write_atomically(stamp, canonical({"made_by": made_by, "sha256": digests}))
    return paths


def year_table() -> pa.Table:
    """All 336,776 flights with the columns of `SCHEMA`, sorted by (event_time, flight_id)."""
    flights = source.read("flights.csv.zip")
    scheduled = source.scheduled_departures(flights)
    columns = _schedule(flights, scheduled)
    columns["outcome"] = np.select(
        [flights["dep_time"].isna(), flights["arr_delay"].isna()], ["cancelled", "diverted"], "arrived"
    )
    delay = columns["arr_delay"] = flights["arr_delay"]
    columns["late"] = (delay >= LATE_MINUTES).astype("Int8").where(delay.notna())
    columns["label_available_at"] = source.arrivals(flights, scheduled, source.read("airports.csv"))
    columns["observed"] = scheduled.dt.floor("h") - pd.Timedelta(hours=1)
    weather = source.hourly_weather()
    weather["weather_available_at"] = weather["observed"] + pd.Timedelta(hours=1)
    joined = columns.merge(weather, on=["origin", "observed"], how="left", validate="many_to_one")
    ordered = joined.sort_values(["event_time", "flight_id"])[SCHEMA.names]
    return pa.Table.from_pandas(ordered, SCHEMA, preserve_index=False).replace_schema_metadata(None)


def encode(table: pa.Table) -> bytes:
    """`table` as Parquet with zstd; the same rows and the same pyarrow give the same bytes."""
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def corrupted(table: pa.Table, seed: int) -> pa.Table:
    """Return a bad delivery of `table`: the same rows and schema, two columns damaged by `seed`.

    5% of the rows have `temp` 9999 (what a dead sensor reports), 2% have no `carrier`; the two
    are drawn independently, without replacement, and rounded to whole rows.
    """
    generator = np.random.default_rng(seed)
    dead = pa.scalar(SENTINEL, pa.float64())
    damaged = _overwrite(table, "temp", dead, _sample(generator, table.num_rows, 0.05))
    missing = pa.scalar(None, pa.string())
    return _overwrite(damaged, "carrier", missing, _sample(generator, table.num_rows, 0.02))


def _schedule(flights: pd.DataFrame, scheduled: pd.Series) -> pd.DataFrame:
    """Return what the timetable says of each flight: all that is known at departure, but for weather."""
    local = scheduled.dt.tz_convert(source.ORIGIN_ZONE)
    day = local.dt.strftime("%Y-%m-%d")
    name = flights["carrier"] + "-" + flights["flight"].astype("str") + "-" + flights["origin"]
    clock = flights["sched_dep_time"].astype("str").str.zfill(4)
    return pd.DataFrame(
        {
            "flight_id": day + "-" + name + "-" + clock,
            "event_time": scheduled,
            "day": day,
            "sched_dep_minute": source.minute_of_day(flights["sched_dep_time"]),
            "sched_arr_minute": source.minute_of_day(flights["sched_arr_time"]),
            "weekday": local.dt.day_of_week,
            **flights[["carrier", "origin", "dest", "distance"]],
        }
    )


def _sample(generator: np.random.Generator, rows: int, share: float) -> npt.NDArray[np.bool_]:
    """Return a mask of `rows` booleans with the whole number nearest to `share` of them true."""
    mask = np.zeros(rows, dtype=bool)
    mask[generator.choice(rows, size=round(rows * share), replace=False)] = True
    return mask


def _overwrite(table: pa.Table, name: str, value: pa.Scalar, mask: npt.NDArray[np.bool_]) -> pa.Table:
    column = pc.if_else(pa.array(mask), value, table[name])
    return table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)


def _made_by() -> dict[str, str]:
    """Name what the bytes depend on: the data, the writer, and this folder's code."""
    folder = Path(__file__).parent
    code = {name: digest_file(folder / name) for name in ("flights.py", "source.py")}
    return {source.PACKAGE: source.release(), "pyarrow": pa.__version__, **code}


def _is_whole(stamp: Path, made_by: dict[str, str], paths: dict[str, Path]) -> bool:
    if not stamp.is_file():
        return False
    digests = {period: digest_file(path) for period, path in paths.items() if path.is_file()}
    return stamp.read_bytes() == canonical({"made_by": made_by, "sha256": digests})
