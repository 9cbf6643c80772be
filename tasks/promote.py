"""promote: artifacts registered, uploaded, decided and, if the verdict says so, put in office.

The order is what makes a crash harmless: the registration names every byte before it is uploaded,
the decision follows the last upload, and the promotion follows the decision. Doing it again from
the start finishes what is missing and repeats nothing.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tasks.decide.decision import Decision
from tasks.decide.step import read_decision
from tasks.documents import Document, digest, write_atomically
from tasks.environment import environment
from tasks.errors import BadInput, Corrupt, Refused
from tasks.ledger import (
    ArtifactRef,
    Body,
    Champion,
    Decided,
    Ledger,
    Promoted,
    Registered,
    RolledBack,
    State,
)
from tasks.ledger.artifacts import artifacts_of, fetch_artifact, reference, upload_artifact
from tasks.ledger.reason import reason_of
from tasks.ledger.state import LastDecision
from tasks.ledger.waiting import stale_words
from tasks.opening import open_ledger
from tasks.workspace import Workspace

_log = logging.getLogger(__name__)
_UPLOADS = 4


@dataclass(frozen=True)
class Promotion:
    """The state after a decision was acted on, its entry if this call wrote it, and whether it promoted."""

    state: State
    entry: int | None
    promoted: bool


def promote(workspace: Workspace, ledger: Ledger, inputs: str) -> Promotion:
    """Put the workspace's decision into the ledger, and its challenger into office if it says so.

    `inputs` identifies what the cycle was made from. While promotions are held, or an approval is
    missing, the decision is in and waits. Raises `Refused` if champion or contract changed since the
    decision (the comparison was with another champion), or somebody rejected it.
    """
    decision = read_decision(workspace)
    write_atomically(workspace.environment, environment().to_bytes())
    refs = {name: reference(path) for name, path in workspace.artifacts()}
    registered = _register(ledger, decision, refs)
    paths = dict(workspace.artifacts())
    with ThreadPoolExecutor(_UPLOADS) as pool:
        list(
            pool.map(lambda name: upload_artifact(ledger.store, ledger.model, paths[name], refs[name]), refs)
        )
    asked: list[Body | None] = []

    def body(state: State) -> Body | None:
        asked.append(_decided(state, decision, refs, registered, inputs))
        return asked[-1]

    state = ledger.append(body)
    entry = None if asked[-1] is None else state.number
    if decision.verdict != "promote" or decision.drill:
        return Promotion(state, entry, promoted=False)
    if state.pending is None or state.pending.candidate != decision.challenger:
        champion = state.champion
        if champion is not None and champion.candidate == decision.challenger:
            return Promotion(state, entry, promoted=True)
        raise Refused(_too_late(state, decision))
    state = finish(ledger, state.pending)
    in_office = state.champion is not None and state.champion.candidate == decision.challenger
    return Promotion(state, entry, promoted=in_office)


def _too_late(state: State, decision: Decision) -> str:
    last, where = state.decision, f"the decision on {', '.join(decision.holdout)}"
    if state.answer is not None and last is not None and last.candidate == decision.challenger:
        return f"{where} was rejected, by entry {state.answer.number}: nothing was promoted"
    return (
        f"{where} is stale: the champion or the contract changed since, or a later decision was made. "
        "Nothing was promoted; the next run compares with today's champion"
    )


def finish(ledger: Ledger, pending: LastDecision) -> State:
    """The promotion that a decision calls for, fenced on the champion and contract it was made under.

    Writes nothing while promotions are held or an approval is missing, also if that is so only since
    this call began.
    """
    state = ledger.state()
    if state.waits_for is not None:
        return state
    verify_artifacts(ledger, artifacts_of(ledger.entry(pending.registered)))

    def body(state: State) -> Body | None:
        if state.champion is not None and state.champion.registered == pending.registered:
            return None
        if state.pending != pending:
            why = stale_words(state, pending.number, pending.registered)
            raise Refused(f"decision {pending.number} is stale: {why}; nothing was promoted")
        if state.waits_for is not None:
            return None
        return Promoted(
            decision=pending.number,
            registered=pending.registered,
            candidate=pending.candidate,
            before=pending.champion,
            contract=pending.contract,
        )

    return ledger.append(body)


def rollback(ledger: Ledger, *, to: int | None = None, reason: str) -> State:
    """Return to the champion before this one, or to the one that entry `to` put in office.

    No retraining; a second rollback undoes the first. Every byte is verified before the entry.
    """
    said, seen = reason_of(reason), ledger.state()
    target = _target(seen, to)
    verify_artifacts(ledger, artifacts_of(ledger.entry(target.registered)))

    def body(state: State) -> Body | None:
        if state.champion != seen.champion or state.champion is None:
            raise Refused("the champion changed while the rollback was prepared; look again, then repeat it")
        return RolledBack(
            to=target.number,
            registered=target.registered,
            candidate=target.candidate,
            before=state.champion.number,
            reason=said,
        )

    return ledger.append(body)


class Rollback(Document):
    """The entry of a rollback, and the champion it returned to."""

    schema_version: int = 1
    entry: int
    champion: Champion


def rollback_in(folder: Path, *, to: int | None = None, reason: str) -> Rollback:
    """As `rollback`, in a model folder."""
    state = rollback(open_ledger(folder)[1], to=to, reason=reason)
    if state.champion is None:
        raise Corrupt(f"entry {state.number}: a rollback without a champion after it")
    return Rollback(entry=state.number, champion=state.champion)


def verify_artifacts(ledger: Ledger, named: dict[str, ArtifactRef]) -> None:
    """Bring and hash every artifact; raises `Corrupt` naming the first that is missing or wrong."""
    with ThreadPoolExecutor(_UPLOADS) as pool:
        list(pool.map(lambda ref: fetch_artifact(ledger.store, ledger.model, ref), named.values()))


def _target(state: State, to: int | None) -> Champion:
    if state.champion is None:
        raise Refused("there is no champion to roll back from: nothing has been promoted")
    if to is None:
        if state.previous is None:
            raise Refused(f"champion {state.champion.number} is the first; there is none before it")
        return state.previous
    found = next((one for one in state.champions if one.number == to), None)
    if found is None:
        known = ", ".join(str(one.number) for one in state.champions)
        raise BadInput(f"entry {to} put no champion in office; these did: {known}")
    if found.candidate == state.champion.candidate:
        raise BadInput(f"the champion of entry {to} is the champion now; nothing to do")
    return found


def _register(ledger: Ledger, decision: Decision, refs: dict[str, ArtifactRef]) -> int:
    body = Registered(candidate=decision.challenger, artifacts=refs)

    def append(state: State) -> Body | None:
        number = state.registrations.get(decision.challenger)
        if number is not None and ledger.entry(number).body == body:
            return None
        return None if _is_decided(state, decision) else body

    state = ledger.append(append)
    return state.registrations.get(decision.challenger, 0)


def _is_decided(state: State, decision: Decision) -> bool:
    look = state.look(decision.look.look)
    if look is None:
        raise Refused(f"look {decision.look.look[:12]}… is not in this ledger: evidence came before the look")
    if look.decision is None:
        return False
    if look.decision != digest(decision.to_bytes()):
        raise Corrupt(
            f"look {look.look[:12]}… was decided before, as {look.decision[:12]}…; the same look now "
            f"gives {digest(decision.to_bytes())[:12]}…. A decision must replay to the same bytes: "
            "look at what differs"
        )
    return True


def _decided(
    state: State, decision: Decision, refs: dict[str, ArtifactRef], registered: int, inputs: str
) -> Body | None:
    if _is_decided(state, decision):
        return None
    return Decided(
        decision=refs["decision.json"].sha256,
        verdict=decision.verdict,
        headline=decision.headline,
        look=decision.look.look,
        candidate=decision.challenger,
        registered=registered,
        champion=decision.champion_entry,
        contract=decision.contract,
        inputs=inputs,
        drill=decision.drill,
    )
