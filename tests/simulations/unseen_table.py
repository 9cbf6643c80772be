"""The table about what a sample does not show: what the decision guards against, and what it does not see."""

import time
from collections.abc import Callable, Iterator

import numpy as np
from benchmarks.figures import Figure
from simulations.boundaries import LEVEL
from simulations.cores import spread
from simulations.measured import Measured
from simulations.nulls import bound
from simulations.unseen import Case, Unseen, guarded, limits, unseen

SAMPLES, QUICK = 1_000, 250
NOTE = (
    "Any five: the decision's interval, if rows below the bar lie in five clusters. The last lines are "
    "limits: they have no goal (docs/adr/0012)."
)

Judged = tuple[Case, Unseen, float]


def hidden(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """How often passes what is at its bar, where most samples look better than what they come from."""
    samples = QUICK if quick else SAMPLES
    kept = list(guarded())
    cases = [(case, samples, [seed, 10, number]) for number, case in enumerate([*kept, *limits()])]
    found = list(spread(_judged, cases, tell))
    return Measured(
        name="unseen",
        title=f"At the bar, and most samples do not show it: passed, of {samples:,}, at {LEVEL:.0%}",
        columns=("case", "passed", "upper 95%", "Student's t alone", "any five"),
        lines=tuple(
            (
                case.title,
                f"{rates.ours:.1%}",
                f"{bound(rates.ours, samples, 0.95):.1%}",
                f"{rates.student:.1%}",
                f"{rates.any_five:.1%}",
            )
            for case, rates, _ in found
        ),
        figures=tuple(_figures(found[: len(kept)], found[len(kept) :], samples)),
        note=NOTE,
    )


def _judged(case: Case, samples: int, stream: list[int]) -> Judged:
    start = time.perf_counter()
    return case, unseen(case, samples, np.random.default_rng(stream)), time.perf_counter() - start


def _figures(kept: list[Judged], passing: list[Judged], samples: int) -> Iterator[Figure]:
    rows, seconds = samples * len(kept), sum(seconds for *_, seconds in kept)
    against = f"{samples} nulls in each of {len(kept)} cases, one-sided level {LEVEL}"
    worst = max(bound(rates.ours, samples, 0.95) for _, rates, _ in kept)
    student = sum(rates.student for _, rates, _ in kept) / len(kept)
    yield Figure("unseen_guarded", worst, "upper 95% bound", rows, seconds, against)
    yield Figure("unseen_student", student, "mean rate", rows, 0.0, "CR3 with Student's t, the same samples")
    for case, rates, seconds in (*kept, *passing):
        yield Figure(f"unseen: {case.title}", rates.ours, "rate", samples, seconds)
        yield Figure(f"unseen by Student's t: {case.title}", rates.student, "rate", samples, 0.0)
        yield Figure(f"unseen by any five: {case.title}", rates.any_five, "rate", samples, 0.0)
