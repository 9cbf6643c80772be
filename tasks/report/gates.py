"""What other gates would have said about the same challenger on the same rows. Pure."""

from dataclasses import dataclass
from typing import Literal

from tasks.decide.contract import ClauseVerdict
from tasks.decide.decision import Decision
from tasks.evaluate.findings import ClauseEvidence, Evidence, Part

Answer = Literal["promote", "keep", "not shown yet"]
NOT_YET: Literal["not shown yet"] = "not shown yet"
LEADS = ("beats_champion", "not_worse")


@dataclass(frozen=True)
class Lead:
    """The clause that asks about the champion, and the part of the evidence that decided it."""

    clause: ClauseVerdict
    part: Part | None
    unseen: str
    """Why there is no interval to draw; empty where there is one."""


def lead_of(decision: Decision, evidence: Evidence) -> Lead | None:
    """The lead over the champion, by the contract's first clause that asks for it."""
    clause = next((one for one in decision.clauses if one.kind in LEADS), None)
    if clause is None:
        return None
    found = evidence.clauses.get(clause.name)
    part = next((one for one in found.parts if one.of == clause.part), None) if found else None
    return Lead(clause, part, _unseen(clause, found, decision))


def by_points(decision: Decision, evidence: Evidence) -> Answer:
    """The same contract on the estimates alone: promote if each lies beyond what is required."""
    if decision.sealed:
        return NOT_YET
    return _answer(all(_points_pass(one, evidence.clauses.get(one.name)) for one in decision.clauses))


def by_rows(decision: Decision) -> Answer:
    """The same contract as if every row were independent."""
    promotes = decision.row_level_would_promote
    return NOT_YET if promotes is None else _answer(promotes)


def _unseen(clause: ClauseVerdict, found: ClauseEvidence | None, decision: Decision) -> str:
    """Why a clause has no interval: the decision is sealed, or what the evidence says."""
    if decision.sealed:
        return NOT_YET
    interval = clause.interval
    if interval is not None:
        drawable = None not in (interval.estimate, interval.low, interval.high)
        return "" if drawable else interval.note or "no interval"
    said = (found.missing or found.nothing_to_ask) if found else ""
    return said or "no evidence"


def _points_pass(clause: ClauseVerdict, found: ClauseEvidence | None) -> bool:
    if clause.level is None:
        return clause.verdict == "pass"
    if found is None or found.missing:
        return False
    if found.nothing_to_ask:
        return True
    estimates = [part.interval.estimate for part in found.parts]
    return bool(estimates) and all(one is not None and one > clause.required for one in estimates)


def _answer(promotes: bool) -> Answer:
    return "promote" if promotes else "keep"
