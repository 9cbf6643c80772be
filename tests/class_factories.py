"""The small model folder of `factories`, asked for one of three classes instead of yes or no."""

import json

import numpy as np
import pandas as pd
from data_factories import changed
from factories import parquet, small_frame
from number_factories import COSTS

CLASSES = ("low", "middle", "high")
CLASS_PARAMS = changed(
    (
        "label: {type: integer, max_nulls: 0.1, min: 0, max: 1}",
        "label: {type: string, max_nulls: 0.1, values: [low, middle, high]}",
    ),
    ("  seed: 7\n", "  objective: multiclass\n  seed: 7\n"),
    (COSTS, ""),
    ("beats-base-rate", "beats-the-shares"),
    ("knows less than the base rate", "knows less than the shares"),
    ("name: useful-ranking", "name: right-enough"),
    ("      metric: auc\n      threshold: 0.6\n", "      metric: accuracy\n      threshold: 0.5\n"),
)
"""The small folder's params.yaml for three classes, with a floor under accuracy."""
NUMBERED_PARAMS = changed(
    (
        "{type: string, max_nulls: 0.1, values: [low, middle, high]}",
        "{type: integer, max_nulls: 0.1, values: [10, 20, 30]}",
    ),
    params=CLASS_PARAMS,
)
"""The same with classes that are whole numbers."""

_WHY = "owner: operations\n      reason: What it says of itself must hold."
SURE_PARAMS = (
    changed(("  seed: 7\n", "  calibrate: true\n  coverage: 0.8\n  seed: 7\n"), params=CLASS_PARAMS).rstrip()
    + f"""
    - name: right-where-sure
      kind: abstention
      risk: 0.5
      answered: 0.05
      {_WHY}
    - name: sets-hold
      kind: coverage
      threshold: 0.6
      {_WHY}
    - name: believable
      kind: calibration
      margin: 0.3
      bins: 2
      {_WHY}
"""
)
"""The folder with a temperature, sets of possible classes, and what they must do on the holdout."""

OUTCOMES = {
    "low": {"low": 5.0, "middle": -1.0, "high": -8.0},
    "middle": {"low": -2.0, "middle": 4.0, "high": -2.0},
    "high": {"low": -30.0, "middle": -6.0, "high": 10.0},
}
"""What a row is worth, by the class that came and the one that was decided: who misses a high one pays."""
_MONEY = "owner: finance\n      reason: What is decided is paid for."
_FAIR = "column: colour\n      margin: 0.9\n      owner: legal\n      reason: No colour pays for another."
WORTH_PARAMS = (
    changed(
        (
            "evaluate:\n",
            f"evaluate:\n  outcomes: {json.dumps({'currency': 'EUR', 'came': OUTCOMES})}\n",
        ),
        params=CLASS_PARAMS,
    ).rstrip()
    + f"""
    - name: worth-it
      kind: floor
      metric: value
      threshold: 0.0
      {_MONEY}
    - name: beats-one-decision
      kind: beats_baseline
      metric: value
      {_MONEY}
    - name: worth-no-less
      kind: not_worse
      metric: value
      margin: 5.0
      {_MONEY}
    - name: worth-no-less-anywhere
      kind: slice
      metric: value
      column: colour
      margin: 10.0
      {_MONEY}
    - name: pays
      kind: net_value
      horizon_rows: 1000
      margin: 0.0
      {_MONEY}
    - name: steady
      kind: churn
      threshold: 0.9
      {_MONEY}
    - name: errs-alike
      kind: fairness
      measure: error_rate
      {_FAIR}
    - name: finds-alike
      kind: fairness
      measure: true_positive_rate
      class: high
      {_FAIR}
"""
)
"""The folder with a table of outcomes, and clauses about money and about groups."""


def class_frame(
    period: str = "2024-01", seed: int = 0, *, rows: int = 400, signal: float = 1.0
) -> pd.DataFrame:
    """A month's rows, as `small_frame`'s, whose label is low, middle or high.

    The score `signal` times (2.5 x - 1.5 z + an effect of the colour), with logistic noise, is cut at -1.2
    and 1.2. Void rows have no label.
    """
    frame = small_frame(period, seed, rows=rows)
    draw = np.random.default_rng([seed, 2, *(int(part) for part in period.split("-"))])
    effect = frame["colour"].map({"red": 1.0, "green": 0.0, "blue": -1.0})
    score = signal * (2.5 * frame["x"] - 1.5 * frame["z"].fillna(0) + effect) + draw.logistic(size=rows)
    label = pd.Series(np.select([score < -1.2, score < 1.2], ["low", "middle"], "high"), dtype="str")
    return frame.assign(label=label.mask(frame["state"] == "void"))


def numbered_frame(period: str = "2024-01", seed: int = 0, *, rows: int = 400) -> pd.DataFrame:
    """`class_frame` whose classes are 10, 20 and 30."""
    frame = class_frame(period, seed, rows=rows)
    return frame.assign(label=frame["label"].map({"low": 10, "middle": 20, "high": 30}).astype("Int64"))


def class_batch(period: str = "2024-01", seed: int = 0, *, rows: int = 400, signal: float = 1.0) -> bytes:
    """`class_frame` as a batch's Parquet bytes."""
    return parquet(class_frame(period, seed, rows=rows, signal=signal))


def class_months(*periods: str, rows: int = 400, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Months of classes, by period."""
    return {period: class_frame(period, seed, rows=rows) for period in periods}
