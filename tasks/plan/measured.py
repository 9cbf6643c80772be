"""A plan from the evidence of a decision: its leads have been seen to move. Pure."""

from tasks.decide.needed import Spread
from tasks.evaluate.findings import Evidence
from tasks.params import Contract
from tasks.params.contract import BeatsBaseline
from tasks.plan.document import GAINS, ClausePlan, Lead, Pilot, Plan


def planned(
    evidence: Evidence, contract: Contract, model: str, entry: int, gains: tuple[float, ...] = GAINS
) -> Plan:
    """What this evidence says about other sizes of holdout."""
    clauses = (
        _clause(clause, contract, evidence, gains) for clause in contract.clauses if isinstance(clause, Lead)
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
    (part,) = found.parts
    spread = Spread.of(part)
    if spread is None:
        return None
    interval, batches = part.interval, len(evidence.holdout)
    pilot = Pilot(spread, interval.rows, interval.clusters, batches, _incumbents(clause, evidence))
    return pilot.plan(clause, contract, found.unit, found.against, gains)


def _incumbents(clause: Lead, evidence: Evidence) -> float | None:
    """The metric of who has to be beaten, where it was told and is not 0."""
    metric = evidence.metrics.get(clause.metric)
    if metric is None:
        return None
    if isinstance(clause, BeatsBaseline) and clause.baseline == "linear":
        return metric.linear or None
    baseline = isinstance(clause, BeatsBaseline) or metric.champion is None
    return (metric.baseline if baseline else metric.champion) or None
