"""Why there is nothing to do: asked before any heavy package is imported."""

from functools import partial

from tasks.evaluate.look import HoldoutExhausted, refuse_if_exhausted
from tasks.intake import Catalogue, incoming_place
from tasks.ledger import State
from tasks.prepare.window import NotEnoughPeriods, cutoffs, fresh_holdout
from tasks.run.context import Cycle, inputs_of
from tasks.run.outcome import Outcome


def idle(cycle: Cycle, state: State, catalogue: Catalogue, rules: str) -> Outcome | None:
    """Why there is nothing to do, if there is nothing: asked before any heavy package is imported."""
    params, usable = cycle.folder.params, catalogue.usable(rules)
    if not usable:
        return cycle.outcome("nothing new", _nothing(cycle, catalogue, rules))
    if cycle.drill or cycle.pinned or catalogue.pending(rules):
        return None
    try:
        times = cutoffs([one.period for one in usable], params.prepare, params.intake.calendar)
    except NotEnoughPeriods as waiting:
        return cycle.outcome("nothing new", f"{_nothing(cycle, catalogue, rules)}; {waiting}")
    if state.decision is not None and state.decision.inputs == inputs_of(usable, params.hash):
        return cycle.outcome("nothing new", _nothing(cycle, catalogue, rules), entry=state.decision.number)
    try:
        refuse_if_spent(cycle, state, times.holdout)
    except HoldoutExhausted as exhausted:
        said = f"settings or data changed, but {exhausted}"
        return cycle.outcome("exhausted", said, holdout=times.holdout)
    return None


def refuse_if_spent(cycle: Cycle, state: State, holdout: tuple[str, ...]) -> None:
    """Raise `HoldoutExhausted` before a training that could only meet a holdout which may not be asked again.

    A look without its decision is one that a crash left: the same training will find it recorded.
    """
    spent = cycle.ledger.looks_at(state, holdout)
    if all(look.decision is not None for look in spent):
        params = cycle.folder.params
        due = partial(fresh_holdout, prepare=params.prepare, calendar=params.intake.calendar)
        refuse_if_exhausted(state, spent, holdout, params.contract.looks_per_holdout, due)


def _nothing(cycle: Cycle, catalogue: Catalogue, rules: str) -> str:
    stuck = catalogue.blocked(rules)
    still = f"; still blocked: {'; '.join(str(one.reason) for one in stuck)}" if stuck else ""
    return f"nothing new has arrived in {incoming_place(cycle.store, cycle.folder.params.model)}{still}"
