"""The step: from the newest decision whose numbers are open, or else from the batches that have arrived."""

from tasks.decide.decision import Decision
from tasks.errors import Refused
from tasks.evaluate.findings import Evidence
from tasks.ledger import ArtifactRef, Decided, Ledger
from tasks.ledger.artifacts import artifact_key, artifacts_of, fetch_artifact
from tasks.ledger.looks import retired
from tasks.objectives import OBJECTIVES
from tasks.params import Params
from tasks.plan.assumed import DIFFER, foreseen, is_foreseen
from tasks.plan.document import GAINS, Plan
from tasks.plan.measured import planned

Found = tuple[int, Decision, dict[str, ArtifactRef]]


def plan(
    ledger: Ledger, params: Params, gains: tuple[float, ...] = GAINS, differ: float | None = None
) -> Plan:
    """What holdouts of other sizes would show.

    With `differ` it is from the batches and this guess, even where there is a decision. Raises `Refused`
    where there is nothing to plan from.
    """
    found = newest_open(ledger) if differ is None else None
    if found is None:
        return _guessed(ledger, params, gains, differ)
    number, decision, named = found
    reference = named["evidence.json"]
    evidence = Evidence.parse(
        fetch_artifact(ledger.store, ledger.model, reference),
        artifact_key(ledger.model, reference.sha256, reference.after),
    )
    return planned(evidence, decision, params.contract, number, gains, params.prepare.holdout_periods)


def newest_open(ledger: Ledger) -> Found | None:
    """Number, document and artifacts of the newest decision that is no drill and not sealed, if there is one.

    Sealed is one whose holdout may be asked again: a plan would tell numbers of it.
    """
    last = ledger.state().decision
    if last is None:
        return None
    # Nearly always it is the newest, which takes no reading of the whole log.
    newest = _open(ledger, last.number, last.registered)
    if newest is not None:
        return newest
    earlier = [
        (entry.number, entry.body.registered)
        for entry, _ in ledger.entries()
        if isinstance(entry.body, Decided) and not entry.body.drill and entry.number < last.number
    ]
    found = (_open(ledger, *one) for one in reversed(earlier))
    return next((one for one in found if one is not None), None)


def _open(ledger: Ledger, number: int, registered: int) -> Found | None:
    named = artifacts_of(ledger.entry(registered))
    decision = Decision.parse(
        fetch_artifact(ledger.store, ledger.model, named["decision.json"]), f"entry {number}"
    )
    sealed = decision.sealed and not retired(ledger.state(), decision.holdout)
    return None if sealed else (number, decision, named)


def _guessed(ledger: Ledger, params: Params, gains: tuple[float, ...], differ: float | None) -> Plan:
    binary = OBJECTIVES[params.train.objective].probabilities
    if not (binary and any(is_foreseen(one) for one in params.contract.clauses)):
        if differ is not None:
            raise Refused(
                "--differ is a guess for a lead of a binary model over the champion in log loss, and no "
                "clause asks for one: leave it out, to plan from a decision"
            )
        raise Refused(
            "no decision to plan from, and no clause asks a binary model for a lead over the champion in log "
            "loss, the only one that can be foreseen; the first decision tells of the others: run "
            "`evergreen run`"
        )
    # A plan from a decision needs no frames.
    from tasks.plan.traffic import read_traffic

    traffic = read_traffic(ledger.store, params)
    guess, declared = DIFFER if differ is None else differ, params.prepare.holdout_periods
    return foreseen(traffic, params.contract, ledger.model, gains, guess, declared)
