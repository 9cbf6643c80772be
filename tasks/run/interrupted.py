"""What a crash left half-way is finished first."""

import logging

from tasks.errors import Conflict, Refused
from tasks.intake import Catalogue
from tasks.ledger import State
from tasks.ledger.state import LastDecision
from tasks.run.context import Cycle, inputs_of
from tasks.run.publishing import publish_left
from tasks.validate import rules_hash
from tasks.version.commands import dvc
from tasks.workspace import Workspace, discard

_log = logging.getLogger(__name__)


def finish_interrupted(cycle: Cycle, state: State, catalogue: Catalogue) -> State:
    """Put in office what a run decided before it died, or before a hold ended; nothing new is needed.

    What has waited may be old: it is left where data or settings have changed since it was decided.
    """
    pending = state.pending
    if pending is None or state.waits_for is not None or cycle.pinned or cycle.drill:
        return state
    if state.has_waited and not _as_decided(cycle, pending, catalogue):
        cycle.changed_since = pending.number
        _log.warning("not finishing decision %d: data or settings changed since it was made", pending.number)
        return state
    from tasks.promote import finish

    finishing = f"promotion of decision {pending.number}, {_left_by(state)}"
    _log.warning("finishing the %s", finishing)
    try:
        after = finish(cycle.ledger, pending)
    except Refused as refused:
        # The champion stays, and the next decision takes this one's place: a cycle can go on without.
        _log.error("the %s cannot be finished: %s", finishing, refused)
        return cycle.ledger.state()
    if after.champion != state.champion:
        cycle.finished = finishing
    return after


def _as_decided(cycle: Cycle, pending: LastDecision, catalogue: Catalogue) -> bool:
    """Whether batches and settings are those that the decision was made from, and nothing new has arrived."""
    rules = rules_hash(cycle.folder.params)
    same = pending.inputs == inputs_of(catalogue.usable(rules), cycle.folder.params.hash)
    return same and not catalogue.pending(rules)


def _left_by(state: State) -> str:
    if state.answer is not None:
        return f"approved by entry {state.answer.number}"
    return f"held until entry {state.released}" if state.has_waited else "left by an interrupted run"


def publish_interrupted(cycle: Cycle, left: tuple[Workspace, ...], state: State) -> None:
    """Bring the folder to where a killed run's decision is, unless another run has moved it on."""
    for workspace in left:
        try:
            if publish_left(workspace, cycle.folder, state, dvc):
                _log.warning("published what an interrupted run had decided")
        except Conflict as moved:
            _log.warning("%s", moved)
        discard(workspace)
