"""plan: what can be told with the traffic there is, before anything is trained.

How far apart two models are is unknown beforehand, how much such a difference moves from day to
day is not: the newest decision of the ledger measured it. From that follow the smallest lead that
a holdout of N batches would show, and how many batches a lead of a given size takes.
"""

import math
from typing import Literal

from tasks.decide.decision import Decision
from tasks.decide.needed import detectable, detecting
from tasks.documents import Document
from tasks.errors import Refused
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Evidence
from tasks.evaluate.look import retired
from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifact_key, artifacts_of, fetch_artifact
from tasks.params import Contract
from tasks.params.contract import BeatsBaseline, BeatsChampion, NotWorse

BATCHES = (1, 2, 3, 6, 12)
GAINS = (0.005, 0.01, 0.02, 0.05)
Lead = BeatsBaseline | BeatsChampion | NotWorse


class Detectable(Document):
    """The smallest true lead beyond the margin that a holdout of `batches` shows with the plan's power.

    `lead` is in the clause's unit, `share` is of the incumbent's own metric.
    """

    batches: int
    lead: float
    share: float | None


class Gain(Document):
    """How many batches show a true lead of `share` of the incumbent's metric (`lead` in its unit)."""

    share: float
    lead: float
    batches: int | None


class ClausePlan(Document):
    """One clause that asks for a lead: what it was measured on, and what more batches would show."""

    clause: str
    metric: str
    unit: str
    against: str
    level: float
    standard_error: float
    rows: int
    clusters: int
    batches: int
    detectable: tuple[Detectable, ...]
    gains: tuple[Gain, ...]


class Plan(Document):
    """The plan by clause; `decision` is the entry whose evidence it rests on."""

    schema_version: Literal[1] = 1
    model: str
    decision: int
    holdout: tuple[str, ...]
    power: float
    clauses: tuple[ClausePlan, ...]


MOST_BATCHES = 1000


def plan(ledger: Ledger, contract: Contract, gains: tuple[float, ...] = GAINS) -> Plan:
    """The plan from the newest decision's evidence; raises `Refused` where there is none yet."""
    last = ledger.state().decision
    if last is None:
        raise Refused(
            "no decision yet: how much a lead moves from cluster to cluster is learned from the first; "
            "run `evergreen run`, then ask again"
        )
    named = artifacts_of(ledger.entry(last.registered))
    decision = Decision.parse(
        fetch_artifact(ledger.store, ledger.model, named["decision.json"]), f"entry {last.number}"
    )
    if decision.sealed and not retired(ledger.state(), decision.holdout):
        raise Refused(
            f"decision {last.number} is sealed: its holdout may be asked again, and a plan would tell "
            "numbers of it; ask again once a later holdout has been judged"
        )
    reference = named["evidence.json"]
    evidence = Evidence.parse(
        fetch_artifact(ledger.store, ledger.model, reference), artifact_key(ledger.model, reference.sha256)
    )
    return planned(evidence, contract, ledger.model, last.number, gains)


def planned(
    evidence: Evidence, contract: Contract, model: str, entry: int, gains: tuple[float, ...] = GAINS
) -> Plan:
    """What this evidence says about other sizes of holdout. Pure."""
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
    spread = found.parts[0].interval
    if spread.standard_error is None or spread.degrees_of_freedom is None:
        return None
    own = _incumbents(clause, evidence)
    level = clause.level / contract.looks_per_holdout
    return ClausePlan(
        clause=clause.name,
        metric=clause.metric,
        unit=found.unit,
        against=found.against,
        level=level,
        standard_error=spread.standard_error,
        rows=spread.rows,
        clusters=spread.clusters,
        batches=len(evidence.holdout),
        detectable=tuple(_detectable(n, spread, level, contract, evidence, own) for n in BATCHES),
        gains=tuple(_gain(gain, spread, level, contract, evidence, own) for gain in gains) if own else (),
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


def _detectable(
    batches: int, spread: Interval, level: float, contract: Contract, evidence: Evidence, own: float | None
) -> Detectable:
    times = batches / len(evidence.holdout)
    lead = detectable(
        times, spread.standard_error or 0.0, spread.degrees_of_freedom or 1.0, level, contract.power
    )
    return Detectable(batches=batches, lead=lead, share=lead / abs(own) if own else None)


def _gain(
    share: float, spread: Interval, level: float, contract: Contract, evidence: Evidence, own: float
) -> Gain:
    lead = share * abs(own)
    times = detecting(
        lead, spread.standard_error or 0.0, spread.degrees_of_freedom or 1.0, level, contract.power
    )
    times = max(times, contract.min_clusters / spread.clusters)
    batches = math.ceil(times * len(evidence.holdout))
    return Gain(share=share, lead=lead, batches=batches if batches <= MOST_BATCHES else None)
