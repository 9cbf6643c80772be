"""The table about the bootstrap's own luck: its quantile against that of many more draws."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
from benchmarks.figures import Figure
from simulations.boundaries import LEVEL
from simulations.measured import Measured

from tasks.evaluate import resampling
from tasks.evaluate.evidence import Floats
from tasks.evaluate.resampling import critical_value

CLUSTERS = (10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 100, 120, 150, 200, 250)
MANY, FEWER = 64_000, 2_000
ROWS_PER_CLUSTER = 25

Off = tuple[float, float]
"""Of Gaussian clusters, and of clusters with exponential losses."""


def resamples(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """By what share the quantile of fewer draws, and of the decision's, is off that of many."""
    start = time.perf_counter()
    found = {number: _off(seed, number, tell) for number in (CLUSTERS[2::5] if quick else CLUSTERS)}
    ours, fewer = (max(abs(one) for two in found.values() for one in two[place]) for place in (0, 1))
    seconds, cases = time.perf_counter() - start, 2 * len(found)
    against = f"the quantile of {MANY:,} draws, at {LEVEL:.0%}, of Gaussian and of exponential clusters"
    return Measured(
        name="resamples",
        title=f"The bootstrap-t's quantile at {LEVEL:.0%}, off that of {MANY:,} draws",
        columns=("clusters", "as decided", "skewed", f"{FEWER:,} draws", "skewed"),
        lines=tuple(
            (str(number), *(f"{one:+.1%}" for two in both for one in two)) for number, both in found.items()
        ),
        figures=(
            Figure("resamples_off", ours, "largest share", cases, seconds, against),
            Figure("resamples_fewer_off", fewer, "largest share", cases, 0.0, f"{FEWER:,} draws; {against}"),
        ),
    )


def _off(seed: int, number: int, tell: Callable[[str], None]) -> tuple[Off, Off]:
    """Of so many clusters: how far the decision's draws and fewer ones are off."""
    tell(f"{number} clusters")
    rng = np.random.default_rng([seed, 12, number])
    worlds = rng.standard_normal(number), 1 - rng.exponential(size=number)
    with drawing(MANY):
        truths = [quantile(one) for one in worlds]
    with drawing(FEWER):
        fewer = [quantile(one) for one in worlds]
    decided = [quantile(one) for one in worlds]
    ours, others = (
        [one / truth - 1 for one, truth in zip(each, truths, strict=True)] for each in (decided, fewer)
    )
    return (ours[0], ours[1]), (others[0], others[1])


def quantile(means: Floats) -> float:
    """The quantile for equal clusters with these means (G,)."""
    return critical_value(means - means.mean(), np.full(len(means), float(ROWS_PER_CLUSTER)), LEVEL)


@contextmanager
def drawing(draws: int) -> Iterator[None]:
    """Another number of draws; what was drawn before is forgotten, and so is this afterwards."""
    resampling._drawn.cache_clear()
    resampling._blocks.cache_clear()
    try:
        with patch.object(resampling, "_DRAWS", draws):
            yield
    finally:
        resampling._drawn.cache_clear()
        resampling._blocks.cache_clear()
