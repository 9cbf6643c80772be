"""A plan from the evidence of a decision: its leads have been seen to move. Pure."""

from tasks.decide.decision import Decision
from tasks.decide.needed import Spread
from tasks.evaluate.findings import Evidence
from tasks.params import Contract
from tasks.params.contract import BeatsBaseline
from tasks.plan.document import GAINS, ClausePlan, Later, Lead, Pilot, Plan

LINEAR = "the linear model"
"""What evidence calls the linear baseline (`against`)."""


def planned(
    evidence: Evidence,
    decision: Decision,
    contract: Contract,
    entry: int,
    gains: tuple[float, ...] = GAINS,
    declared: int = 1,
) -> Plan:
    """What the evidence of this decision says about other sizes of holdout, for the clauses of today.

    `declared` is the size in params.yaml, in batches.
    """
    leads = [clause for clause in contract.clauses if isinstance(clause, Lead)]
    found = [
        Later(clause=clause.name, why=why)
        if (why := _untold(clause, decision, evidence, entry))
        else _clause(clause, contract, evidence, entry, gains, declared)
        for clause in leads
    ]
    return Plan(
        model=decision.model,
        decision=entry,
        holdout=evidence.holdout,
        power=contract.power,
        clauses=tuple(one for one in found if isinstance(one, ClausePlan)),
        later=tuple(one for one in found if isinstance(one, Later)),
    )


def _untold(clause: Lead, decision: Decision, evidence: Evidence, entry: int) -> str:
    """Why the decision's evidence under this clause's name is not about what the clause asks; or nothing."""
    then = next((one for one in decision.clauses if one.name == clause.name), None)
    if then is None:
        return f"told after the next decision; decision {entry} did not ask it"
    found = evidence.clauses.get(clause.name)
    before = _about(then.kind, then.metric, linear=found is not None and found.against == LINEAR)
    linear = isinstance(clause, BeatsBaseline) and clause.baseline == "linear"
    now = _about(clause.kind, clause.metric, linear=linear)
    if before != now:
        changed = f"decision {entry} judged {before} by this name, and now it is {now}"
        return f"told after the next decision; {changed}"
    if not isinstance(clause, BeatsBaseline) and evidence.champion is None:
        # From the base rate a model differs by more than from its predecessor, and by how much is unknown.
        return f"told after the first decision against a champion; decision {entry} had none"
    return ""


def _about(kind: str, metric: str, *, linear: bool) -> str:
    return f"{kind} in {metric}{f' over {LINEAR}' if linear else ''}"


def _clause(
    clause: Lead, contract: Contract, evidence: Evidence, entry: int, gains: tuple[float, ...], declared: int
) -> ClausePlan | Later:
    found = evidence.clauses.get(clause.name)
    part = found.parts[0] if found and len(found.parts) == 1 else None
    spread = Spread.of(part) if part else None
    if found is None or part is None or spread is None:
        why = f"told after a decision that has an interval for it; decision {entry} has none"
        return Later(clause=clause.name, why=why)
    interval, batches = part.interval, len(evidence.holdout)
    pilot = Pilot(spread, interval.rows, interval.clusters, batches, _incumbents(clause, evidence), declared)
    return pilot.plan(clause, contract, found.unit, found.against, gains)


def _incumbents(clause: Lead, evidence: Evidence) -> float | None:
    """The metric of who has to be beaten, where it was told and is not 0."""
    metric = evidence.metrics.get(clause.metric)
    if metric is None:
        return None
    if isinstance(clause, BeatsBaseline):
        return (metric.linear if clause.baseline == "linear" else metric.baseline) or None
    return metric.champion or None
