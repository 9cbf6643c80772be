"""How often an equal challenger is promoted, by method: the oldest of the tables."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.figures import Figure
from simulations.cores import spread
from simulations.measured import Measured
from simulations.nulls import LEVEL, METHODS, Case, bound, promotions

from tasks.evaluate.evidence import Floats
from tasks.objectives import BINARY

NULLS = 10_000
QUICK = [Case(groups, spread, icc) for groups in (20, 50) for spread in (0.0, 1.0) for icc in (0.0, 0.3)]
FULL = [
    *(
        Case(groups, spread, icc)
        for groups in (20, 50, 200)
        for spread in (0.0, 1.0)
        for icc in (0.0, 0.05, 0.3)
    ),
    *(Case(50, spread, 0.3, metric=metric) for metric in BINARY.shown for spread in (0.0, 0.5)),
]
# Shown, and held to no goal: no method is valid for every distribution (Bahadur and Savage, 1956).
SKEWED = [Case(groups, 0.0, 0.3, skewed=True) for groups in (20, 200)]


@dataclass(frozen=True, slots=True)
class Result:
    """The rate of promotions by method (4,) in one case."""

    case: Case
    rates: Floats
    seconds: float

    @property
    def upper(self) -> float:
        """The upper 95% bound of our rate."""
        return bound(float(self.rates[0]), NULLS, 0.95)


def null_promotions(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """All cases, each from a stream of its own."""
    cases = QUICK + SKEWED[:1] if quick else FULL + SKEWED
    streams = [(case, [seed, number]) for number, case in enumerate(cases)]
    results = list(spread(_simulated, streams, tell))
    return Measured(
        name="null-promotions",
        title=f"Equal challengers promoted, of {NULLS:,}, at a one-sided level of {LEVEL:.0%}",
        columns=("case", "clustered", "upper 95%", "rows", "CR1, t(G-1)", "CR2, Satterthwaite"),
        lines=tuple(_line(result) for result in results),
        figures=tuple(_figures(results)),
        note="The skewed cases have no goal: nothing bounds their values (docs/adr/0012).",
    )


def _simulated(case: Case, stream: list[int]) -> Result:
    start, total = time.perf_counter(), np.zeros(len(METHODS))
    for promoted in promotions(case, NULLS, np.random.default_rng(stream)):
        total += promoted
    return Result(case, total / NULLS, time.perf_counter() - start)


def _line(result: Result) -> tuple[str, ...]:
    ours, *others = (f"{rate:.2%}" for rate in result.rates)
    return (result.case.name, ours, f"{result.upper:.2%}", *others)


def _figures(results: Sequence[Result]) -> Iterator[Figure]:
    """The figures that goals speak about, then each case by method."""
    judged = [result for result in results if not result.case.skewed]
    seconds, nulls = sum(result.seconds for result in judged), NULLS * len(judged)
    against = f"{NULLS} equal challengers in each of {len(judged)} cases, one-sided level {LEVEL}"
    worst = max(result.upper for result in judged)
    yield Figure("null_promotions_clustered", worst, "upper 95% bound", nulls, seconds, against)
    for place, method in enumerate(METHODS):
        if place:
            largest = max(float(result.rates[place]) for result in judged)
            yield Figure(f"null_promotions_{method}", largest, "largest rate", nulls, seconds, against)
    for result in results:
        for method, rate in zip(METHODS, result.rates, strict=True):
            name = f"null_promotions_{method}: {result.case.name}"
            yield Figure(name, float(rate), "rate", NULLS, result.seconds)
