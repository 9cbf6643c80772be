"""Intervals and parts with bounds of one's choice, and what the contract says of them."""

from dataclasses import replace

from data_factories import declared, part_of, small_params

from tasks.decide.contract import ClauseVerdict, judge
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Part
from tasks.params import Clause

CONTRACT = small_params().contract
MIN_CLUSTERS = CONTRACT.min_clusters
NO_BOUNDS = Interval(
    0.1, None, None, None, None, 0.05, 100, 20, 20.0, 0.05, "m", "no variation between clusters"
)


def interval(
    low: float | None, high: float | None, count: int = 20, estimate: float | None = 0.0
) -> Interval:
    """An interval with these bounds over `count` clusters."""
    return replace(NO_BOUNDS, low=low, high=high, estimate=estimate, clusters=count, note="why")


LEAD = declared(kind="beats_champion", metric="log_loss")
SLICE = declared(kind="slice", metric="log_loss", column="colour", margin=0.05, required_values=("red",))
SAID = {"pass": (0.1, 0.3), "fail": (-0.5, -0.2), "undecided": (-0.2, 0.2)}


def parts(*bounds: tuple[float, float]) -> list[Part]:
    """Parts `part 0`, `part 1`... with these bounds."""
    return [part_of(interval(low, high), of=f"part {n}") for n, (low, high) in enumerate(bounds)]


def judged(told: list[Part], clause: Clause = SLICE, *, batches: int = 1, **words: object) -> ClauseVerdict:
    """The verdict of a clause with these parts."""
    evidence = ClauseEvidence(against="the champion", unit="nats per row", parts=tuple(told), **words)
    return judge(clause, CONTRACT, evidence, batches=batches)
