"""promote: artifacts registered, uploaded, decided and, if the verdict says so, put in office.

The order is what makes a crash harmless: the registration names every byte before it is uploaded,
the decision follows the last upload, and the promotion follows the decision. Doing it again from
the start finishes what is missing and repeats nothing.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from tasks.decide.decision import Decision
from tasks.decide.step import read_decision
from tasks.documents import Document, digest, write_atomically
from tasks.environment import environment
from tasks.errors import BadInput, Conflict, Corrupt, Refused
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
from tasks.ledger.office import champion_of, promotion_of, reigns
from tasks.ledger.reason import reason_of
from tasks.ledger.state import LastDecision
from tasks.ledger.waiting import stale_words
from tasks.opening import open_ledger
from tasks.periods import spanned
from tasks.pins import CARD, former_sources
from tasks.window import Window, refuse_if_erased, window_in, window_of
from tasks.workspace import Workspace

_log = logging.getLogger(__name__)
_UPLOADS = 4
_TIMES = 3
_NAMED = 10
"""Champions that a message names."""


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
    decision (the comparison was with another champion), somebody rejected it, or rows that it was made
    from have been erased.
    """
    decision = read_decision(workspace)
    write_atomically(workspace.environment, environment().to_bytes())
    for _ in range(_TIMES):
        try:
            state, entry = _recorded(workspace, ledger, decision, inputs)
        except _GivenUp as given_up:
            _log.warning("%s; registering it again", given_up)
        else:
            break
    else:
        raise Conflict(f"what was registered was given up by others {_TIMES} times in a row; try again")
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


class _GivenUp(Exception):
    """Somebody took this run for dead, and abandoned what it had registered."""


def _recorded(
    workspace: Workspace, ledger: Ledger, decision: Decision, inputs: str
) -> tuple[State, int | None]:
    """Register, upload, decide; the state after it, and the decision's entry if this call wrote it."""
    paths = dict(workspace.artifacts())
    window = partial(window_in, workspace)
    named = {name: reference(path) for name, path in paths.items()}
    registered, refs = _register(ledger, decision, named, window)
    with ThreadPoolExecutor(_UPLOADS) as pool:
        list(
            pool.map(lambda name: upload_artifact(ledger.store, ledger.model, paths[name], refs[name]), refs)
        )
    asked: list[Body | None] = []

    def body(state: State) -> Body | None:
        decided = _decided(ledger, state, decision, refs, registered, inputs)
        if decided is not None:
            refuse_if_erased(ledger, state, window, "this decision")
        asked.append(decided)
        return asked[-1]

    state = ledger.append(body)
    return state, None if asked[-1] is None else state.number


def _too_late(state: State, decision: Decision) -> str:
    last, where = state.decision, f"the decision on {spanned(decision.holdout)}"
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
    window = partial(window_of, ledger, pending.registered)

    def body(state: State) -> Body | None:
        if state.champion is not None and state.champion.registered == pending.registered:
            return None
        if state.pending != pending:
            why = stale_words(state, pending.number, promotion_of(state, pending.number, ledger))
            raise Refused(f"decision {pending.number} is stale: {why}; nothing was promoted")
        if state.waits_for is not None:
            return None
        refuse_if_erased(ledger, state, window, f"decision {pending.number}")
        return Promoted(
            decision=pending.number,
            registered=pending.registered,
            candidate=pending.candidate,
            before=pending.champion,
            contract=pending.contract,
        )

    return ledger.append(body)


def rollback(
    ledger: Ledger, *, to: int | None = None, reason: str, workspace: Workspace | None = None
) -> State:
    """Return to the champion before this one, or to the one that entry `to` put in office.

    No retraining; a second rollback undoes the first. Every byte is verified before the entry, and with a
    `workspace` that the champion can be asked what its settings ask: else no run after it could judge.
    """
    said, seen = reason_of(reason), ledger.state()
    target = _target(ledger, seen, to)
    verify_artifacts(ledger, artifacts_of(ledger.entry(target.registered)))
    if workspace is not None:
        _refuse_misfit(ledger, target, workspace)

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


