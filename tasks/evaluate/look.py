"""A look: one challenger meets one holdout. It is in the ledger before there is any evidence.

A holdout that is asked too often lies. Each look at it spends budget: the contract allows
`looks_per_holdout` of them, each at that fraction of a clause's level (Bonferroni), whatever was
learned from those before. What a look has spent is recorded with it: under whatever contracts they were
taken, the looks at one row spend no more than the whole level (`tasks.ledger.looks`). A holdout that
has retired is not asked again: what was found on it is shown.
The same look by any road, or again after a crash, is one look.
A drill (a challenger with shuffled labels) can never be promoted, so it spends nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tasks.documents import canonical, digest
from tasks.errors import Corrupt, Refused
from tasks.ledger import Body, Ledger, Looked, LookTaken, State
from tasks.ledger.looks import level_spent, looks_left, retired
from tasks.periods import spanned

if TYPE_CHECKING:
    from tasks.evaluate.findings import Look


Due = Callable[[str], str]
"""When a holdout later than a period can be judged, in words."""


class HoldoutExhausted(Refused):
    """What the looks at a holdout have left of its level is less than another one takes."""


def take_look(
    ledger: Ledger,
    *,
    periods: tuple[str, ...],
    challenger: str,
    champion: str | None,
    contract: str,
    drill: bool,
    budget: int,
    due: Due,
) -> "Look":
    """Record the look, or find it recorded; raises `HoldoutExhausted` when the budget is spent."""
    identity = [ledger.model, sorted(periods), challenger, champion, contract]
    body = Looked(
        look=digest(canonical(identity)),
        periods=periods,
        challenger=challenger,
        champion=champion,
        contract=contract,
        drill=drill,
        shared_by=budget,
    )

    def append(state: State) -> Body | None:
        found = ledger.look(state, body.look, periods)
        if found is not None and found.drill != drill:
            raise Corrupt(
                f"look {body.look[:12]}… was taken as {'a' if found.drill else 'no'} drill, and stays so"
            )
        if found is not None:
            return None
        if not drill:
            refuse_if_exhausted(state, ledger.looks_at(state, periods), periods, budget, due)
        return body

    return _document(body, ledger.looks_at(ledger.append(append), periods), budget)


def refuse_if_exhausted(
    state: State, spent: tuple[LookTaken, ...], periods: tuple[str, ...], budget: int, due: Due
) -> None:
    """Raise `HoldoutExhausted` if no look beyond those `spent` on these periods is allowed."""
    left, shown = looks_left(spent, budget), any(retired(state, one.periods) for one in spent)
    if left and not shown:
        return
    newest = max(one for look in (*spent, *state.looks) if not look.drill for one in look.periods)
    since = ", and what was found is shown since a later one was asked" if left else ""
    raise HoldoutExhausted(
        f"holdout {spanned(periods)} has been looked at {_often(spent, budget)}{since}; "
        f"a fresh one is due {due(newest)}"
    )


def _often(spent: tuple[LookTaken, ...], budget: int) -> str:
    if all(one.shared_by == budget for one in spent):
        return f"{len(spent)} of {budget} times"
    told, takes = level_spent(spent), "all" if budget == 1 else f"1/{budget}"
    return (
        f"{len(spent)} time{'s' * (len(spent) > 1)}, which spent {told if told < 1 else 'all'} of its level, "
        f"and a look under this contract takes {takes} of it"
    )


def _document(body: Looked, taken: tuple[LookTaken, ...], budget: int) -> "Look":
    """The look as evaluation tells it; `taken` are all looks at its periods, in order."""
    # Findings come with NumPy, and a cycle without anything new asks this module for the budget alone.
    from tasks.evaluate.findings import Look

    told = body.model_dump(exclude={"kind", "shared_by"})
    if body.drill:
        # A drill under another contract opens no numbers that the looks at its holdout keep sealed.
        return Look(**told, ordinal=0, budget=max(budget, *(one.shared_by for one in taken), 1))
    ordinal = [one.look for one in taken].index(body.look) + 1
    in_all = ordinal + looks_left(taken[:ordinal], budget)
    return Look(**told, ordinal=ordinal, budget=budget, in_all=None if in_all == budget else in_all)
