"""Who was in office: each entry that put a champion there names the champion before it. Pure."""

from collections.abc import Iterator

from tasks.ledger.entries import Champion, Decided, Entry, Promoted, RolledBack
from tasks.ledger.past import Past
from tasks.ledger.state import State


def champion_of(entry: Entry) -> Champion | None:
    """The champion that `entry` put in office, if it did."""
    body = entry.body
    if not isinstance(body, Promoted | RolledBack):
        return None
    return Champion(number=entry.number, registered=body.registered, candidate=body.candidate)


def reigns(state: State, past: Past) -> Iterator[Champion]:
    """Every champion from the present one back to the first, one entry read for each."""
    champion = state.champion
    while champion is not None:
        yield champion
        body = past.entry(champion.number).body
        before = body.before if isinstance(body, Promoted | RolledBack) else None
        champion = champion_of(past.entry(before)) if before is not None else None


def promotion_of(state: State, number: int, past: Past) -> int | None:
    """The entry that promoted the challenger of decision `number`, if one did.

    It comes before the next decision, or never: only the newest decision can be promoted.
    """
    for later in range(number + 1, state.number + 1):
        body = past.entry(later).body
        if isinstance(body, Promoted) and body.decision == number:
            return later
        if isinstance(body, Decided) and not body.drill:
            return None
    return None
