"""The decision: one document, a function of evidence, contract, champion and look alone. Pure.

Nothing that differs from run to run is in it, no time and no host, but for the measurements that a
clause of the contract uses: they were taken once, and are an input like the evidence.
"""

from typing import Literal

from tasks.decide.contract import ClauseVerdict, judge
from tasks.decide.sealed import sealed
from tasks.decide.worth import Worth, worth
from tasks.documents import Document, Hash
from tasks.evaluate.findings import Evidence, Look, Measurements
from tasks.params import Contract


class Decision(Document):
    """Promote, keep (a clause fails) or undecided (none fails, but not all pass), and why.

    `sealed`: its holdout may be asked again, and the numbers are withheld.
    """

    model: str
    verdict: Literal["promote", "keep", "undecided"]
    headline: str
    but_for: tuple[str, ...]
    row_level_would_promote: bool | None
    clauses: tuple[ClauseVerdict, ...]
    worth: Worth | None
    alarms: tuple[str, ...]
    holdout: tuple[str, ...]
    rows: int
    clusters: int
    challenger: Hash
    champion: Hash | None
    champion_entry: int | None
    contract: Hash
    look: Look
    drill: bool
    sealed: bool = False


def decide(
    evidence: Evidence,
    contract: Contract,
    look: Look,
    model: str,
    champion_entry: int | None,
    measurements: Measurements | None = None,
    *,
    retired: bool = False,
) -> Decision:
    """Apply every clause; promote only if all pass. What could not be checked passes nothing.

    The decision is sealed where the holdout may be asked again: where it has a budget of more than one
    look, and has not `retired` into training.
    """
    clauses = tuple(
        judge(
            clause,
            contract,
            evidence.clauses.get(clause.name),
            measurements,
            batches=len(evidence.holdout),
            currency=evidence.currency,
        )
        for clause in contract.clauses
    )
    verdict = _verdict(clauses)
    decision = Decision(
        model=model,
        verdict=verdict,
        headline=_headline(verdict, clauses, evidence),
        but_for=tuple(clause.name for clause in clauses if clause.verdict != "pass"),
        row_level_would_promote=all(clause.row_level == "pass" for clause in clauses),
        clauses=clauses,
        worth=worth(evidence),
        alarms=evidence.alarms,
        holdout=evidence.holdout,
        rows=evidence.rows,
        clusters=evidence.clusters,
        challenger=evidence.challenger,
        champion=evidence.champion,
        champion_entry=champion_entry,
        contract=contract.hash,
        look=look,
        drill=evidence.drill,
    )
    if look.budget == 1 or retired:
        return decision
    closed = sealed(decision)
    return closed.model_copy(update={"headline": _headline(verdict, closed.clauses, evidence)})


def _verdict(clauses: tuple[ClauseVerdict, ...]) -> Literal["promote", "keep", "undecided"]:
    if all(clause.verdict == "pass" for clause in clauses):
        return "promote"
    return "keep" if any(clause.verdict == "fail" for clause in clauses) else "undecided"


def _headline(verdict: str, clauses: tuple[ClauseVerdict, ...], evidence: Evidence) -> str:
    who = "The drill's challenger (shuffled labels)" if evidence.drill else "The challenger"
    stays = "the champion stays" if evidence.champion else "there is still no champion"
    if verdict == "promote":
        seen = f"{evidence.rows:,} rows of {evidence.clusters} clusters"
        return f"{who} meets all {len(clauses)} requirements on {seen}"
    failed = [clause for clause in clauses if clause.verdict == "fail"]
    if failed:
        return f"{who} fails {_named(failed)}; {stays}"
    unsure = [clause for clause in clauses if clause.verdict == "undecided"]
    would = (
        " Row-level statistics would have promoted it." if all(c.row_level == "pass" for c in clauses) else ""
    )
    who = who[0].lower() + who[1:]
    return f"The evidence does not tell whether {who} meets {_named(unsure)}; {stays}.{would}"


def _named(clauses: list[ClauseVerdict]) -> str:
    return ", ".join(f"{clause.name} ({clause.words})" for clause in clauses)
