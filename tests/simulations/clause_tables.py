"""The tables about clauses and their intervals: nulls at each boundary, and coverage."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from benchmarks.figures import Figure
from simulations.boundaries import LEVEL, Boundary, Passed, others_pass, passed
from simulations.cases import ROWS, boundaries
from simulations.cores import spread
from simulations.coverage import NOMINAL, Held, Interval90, held, intervals
from simulations.measured import Measured
from simulations.nulls import bound

from tasks.evaluate.clusters import FEW

NULLS = 10_000
OTHERS = 200
SAMPLES = 10_000
QUICK = {"churn", "fairness_true_positive_rate"}


# A case, how often it passes, how often its other clauses do, seconds.
AtTheBar = tuple[Boundary, Passed, float, float]


def boundary_nulls(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """How often each clause lets pass what is exactly at its bar."""
    cases = [
        (case, seed, number)
        for number, case in enumerate(boundaries())
        if not quick or (case.key in QUICK and case.layout == ROWS)
    ]
    found = list(spread(_at_the_bar, cases, tell))
    return Measured(
        name="boundaries",
        title=f"At the bar of one clause: passed, of {NULLS:,}, at a one-sided level of {LEVEL:.0%}",
        columns=("case", "passed", "upper 95%", "by rows", "not checkable", "other clauses pass"),
        lines=tuple(
            (
                case.title,
                f"{rates.ours:.2%}",
                f"{bound(rates.ours, NULLS, 0.95):.2%}",
                f"{rates.rows:.2%}",
                f"{rates.unchecked:.2%}",
                f"{others:.0%}",
            )
            for case, rates, others, _ in found
        ),
        figures=tuple(_boundary_figures(found)),
    )


def _at_the_bar(case: Boundary, seed: int, number: int) -> AtTheBar:
    start = time.perf_counter()
    rates = passed(case, NULLS, np.random.default_rng([seed, 1, number]))
    others = others_pass(case, OTHERS, np.random.default_rng([seed, 2, number]))
    return case, rates, others, time.perf_counter() - start


def _boundary_figures(found: list[AtTheBar]) -> Iterator[Figure]:
    for key in dict.fromkeys(case.key for case, *_ in found):
        mine = [(rates, seconds) for case, rates, _, seconds in found if case.key == key]
        worst = max(bound(rates.ours, NULLS, 0.95) for rates, _ in mine)
        seconds = sum(seconds for _, seconds in mine)
        against = f"{NULLS} nulls in each of {len(mine)} layouts, one-sided level {LEVEL}"
        yield Figure(f"boundary_{key}", worst, "upper 95% bound", NULLS * len(mine), seconds, against)
    largest = max(rates.rows for _, rates, *_ in found)
    others = min(others for *_, others, _ in found)
    yield Figure("boundary_rows", largest, "largest rate", NULLS * len(found), 0.0, "row-level statistics")
    yield Figure("boundary_others_pass", others, "smallest share", OTHERS * len(found), 0.0)
    for case, rates, _, seconds in found:
        yield Figure(f"boundary: {case.title}", rates.ours, "rate", NULLS, seconds)
        yield Figure(f"boundary by rows: {case.title}", rates.rows, "rate", NULLS, seconds)


def coverage(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """How often intervals hold the truth."""
    cases = [
        (case, [seed, 3, number]) for number, case in enumerate(intervals()) if not quick or number % 6 == 0
    ]
    found = list(spread(_covered, cases, tell))
    off = max(abs(shares.holds - NOMINAL) for _, shares, _ in found if shares.carrying >= FEW)
    rare = max((abs(one.holds - NOMINAL) for _, one, _ in found if one.carrying < FEW), default=0.0)
    seconds = sum(seconds for *_, seconds in found)
    against = (
        f"{NOMINAL:.0%}, {SAMPLES} samples in each of {len(found)} cases of at least 50 effective clusters"
    )
    few = f"where fewer than {FEW} of them carry the variance, in effect"
    return Measured(
        name="coverage",
        title=f"Intervals of {NOMINAL:.0%} that hold the truth, of {SAMPLES:,}",
        columns=("case", "effective clusters", "that carry it", "below it", "hold it", "above it"),
        lines=tuple(
            (
                case.title,
                f"{shares.effective_clusters:.0f}",
                f"{shares.carrying:.1f}",
                *(f"{share:.2%}" for share in (shares.below, shares.holds, shares.above)),
            )
            for case, shares, _ in found
        ),
        figures=(
            Figure("coverage_off", off, "largest difference", SAMPLES * len(found), seconds, against),
            Figure("coverage_off_rare", rare, "largest difference", SAMPLES * len(found), 0.0, few),
            *(Figure(f"coverage: {c.title}", s.holds, "share", SAMPLES, t) for c, s, t in found),
        ),
    )


def _covered(case: Interval90, stream: list[int]) -> tuple[Interval90, Held, float]:
    start = time.perf_counter()
    return case, held(case, SAMPLES, np.random.default_rng(stream)), time.perf_counter() - start
