"""A tiny model folder and its batches: the smallest world in which a whole cycle means something.

400 rows on 28 days a month, two numbers and a category that tell the label well: with two months
there the first challenger is promoted, and a year is 5,000 rows.
"""

import io
import json
import shutil
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

MODEL = "small"
MONTHS = tuple(f"2024-{month:02d}" for month in range(1, 13))

PARAMS = """\
model: small

store:
  url: store

intake:
  period: month
  timezone: UTC
  max_bytes: 1000000

validate:
  rows: {min: 100, max: 5000}
  columns:
    row_id: {type: string, unique: true}
    event_time: {type: timestamp}
    day: {type: string}
    state: {type: string, values: [done, void]}
    label: {type: integer, max_nulls: 0.1, min: 0, max: 1}
    label_known_at: {type: timestamp, max_nulls: 0.1}
    x: {type: number, min: -10, max: 10}
    z: {type: number, max_nulls: 0.2, min: -10, max: 10}
    colour: {type: string, values: [red, green, blue]}
    known_at: {type: timestamp}

prepare:
  id: row_id
  event_time: event_time
  cluster: day
  label: {column: label, available_at: label_known_at}
  exclude:
    - {name: void, column: state, equals: void}
  sources:
    - name: sensor
      available_at: known_at
      numeric: [x, z]
      categorical: [colour]
  slices: [colour]
  max_periods: 12
  min_periods: 2
  holdout_periods: 1
  selection_days: 7
  label_lag_days: 1

train:
  seed: 7
  rounds: 15
  early_stopping_rounds: 5
  max_depth: 3
  learning_rate: 0.3

evaluate:
  costs: {currency: EUR, true_positive: 10, false_positive: -4, false_negative: 0, true_negative: 0}
  min_slice_rows: 50
  min_slice_clusters: 10

measure:
  rows: 10
  warmup: 2

contract:
  looks_per_holdout: 1
  min_clusters: 15
  clauses:
    - name: beats-base-rate
      kind: beats_baseline
      metric: log_loss
      owner: data science
      reason: A model that knows less than the base rate is worse than none.
    - name: useful-ranking
      kind: floor
      metric: auc
      threshold: 0.6
      owner: operations
      reason: Below that nobody reads the list.
    - name: beats-champion
      kind: beats_champion
      metric: log_loss
      owner: data science
      reason: A new model has to be better, not only newer.
"""


def small_folder(parent: Path, *, name: str = "model", params: str = PARAMS) -> Path:
    """A model folder `parent/name` with `params` and the repository's dvc.yaml; its store is `name/store`."""
    folder = parent / name
    folder.mkdir(parents=True)
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    shutil.copyfile(Path(__file__).parents[1] / "dvc.yaml", folder / "dvc.yaml")
    return folder


SUITE = "expectations/own.json"
WITH_SUITE = ("validate:\n", f"validate:\n  suite: {SUITE}\n")
"""The change to params.yaml that names a suite of one's own."""


def own_suite(folder: Path, expectations: list[tuple[str, dict[str, Any]]]) -> None:
    """Put a suite of these expectations where `WITH_SUITE` says, and into the folder's dvc.yaml."""
    (folder / SUITE).parent.mkdir(exist_ok=True)
    found = [{"type": kind, "kwargs": arguments} for kind, arguments in expectations]
    (folder / SUITE).write_text(json.dumps({"name": "own", "expectations": found}), encoding="utf-8")
    text = (folder / "dvc.yaml").read_text(encoding="utf-8")
    if SUITE not in text:
        text = text.replace("deps: [data/batches]\n", f"deps: [data/batches, {SUITE}]\n", 1)
        (folder / "dvc.yaml").write_text(text, encoding="utf-8")


def small_frame(
    period: str = "2024-01", seed: int = 0, *, rows: int = 400, clusters: int = 28, signal: float = 1.0
) -> pd.DataFrame:
    """A month's rows, in the order of time, on its first `clusters` days.

    The log odds of label 1 are `signal` times (2.5 x - 1.5 z + an effect of the colour): 1 is strong,
    0 tells nothing, -1 turns the world round. 2% of rows are void, and have no label.
    """
    draw = np.random.default_rng([seed, *(int(part) for part in period.split("-"))])
    year, month = (int(part) for part in period.split("-"))
    start = datetime(year, month, 1, tzinfo=UTC)
    day = np.sort(draw.integers(0, min(clusters, monthrange(year, month)[1]), rows))
    x, z = draw.normal(size=(2, rows)).clip(-9, 9)
    colour = draw.choice(["red", "green", "blue"], rows)
    effect = np.select([colour == "red", colour == "green"], [1.0, 0.0], -1.0)
    odds = signal * (2.5 * x - 1.5 * z + effect)
    label = draw.random(rows) < 1 / (1 + np.exp(-odds))
    void = draw.random(rows) < 0.02
    # Apart by construction: no two rows at one time, so nothing rests on how ties are broken.
    event = pd.to_datetime(
        [start + timedelta(days=int(d), seconds=60 * n) for n, d in enumerate(day)], utc=True
    ).as_unit("us")
    return pd.DataFrame(
        {
            "row_id": [f"{period}-{n:05d}" for n in range(rows)],
            "event_time": event,
            "day": event.strftime("%Y-%m-%d"),
            "state": np.where(void, "void", "done"),
            "label": pd.Series(label.astype(int), dtype="Int64").mask(void),
            "label_known_at": pd.Series(event + timedelta(hours=2)).mask(void),
            "x": x,
            "z": pd.Series(z).mask(draw.random(rows) < 0.05),
            "colour": colour,
            "known_at": event - timedelta(hours=1),
        }
    )


def parquet(frame: pd.DataFrame) -> bytes:
    """A frame as the bytes of a Parquet file; equal frames give equal bytes."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
    return sink.getvalue()


def small_batch(
    period: str = "2024-01", seed: int = 0, *, rows: int = 400, clusters: int = 28, signal: float = 1.0
) -> bytes:
    """`small_frame` as a batch's Parquet bytes."""
    return parquet(small_frame(period, seed, rows=rows, clusters=clusters, signal=signal))


def deliver(folder: Path, period: str, data: bytes | None = None) -> None:
    """Put a batch (default: `small_batch(period)`) where producers do, in the folder's directory store."""
    target = folder / "store" / "incoming" / MODEL / f"{period}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(small_batch(period) if data is None else data)
