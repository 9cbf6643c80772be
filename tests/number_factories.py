"""The small model folder of `factories`, asked for a number instead of yes or no."""

import numpy as np
import pandas as pd
from data_factories import changed
from factories import parquet, small_frame

COSTS = (
    "  costs: {currency: EUR, true_positive: 10, false_positive: -4, false_negative: 0, true_negative: 0}\n"
)
NUMBER_PARAMS = changed(
    (
        "label: {type: integer, max_nulls: 0.1, min: 0, max: 1}",
        "label: {type: number, max_nulls: 0.1, min: -100, max: 100}",
    ),
    ("  seed: 7\n", "  objective: regression\n  seed: 7\n"),
    ("  rounds: 15\n", "  rounds: 40\n"),
    (COSTS, ""),
    (
        "beats-base-rate\n      kind: beats_baseline\n      metric: log_loss",
        "beats-the-mean\n      kind: beats_baseline\n      metric: rmse",
    ),
    ("knows less than the base rate", "knows less than the mean"),
    ("name: useful-ranking", "name: close-enough"),
    ("      metric: auc\n      threshold: 0.6\n", "      metric: rmse\n      threshold: 1.45\n"),
    ("Below that nobody reads the list.", "Farther off than that nobody plans by it."),
    (
        "      kind: beats_champion\n      metric: log_loss\n",
        "      kind: beats_champion\n      metric: mae\n",
    ),
)
"""The small folder's params.yaml for a regression, with a ceiling over RMSE as its floor."""

QUANTILE_PARAMS = changed(
    ("  objective: regression\n", "  objective: quantile\n  alpha: 0.8\n"),
    ("kind: beats_baseline\n      metric: rmse", "kind: beats_baseline\n      metric: pinball"),
    ("beats-the-mean", "beats-the-quantile"),
    ("knows less than the mean", "knows less than a quantile"),
    ("metric: rmse\n      threshold: 1.45", "metric: pinball\n      threshold: 0.5"),
    ("      metric: mae\n", "      metric: pinball\n"),
    params=NUMBER_PARAMS,
)
"""The same for a quantile of the labels: four in five shall not exceed the answer."""


def number_frame(
    period: str = "2024-01", seed: int = 0, *, rows: int = 400, signal: float = 1.0, noise: float = 1.0
) -> pd.DataFrame:
    """A month's rows, as `small_frame`'s, whose label is a number around 20.

    It is 20 and `signal` times (2.5 x - 1.5 z + an effect of the colour), with normal noise of standard
    deviation `noise`. Void rows have none.
    """
    frame = small_frame(period, seed, rows=rows)
    draw = np.random.default_rng([seed, 1, *(int(part) for part in period.split("-"))])
    effect = frame["colour"].map({"red": 1.0, "green": 0.0, "blue": -1.0})
    label = 20 + signal * (2.5 * frame["x"] - 1.5 * frame["z"].fillna(0) + effect)
    label = label + draw.normal(scale=noise, size=rows)
    return frame.assign(label=label.mask(frame["state"] == "void"))


def number_batch(
    period: str = "2024-01", seed: int = 0, *, rows: int = 400, signal: float = 1.0, noise: float = 1.0
) -> bytes:
    """`number_frame` as a batch's Parquet bytes."""
    return parquet(number_frame(period, seed, rows=rows, signal=signal, noise=noise))


def number_months(*periods: str, rows: int = 400, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Months of numbers, by period."""
    return {period: number_frame(period, seed, rows=rows) for period in periods}
