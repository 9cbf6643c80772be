"""A table of a person: naive times, no id, free text, some kind of label; what was made of it, and added."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tasks.add import Added, add
from tasks.add import Wishes as AddWishes
from tasks.begin import Begun, Wishes, begin
from tasks.params import Params, read_params


def person_table(label: str = "0/1", *, months: int = 4, rows: int = 150, seed: int = 3) -> pd.DataFrame:
    """So many rows in each month of 2024 from January on, at 06:00 to 20:00, in the order of time.

    `label` is "0/1", "yes/no", "number" or "classes"; `spend` and `plan` tell it, `score` is its logit.
    """
    draw = np.random.default_rng(seed)
    starts = pd.date_range("2024-01-01", periods=months, freq="MS")
    day = np.concatenate([np.sort(draw.integers(0, one.days_in_month, rows)) for one in starts])
    begins = np.repeat(starts.to_numpy(), rows)
    seconds = draw.integers(6 * 3600, 20 * 3600, months * rows)
    times = pd.DatetimeIndex(begins) + pd.to_timedelta(day, "D") + pd.to_timedelta(seconds, "s")
    spend, plan = draw.normal(size=months * rows), draw.choice(["basic", "plus"], months * rows)
    score = 2.5 * spend + np.where(plan == "basic", 1.0, -1.0)
    noisy = score + draw.logistic(size=months * rows)
    labels = {
        "0/1": (noisy > 0).astype(int),
        "yes/no": np.where(noisy > 0, "yes", "no"),
        "number": np.round(100 + 10 * noisy, 2),
        "classes": np.select([noisy < -1.5, noisy < 1.5], ["low", "middle"], "high"),
    }
    return pd.DataFrame(
        {
            "asked": times.strftime("%Y-%m-%d %H:%M:%S"),
            "spend": np.round(50 + 10 * spend, 2),
            "plan": plan,
            "note": [f"said {number * 7919 % 99_991}" for number in range(months * rows)],
            "country": "DE",
            "left": labels[label],
        }
    )


def csv_file(path: Path, frame: pd.DataFrame) -> Path:
    """The table as plain CSV at this path."""
    frame.to_csv(path, index=False)
    return path


def begun(tmp_path: Path, table: pd.DataFrame | Path, **wishes: Any) -> Begun:
    """The model folder `tmp_path / "left"` made of a table whose label is `left`, asked at `asked`."""
    path = table if isinstance(table, Path) else csv_file(tmp_path / "data.csv", table)
    asked: dict[str, Any] = {"label": "left", "time": "asked", **wishes}
    return begin([path], tmp_path, None, Wishes(**asked), lambda _: None)


def copied(made: Begun, parent: Path) -> Begun:
    """The same folder below another one, to be changed there."""
    return replace(made, folder=Path(shutil.copytree(made.folder, parent / made.folder.name)))


def added(made: Begun, table: pd.DataFrame | Path, *, dry_run: bool = False, **wishes: bool) -> Added:
    """The table added to the model folder, with these options."""
    path = table if isinstance(table, Path) else csv_file(made.folder.parent / "more.csv", table)
    return add([path], made.folder, AddWishes(**wishes), lambda _: None, dry_run=dry_run)


def delivered_bytes(made: Begun) -> dict[str, bytes]:
    """What lies where intake looks, by the file's name."""
    place = made.folder / "store" / "incoming" / made.model
    return {one.name: one.read_bytes() for one in sorted(place.iterdir())}


def batch(made: Begun, period: str) -> pd.DataFrame:
    """The rows that were cut for a period."""
    return pd.read_parquet(made.folder / "store" / "incoming" / made.model / f"{period}.parquet")


def settings(made: Begun) -> Params:
    """What its params.yaml says."""
    return read_params(made.folder / "params.yaml")


def taken(made: Begun) -> dict[str, str]:
    """What each column was taken for."""
    return {one.column: one.taken for one in made.columns}