def _refuse_misfit(ledger: Ledger, target: Champion, workspace: Workspace) -> None:
    # It reads a model's card, for which the other ways into the ledger have no need.
    from tasks.evaluate.fits import refuse_misfit
    from tasks.train.card import read_card

    named = artifacts_of(ledger.entry(target.registered))
    card = read_card(fetch_artifact(ledger.store, ledger.model, named[CARD]))
    sources = former_sources(workspace.params_file, ledger, named)
    refuse_misfit(f"champion of entry {target.number},", card, workspace.params, sources)


class Rollback(Document):
    """The entry of a rollback, and the champion it returned to."""

    schema_version: int = 1
    entry: int
    champion: Champion


def rollback_in(folder: Path, *, to: int | None = None, reason: str) -> Rollback:
    """As `rollback`, in a model folder."""
    home, ledger = open_ledger(folder)
    state = rollback(ledger, to=to, reason=reason, workspace=home)
    if state.champion is None:
        raise Corrupt(f"entry {state.number}: a rollback without a champion after it")
    return Rollback(entry=state.number, champion=state.champion)


def verify_artifacts(ledger: Ledger, named: dict[str, ArtifactRef]) -> None:
    """Bring and hash every artifact; raises `Corrupt` naming the first that is missing or wrong."""
    with ThreadPoolExecutor(_UPLOADS) as pool:
        list(pool.map(lambda ref: fetch_artifact(ledger.store, ledger.model, ref), named.values()))


def _target(ledger: Ledger, state: State, to: int | None) -> Champion:
    if state.champion is None:
        raise Refused("there is no champion to roll back from: nothing has been promoted")
    if to is None:
        if state.previous is None:
            raise Refused(f"champion {state.champion.number} is the first; there is none before it")
        return state.previous
    found = champion_of(ledger.entry(to)) if 1 <= to <= state.number else None
    if found is None:
        newest = [str(one.number) for one in islice(reigns(state, ledger), _NAMED + 1)]
        known = ", ".join(reversed(newest[:_NAMED])) + (", and earlier ones" if newest[_NAMED:] else "")
        raise BadInput(f"entry {to} put no champion in office; these did: {known}")
    if found.candidate == state.champion.candidate:
        raise BadInput(f"the champion of entry {to} is the champion now; nothing to do")
    return found


def _register(
    ledger: Ledger, decision: Decision, refs: dict[str, ArtifactRef], window: Window
) -> tuple[int, dict[str, ArtifactRef]]:
    """The entry that names these artifacts, and how; 0 if the decision is in already."""

    def append(state: State) -> Body | None:
        found = state.registration(decision.challenger)
        if found is not None and _named(ledger, found.number) == refs:
            return None
        if _is_decided(ledger, state, decision):
            return None
        refuse_if_erased(ledger, state, window, "this decision")
        named = {name: ref.model_copy(update={"after": state.abandoned}) for name, ref in refs.items()}
        return Registered(candidate=decision.challenger, artifacts=named)

    state = ledger.append(append)
    found, last = state.registration(decision.challenger), state.decision
    if found is not None and _named(ledger, found.number) == refs:
        return found.number, artifacts_of(ledger.entry(found.number))
    if last is not None and _named(ledger, last.registered) == refs:
        # Decided by an earlier call: what is damaged since is put right.
        return 0, artifacts_of(ledger.entry(last.registered))
    return 0, {}


def _named(ledger: Ledger, registered: int) -> dict[str, ArtifactRef]:
    """The artifacts of a registration, wherever they lie."""
    named = artifacts_of(ledger.entry(registered))
    return {name: ref.model_copy(update={"after": None}) for name, ref in named.items()}


def _is_decided(ledger: Ledger, state: State, decision: Decision) -> bool:
    look = ledger.look(state, decision.look.look, decision.look.periods)
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
    ledger: Ledger,
    state: State,
    decision: Decision,
    refs: dict[str, ArtifactRef],
    registered: int,
    inputs: str,
) -> Body | None:
    if _is_decided(ledger, state, decision):
        return None
    if not state.is_open(registered):
        raise _GivenUp(f"registration {registered} was abandoned: this run was taken for dead")
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
