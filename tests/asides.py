"""Months with rows in quarantine, and a folder that has judged them and waits for more to learn from."""

from pathlib import Path

import pytest
from data_factories import changed, on_paper
from factories import deliver, parquet, small_folder, small_frame

from tasks.run import retrain

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"
KEPT_ASIDE = changed(
    ("  rows: {min: 100, max: 5000}", "  rows: {min: 100, max: 5000}\n  quarantine: {max_share: 0.05}")
)
WIDER = ("x: {type: number, min: -10, max: 10}", "x: {type: number, min: -10, max: 99999}")
BAD = {3: 9999.0, 4: 9999.0, 300: -9999.0}


def batch(period: str, x: dict[int, float] = BAD, **columns: dict[int, object]) -> bytes:
    """A month in which some rows break a rule."""
    frame = small_frame(period)
    for column, places in {"x": x, **columns}.items():
        for row, value in places.items():
            frame.loc[row, column] = value
    return parquet(frame)


def waiting(root: Path, patch: pytest.MonkeyPatch) -> Path:
    """A folder in which a January with three bad rows and a good February are judged, on paper."""
    patch.delenv("EVERGREEN_STORE", raising=False)
    on_paper(patch)
    folder = small_folder(root, params=changed(("min_periods: 2", "min_periods: 12"), params=KEPT_ASIDE))
    deliver(folder, JANUARY, batch(JANUARY))
    deliver(folder, FEBRUARY)
    assert retrain(folder).verdict == "waiting"
    return folder
