"""Large batches that pass, and the settings that ask them: drawn ones, and the example's month repeated."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from data_factories import changed
from example.flights import PERIODS, build_months

from tasks.params import parse_params

ROOT = Path(__file__).parents[2]
SENSORS = tuple(f"sensor_{number}" for number in range(13))
_KNOWN = "    known_at: {type: timestamp}\n"
PARAMS = changed(
    ("rows: {min: 100, max: 5000}", "rows: {min: 1, max: 1000000000}"),
    ("period: month", "period: day"),
    (
        _KNOWN,
        _KNOWN
        + "".join(f"    {one}: {{type: number, max_nulls: 0.2, min: -10, max: 10}}\n" for one in SENSORS),
    ),
)
"""23 columns, as the example has."""
_FLIGHTS_PARAMS = (
    (ROOT / "params.yaml")
    .read_text()
    .replace("rows: {min: 12000, max: 60000}", "rows: {min: 1, max: 1000000000}")
)
_BLOCK = 250_000


@dataclass(frozen=True)
class Batch:
    """What is asked of a batch, and how so many rows of it are written."""

    params: str
    period: str
    write: Callable[[Path, int], Path]


def table(first: int, rows: int, day: str = "2024-01-01", seed: int = 0) -> pa.Table:
    """Good rows of one day, numbered from `first`."""
    rng = np.random.default_rng((seed, first))
    start = np.datetime64(day, "us").astype("int64")
    times = pa.array(start + np.sort(rng.integers(0, 86_400_000_000, rows))).cast(
        pa.timestamp("us", tz="UTC")
    )
    label = rng.integers(0, 2, rows)

    def few(*names: str) -> pa.Array:
        codes = rng.integers(0, len(names), rows).astype("int32")
        return pa.DictionaryArray.from_arrays(codes, list(names)).dictionary_decode()

    return pa.table({
        "row_id": [f"{day}-{number:09d}" for number in range(first, first + rows)],
        "event_time": times,
        "day": few(day),
        "state": few("done", "void"),
        "label": pa.array(label, mask=rng.random(rows) < 0.05),
        "label_known_at": times,
        "x": np.clip(rng.normal(size=rows), -10, 10),
        "z": pa.array(np.clip(rng.normal(size=rows), -10, 10), mask=rng.random(rows) < 0.1),
        "colour": few("red", "green", "blue"),
        "known_at": times,
        **{name: pa.array(rng.random(rows), mask=rng.random(rows) < 0.1) for name in SENSORS},
    })  # fmt: skip


def written(path: Path, rows: int) -> Path:
    """So many good rows at `path`, made and written a block at a time."""
    with pq.ParquetWriter(path, table(0, 1).schema) as writer:
        for first in range(0, rows, _BLOCK):
            writer.write_table(table(first, min(_BLOCK, rows - first)))
    return path


def flights(path: Path, rows: int) -> Path:
    """January's flights again and again at `path`, so many rows; each time with other ids."""
    january = build_months(ROOT / "build" / "flights")[PERIODS[0]].read_bytes()
    month = pq.read_table(BytesIO(january), columns=list(parse_params(_FLIGHTS_PARAMS).validation.columns))
    at, ids = month.schema.get_field_index("flight_id"), month["flight_id"].to_pylist()
    held: list[pa.Table] = []
    with pq.ParquetWriter(path, month.schema) as writer:
        for turn in range(-(-rows // len(month))):
            own = pa.array([f"{one}-{turn}" for one in ids], month.schema.field(at).type)
            left = rows - turn * len(month)
            held.append(month.set_column(at, "flight_id", own).slice(0, left))
            if sum(map(len, held)) >= _BLOCK or left <= len(month):
                writer.write_table(pa.concat_tables(held))
                held = []
    return path


BATCHES = {
    "drawn": Batch(PARAMS, "2024-01-01", written),
    "flights": Batch(_FLIGHTS_PARAMS, PERIODS[0], flights),
}
