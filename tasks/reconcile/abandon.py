"""Registrations whose run died: an `abandoned` entry first, then the sweep of what only they named.

The entry is the fence. A run that was only slow finds it when it decides, and registers again, under
keys that nobody has ever named; so a sweep may be as late as it likes. What any registration that
was not abandoned names under the same keys stays, and no registration after the entry can name them.
"""

from datetime import timedelta

from tasks.errors import Corrupt
from tasks.ledger import Abandoned, ArtifactRef, Body, Ledger, Registered, State, Swept
from tasks.ledger.artifacts import artifact_key, artifacts_of
from tasks.ledger.state import Registration


def abandon(ledger: Ledger, one: Registration, *, age: timedelta) -> int | None:
    """Give up an open registration; its entry, or None if it was decided on or given up meanwhile."""
    hours = age.total_seconds() / 3600
    reason = f"its run left it without a decision for more than {hours:g} hours"
    asked: list[Body | None] = []

    def body(state: State) -> Body | None:
        given_up = Abandoned(registered=one.number, candidate=one.candidate, reason=reason)
        asked.append(given_up if one in state.open else None)
        return asked[-1]

    state = ledger.append(body)
    return None if asked[-1] is None else state.number


def sweep(ledger: Ledger, number: int) -> Swept:
    """Remove what only abandonment `number` had named, and say so; again after a crash, the rest."""
    objects, size = 0, 0
    for key, ref in unnamed(ledger, number).items():
        if ledger.store.exists(key):
            ledger.store.delete(key)
            objects, size = objects + 1, size + ref.size
    swept = Swept(abandoned=number, objects=objects, size=size)
    ledger.append(lambda state: swept if number in state.unswept else None)
    return swept


def unnamed(ledger: Ledger, number: int) -> dict[str, ArtifactRef]:
    """What abandonment `number` gave up, by key, less what others name under the same keys."""
    body = ledger.entry(number).body
    if not isinstance(body, Abandoned):
        raise Corrupt(f"ledger of {ledger.model}: expected an abandonment at {number}, found {body.kind}")
    named = {_key(ledger, ref): ref for ref in artifacts_of(ledger.entry(body.registered)).values()}
    # Keys of one age were named between two abandonments, and not before the first of them.
    first = min((ref.after or 0 for ref in named.values()), default=0)
    kept = named_keys(ledger, first + 1)
    return {key: ref for key, ref in named.items() if key not in kept}


def named_keys(ledger: Ledger, first: int = 1) -> frozenset[str]:
    """Every key that a registration from entry `first` on names, and that was not abandoned."""
    named: dict[int, frozenset[str]] = {}
    for entry, _ in ledger.entries(first):
        if isinstance(entry.body, Registered):
            named[entry.number] = frozenset(_key(ledger, ref) for ref in entry.body.artifacts.values())
        if isinstance(entry.body, Abandoned):
            named.pop(entry.body.registered, None)
    return frozenset(key for keys in named.values() for key in keys)


def _key(ledger: Ledger, ref: ArtifactRef) -> str:
    return artifact_key(ledger.model, ref.sha256, ref.after)
