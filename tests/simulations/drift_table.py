"""Damaged deliveries of real months: what learned thresholds find of them, and fixed ones at equal recall."""

import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.figures import Figure
from example.flights import PERIODS
from simulations.cores import spread
from simulations.corruptions import SEVERITIES, catalogue
from simulations.drift_gate import Told, month, told
from simulations.drift_scores import Gate, Score, best, each, learned, new_share, rules, score, together
from simulations.measured import Measured

FIRST, SECOND = PERIODS[:6], PERIODS[6:]
"""What may be tuned is tuned on the first half of the year; the second is reported."""

NOTE = (
    "Found of mild, medium and severe ones, in per cent. In hindsight: the most precise fixed thresholds "
    "that find as much as the learned ones in these very months."
)

Case = tuple[str, tuple[str, ...], int | None, int, int]


def corruptions(seed: int, quick: bool, tell: Callable[[str], None]) -> Measured:
    """Each entry of the catalogue in each severity, in each month."""
    start = time.perf_counter()
    month(PERIODS[0])  # The processes that follow find the year built.
    found = list(spread(told, list(cases(seed, quick)), tell))
    clean = [one for one in found if one.corruption is None and one.period in SECOND]
    first, second = (
        [one for one in found if one.corruption is not None and one.period in half]
        for half in (FIRST, SECOND)
    )
    ours = score(learned, second)
    gates = {
        "learned": learned,
        "rules alone": rules,
        "fixed, tuned on the first half": best(together(), first, score(learned, first).recall),
        "fixed, scaled in hindsight": best(together(), second, ours.recall),
        "fixed, each in hindsight": best(each(), second, ours.recall),
    }
    known = {name: gate for name, gate in gates.items() if gate is not None}
    seconds = time.perf_counter() - start
    return Measured(
        name="corruptions",
        title=f"{len(second)} damaged deliveries of July to December, each against all months before",
        columns=("", *known),
        lines=(*_by_entry(known, second), *_summary(known, second, clean)),
        figures=() if quick else tuple(_figures(known, second, clean, seconds)),
        note=NOTE,
    )


def cases(seed: int, quick: bool) -> Iterator[Case]:
    """Months of the first half against the others of it, later ones against all before; as they came, too."""
    for period in PERIODS[4:8] if quick else PERIODS:
        others = FIRST if period in FIRST else PERIODS[: PERIODS.index(period)]
        rest = tuple(one for one in others if one != period)
        yield period, rest, None, 0, seed
        for entry in range(len(catalogue())):
            for severity in (2,) if quick else range(len(SEVERITIES)):
                yield period, rest, entry, severity, seed


def _by_entry(gates: dict[str, Gate], damaged: Sequence[Told]) -> Iterator[tuple[str, ...]]:
    for place, entry in enumerate(catalogue()):
        mine = [one for one in damaged if one.corruption == place]
        yield (
            f"{entry.kind}{f': {entry.what}' if entry.what else ''}",
            *(_found(gate, mine) for gate in gates.values()),
        )


def _found(gate: Gate, mine: Sequence[Told]) -> str:
    severities = sorted({one.severity for one in mine})
    each = [score(gate, [one for one in mine if one.severity == level]).recall for level in severities]
    return " ".join(f"{100 * recall:.0f}" for recall in each)


def _summary(
    gates: dict[str, Gate], damaged: Sequence[Told], clean: Sequence[Told]
) -> Iterator[tuple[str, ...]]:
    scores = [score(gate, damaged) for gate in gates.values()]
    yield "recall", *(f"{one.recall:.3f}" for one in scores)
    new = (new_share(gate, damaged, clean) for gate in gates.values())
    yield "found, and not told anyway", *(f"{share:.3f}" for share in new)
    yield "wrong columns in a delivery", *(f"{one.wrong:.2f}" for one in scores)
    yield "precision", *(f"{one.precision:.3f}" for one in scores)
    for one in clean:
        yield f"told of {one.period} as it came", *(str(len(gate(one))) for gate in gates.values())


def _figures(
    gates: dict[str, Gate], damaged: Sequence[Told], clean: Sequence[Told], seconds: float
) -> Iterator[Figure]:
    count = len(damaged)
    scores: dict[str, Score] = {name: score(gate, damaged) for name, gate in gates.items()}
    ours = scores.pop("learned")
    yield Figure("corruptions_recall", ours.recall, "share of the damages", count, seconds)
    yield Figure("corruptions_precision", ours.precision, "share of what is told", count, seconds)
    for name, one in scores.items():
        ratio = ours.precision / one.precision if one.precision else None
        words = f"{name}: precision {one.precision:.3f} at recall {one.recall:.3f}"
        yield Figure(f"corruptions_precision_{name.split()[1]}", ratio, "x as precise", count, seconds, words)
    for name, gate in gates.items():
        alarms = sum(len(gate(one)) for one in clean) / len(clean)
        short = name.split()[-1] if name == "learned" else name.split()[1]
        yield Figure(
            f"corruptions_clean_{short}",
            alarms,
            "columns told in an untouched month",
            len(clean),
            seconds,
            name,
        )
