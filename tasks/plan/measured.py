"""A plan from the evidence of a decision: its leads have been seen to move. Pure."""

from tasks.decide.needed import beyond_student
from tasks.evaluate.findings import Evidence
from tasks.params import Contract
from tasks.params.contract import BeatsBaseline, BeatsChampion, NotWorse
from tasks.plan.document import BATCHES, GAINS, ClausePlan, Plan, Spread

Lead = BeatsBaseline | BeatsChampion | NotWorse


def planned(
    evidence: Evidence, contract: Contract, model: str, entry: int, gains: tuple[float, ...] = GAINS
) -> Plan:
    """What this evidence says about other sizes of holdout."""
    clauses = (
        _clause(clause, contract, evidence, gains)
        for clause in contract.clauses
        if isinstance(clause, BeatsBaseline | BeatsChampion | NotWorse)
    )
    return Plan(
        model=model,
        decision=entry,
        holdout=evidence.holdout,
        power=contract.power,
        clauses=tuple(one for one in clauses if one is not None),
    )


def _clause(
    clause: Lead, contract: Contract, evidence: Evidence, gains: tuple[float, ...]
) -> ClausePlan | None:
    found = evidence.clauses.get(clause.name)
    if found is None or len(found.parts) != 1:
        return None
    seen = found.parts[0].interval
    if seen.standard_error is None or seen.degrees_of_freedom is None:
        return None
    spread = Spread(
        standard_error=seen.standard_error,
        degrees_of_freedom=seen.degrees_of_freedom,
        clusters=seen.clusters,
        batches=len(evidence.holdout),
        own=_incumbents(clause, evidence),
        farther=beyond_student(seen, seen.low),
    )
    level = clause.level / contract.looks_per_holdout
    told = (spread.gain(gain, level, contract) for gain in gains)
    return ClausePlan(
        clause=clause.name,
        metric=clause.metric,
        unit=found.unit,
        against=found.against,
        level=level,
        standard_error=spread.standard_error,
        rows=seen.rows,
        clusters=seen.clusters,
        batches=spread.batches,
        detectable=tuple(spread.detectable(n, level, contract) for n in BATCHES),
        gains=tuple(gain for gain in told if gain is not None),
    )


def _incumbents(clause: Lead, evidence: Evidence) -> float | None:
    """The metric of who has to be beaten, where it was told and is not 0."""
    metric = evidence.metrics.get(clause.metric)
    if metric is None:
        return None
    if isinstance(clause, BeatsBaseline) and clause.baseline == "linear":
        return metric.linear or None
    baseline = isinstance(clause, BeatsBaseline) or metric.champion is None
    return (metric.baseline if baseline else metric.champion) or None
