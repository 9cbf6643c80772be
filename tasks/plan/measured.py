"""A plan from the evidence of a decision: its leads have been seen to move. Pure."""

from tasks.decide.needed import Spread
from tasks.evaluate.findings import Evidence
from tasks.params import Contract
from tasks.params.contract import BeatsBaseline
from tasks.plan.document import GAINS, ClausePlan, Later, Lead, Pilot, Plan


def planned(
    evidence: Evidence, contract: Contract, model: str, entry: int, gains: tuple[float, ...] = GAINS
) -> Plan:
    """What this evidence says about other sizes of holdout."""
    found = [
        _clause(clause, contract, evidence, entry, gains)
        for clause in contract.clauses
        if isinstance(clause, Lead)
    ]
    return Plan(
        model=model,
        decision=entry,
        holdout=evidence.holdout,
        power=contract.power,
        clauses=tuple(one for one in found if isinstance(one, ClausePlan)),
        later=tuple(one for one in found if isinstance(one, Later)),
    )


def _clause(
    clause: Lead, contract: Contract, evidence: Evidence, entry: int, gains: tuple[float, ...]
) -> ClausePlan | Later:
    if not isinstance(clause, BeatsBaseline) and evidence.champion is None:
        # From the base rate a model differs by more than from its predecessor, and by how much is unknown.
        why = f"told after the first decision against a champion; decision {entry} had none"
        return Later(clause=clause.name, why=why)
    found = evidence.clauses.get(clause.name)
    part = found.parts[0] if found and len(found.parts) == 1 else None
    spread = Spread.of(part) if part else None
    if found is None or part is None or spread is None:
        why = f"told after a decision that has an interval for it; decision {entry} has none"
        return Later(clause=clause.name, why=why)
    interval, batches = part.interval, len(evidence.holdout)
    pilot = Pilot(spread, interval.rows, interval.clusters, batches, _incumbents(clause, evidence))
    return pilot.plan(clause, contract, found.unit, found.against, gains)


def _incumbents(clause: Lead, evidence: Evidence) -> float | None:
    """The metric of who has to be beaten, where it was told and is not 0."""
    metric = evidence.metrics.get(clause.metric)
    if metric is None:
        return None
    if isinstance(clause, BeatsBaseline):
        return (metric.linear if clause.baseline == "linear" else metric.baseline) or None
    return metric.champion or None
