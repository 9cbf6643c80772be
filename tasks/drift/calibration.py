"""Calibration drift: what came less what the champion said, by bins of its score. Pure."""

from dataclasses import dataclass

import numpy as np

from tasks.drift.differences import difference
from tasks.drift.findings import CalibrationBin, CalibrationDrift
from tasks.evaluate.evidence import Codes, Floats, Interval, clustered_mean, no_mean
from tasks.evaluate.reliability import quantile_bins

BINS = 5
LEVEL = 0.05 / (BINS + 1)
"""One-sided, of each interval: all rows and five bins at 5% together (Bonferroni), so 90% two-sided."""


@dataclass(frozen=True)
class Answered:
    """Labels of 0 and 1 with the champion's probabilities and the clusters of so many rows, each (n,)."""

    labels: Floats
    said: Floats
    clusters: Codes

    def gap(self, rows: np.ndarray) -> Interval:
        """The mean of label minus probability over some rows (n,), a mask: 0 of a calibrated model.

        The difference of what is observed and what is predicted in a bin (Dawid, Journal of the American
        Statistical Association 77 (1982)), with `clustered_mean`'s interval.
        """
        if not rows.any():
            return no_mean(self.clusters[rows], 0, level=LEVEL, note="no rows")
        return clustered_mean((self.labels - self.said)[rows], self.clusters[rows], level=LEVEL)


def calibration_drift(
    entry: int, holdout: tuple[str, ...], before: Answered, now: Answered
) -> CalibrationDrift:
    """The champion on the `holdout` of decision `entry` against that which promoted it.

    The bins are those of equal rows of its score `before`, so a bin holds the same scores in both. It has
    drifted where the whole interval of the change lies on one side of 0, of all rows or of a bin.
    """
    edges = _edges(before.said)
    bins = tuple(_bin(low, high, before, now) for low, high in zip(edges, [*edges[1:], np.inf], strict=True))
    everywhere = [one.gap(np.ones(len(one.said), dtype=bool)) for one in (before, now)]
    change = difference(everywhere[1], everywhere[0])
    return CalibrationDrift(
        entry=entry,
        holdout=holdout,
        before=everywhere[0],
        now=everywhere[1],
        change=change,
        drifted=_clear(change) or any(one.drifted for one in bins),
        bins=bins,
    )


def _edges(said: Floats) -> list[float]:
    """The least score of each bin; below the first and above the last there are no others."""
    codes = quantile_bins(said, BINS)
    return [0.0, *(float(said[codes == one].min()) for one in np.unique(codes)[1:])]


def _bin(low: float, high: float, before: Answered, now: Answered) -> CalibrationBin:
    then, today = ((one.said >= low) & (one.said < high) for one in (before, now))
    gaps = before.gap(then), now.gap(today)
    change = difference(gaps[1], gaps[0])
    return CalibrationBin(
        low=low,
        predicted=float(now.said[today].mean()) if today.any() else None,
        before=gaps[0],
        now=gaps[1],
        change=change,
        drifted=_clear(change),
    )


def _clear(change: Interval) -> bool:
    return (change.low is not None and change.low > 0) or (change.high is not None and change.high < 0)
