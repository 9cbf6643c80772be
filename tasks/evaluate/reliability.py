"""Calibration: what was predicted against what came, by bins of similar probability. Pure."""

from typing import NamedTuple

import numpy as np

from tasks.evaluate.binary import check_labels
from tasks.evaluate.evidence import Codes, Floats


class Bin(NamedTuple):
    """Rows of similar probability: what was predicted, what came, on how many rows."""

    predicted: float
    observed: float
    rows: int


def reliability(labels: Floats, probabilities: Floats, bins: int = 10) -> list[Bin]:
    """Calibration by `quantile_bins`, lowest first: mean prediction against what came."""
    check_labels(labels, probabilities)
    index = quantile_bins(probabilities, bins)
    members = [index == one for one in np.unique(index)]
    return [Bin(float(probabilities[m].mean()), float(labels[m].mean()), int(m.sum())) for m in members]


def quantile_bins(probabilities: Floats, bins: int) -> Codes:
    """The bin (n,) of each row, from 0: as equal in rows as ties allow, of similar probability.

    Rows of one probability share a bin, that of their middle rank, so the order of rows does not
    matter, and a probability that most rows have takes no others into its bin. With heavy ties some
    bins are empty.
    """
    _, inverse, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    codes: Codes = (middle * bins // max(len(probabilities), 1)).astype(np.int64)[inverse]
    return codes
