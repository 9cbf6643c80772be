"""The table about calibration drift: how often it is told of months without any, and with some."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from benchmarks.figures import Figure
from simulations.cores import spread
from simulations.measured import Measured
from simulations.nulls import bound

from tasks.drift.calibration import Answered, calibration_drift

PAIRS = 400
DAYS, ROWS_PER_DAY = 30, 60


@dataclass(frozen=True)
class Shift:
    """Label 1 comes more often by `wrong` where the score is at least `above`."""

    title: str
    wrong: float = 0.0
    above: float = 0.0


CASES = (
    Shift("no drift"),
    Shift("everywhere, 5 in 100 more", 0.05),
    Shift("of scores from 0.65, 10 in 100 more", 0.1, 0.65),
)


def month(rng: np.random.Generator, shift: Shift = CASES[0], days: int = DAYS) -> Answered:
    """A holdout whose days have a little luck of their own, scored from 0.05 to 0.8."""
    days_of = np.repeat(np.arange(days), ROWS_PER_DAY)
    said = rng.uniform(0.05, 0.8, len(days_of))
    truth = said + np.where(said >= shift.above, shift.wrong, 0.0) + rng.normal(0, 0.02, days)[days_of]
    labels = (rng.random(len(said)) < truth).astype(np.float64)
    return Answered(labels, said, days_of)


def calibration(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """The champion on the holdout that promoted it, and on a later one that has changed so."""
    pairs = PAIRS // 10 if quick else PAIRS
    found = list(spread(_told, [(case, pairs, [seed, 11, n]) for n, case in enumerate(CASES)], tell))
    false, seconds = found[0][1], sum(seconds for *_, seconds in found)
    against = f"{pairs} pairs of months of {DAYS} days, six intervals together at 10%"
    return Measured(
        name="calibration",
        title=f"Calibration drift told, of {pairs} pairs of months ({DAYS} days of {ROWS_PER_DAY} rows)",
        columns=("label 1 comes more often", "told", "upper 95%"),
        lines=tuple(
            (case.title, f"{told / pairs:.1%}", f"{bound(told / pairs, pairs, 0.95):.1%}")
            for case, told, _ in found
        ),
        figures=(
            Figure("calibration_alarms", false / pairs, "share of months", pairs, seconds, against),
            *(Figure(f"calibration: {c.title}", told / pairs, "share", pairs, t) for c, told, t in found[1:]),
        ),
    )


def _told(case: Shift, pairs: int, stream: list[int]) -> tuple[Shift, int, float]:
    start, rng = time.perf_counter(), np.random.default_rng(stream)
    told = sum(calibration_drift(9, ("2024-05",), month(rng), month(rng, case)).drifted for _ in range(pairs))
    return case, told, time.perf_counter() - start
