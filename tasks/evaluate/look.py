"""A look: one challenger meets one holdout. It is in the ledger before there is any evidence.

A holdout that is asked too often lies. Each look at it spends budget: the contract allows
`looks_per_holdout` of them, each at that fraction of a clause's level (Bonferroni), whatever was
learned from those before. The same look by any road, or again after a crash, is one look.
A drill (a challenger with shuffled labels) can never be promoted, so it spends nothing.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tasks.documents import canonical, digest
from tasks.errors import Corrupt, Refused
from tasks.ledger import Body, Ledger, Looked, LookTaken, State

if TYPE_CHECKING:
    from tasks.evaluate.findings import Look


Due = Callable[[str], str]
"""When a holdout later than a period can be judged, in words."""


class HoldoutExhausted(Refused):
    """The holdout has been looked at as often as the contract allows."""


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
    # Findings come with NumPy, and a cycle without anything new asks this module for the budget alone.
    from tasks.evaluate.findings import Look

    identity = [ledger.model, sorted(periods), challenger, champion, contract]
    body = Looked(
        look=digest(canonical(identity)),
        periods=periods,
        challenger=challenger,
        champion=champion,
        contract=contract,
        drill=drill,
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
            refuse_if_exhausted(ledger.looks_at(state, periods), periods, budget, due)
        return body

    state = ledger.append(append)
    spent = [one.look for one in ledger.looks_at(state, periods)]
    ordinal = 0 if drill else spent.index(body.look) + 1
    return Look(**body.model_dump(exclude={"kind"}), ordinal=ordinal, budget=budget)


def refuse_if_exhausted(
    spent: tuple[LookTaken, ...], periods: tuple[str, ...], budget: int, due: Due
) -> None:
    """Raise `HoldoutExhausted` if no look beyond those `spent` on these periods is allowed."""
    if len(spent) >= budget:
        newest = max(period for look in spent for period in look.periods)
        raise HoldoutExhausted(
            f"holdout {', '.join(periods)} has been looked at {len(spent)} of {budget} times; "
            f"a fresh one is due {due(newest)}"
        )
