"""Whether the log holds what the clients were told: nothing lost, nothing twice, nothing of nobody's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from math import inf

from faults.history import Operation
from ledgers import sha

from tasks.ledger import (
    Approved,
    Body,
    ContractFrozen,
    Entry,
    Held,
    Promoted,
    Rejected,
    Released,
    RolledBack,
)

_CROWNS = {"promote", "approve"}
SETUP = {"as agreed", sha("setup-a"), sha("setup-b")}
"""What a ledger holds before the first operation."""


def token_of(body: Body) -> str | None:
    """What the client called the operation that this body is the effect of."""
    match body:
        case Held() | Released() | RolledBack() | Rejected() | Approved():
            return body.reason
        case ContractFrozen():
            return body.text
        case Promoted():
            return body.candidate
        case _:
            return None


def _effect_token(one: Operation) -> str:
    return str(one.asked.get("candidate", one.token))


def differences(operations: Iterable[Operation], entries: list[Entry]) -> list[str]:
    """Where the log says otherwise than the clients were told, one line each."""
    by_number = {entry.number: entry.body for entry in entries}
    written = _written(entries)
    found, asked = [], set(SETUP)
    for one in operations:
        token = _effect_token(one)
        asked |= {token, one.token}
        if one.kind == "read":
            continue
        if len(written[token]) > 1:
            found.append(f"twice, as {written[token]}: {one}")
        if one.told is None or "corrupt" in one.told:
            continue
        number = one.told["number"]
        if number is None and written[token] and one.kind not in _CROWNS:
            found.append(f"refused, and written as {written[token]}: {one}")
        if number is not None and not _holds(by_number.get(number), one):
            found.append(f"lost: {one}")
    strangers = [token for token in written if token not in asked]
    return found + [f"of nobody: {token}, {written[token]}" for token in strangers]


def _holds(body: Body | None, one: Operation) -> bool:
    if one.kind in _CROWNS:  # a call may find its challenger brought back to office by a rollback
        return isinstance(body, Promoted | RolledBack) and body.candidate == one.asked["candidate"]
    return body is not None and token_of(body) == one.token


def settled(operations: Iterable[Operation], entries: list[Entry]) -> list[Operation]:
    """The same operations, where those without an answer are numbered by the log, or left out.

    When such an operation took effect is for the search to find, and for a promotion also whether it was
    this one: others may ask for the same.
    """
    written, kept = _written(entries), []
    bodies = {entry.number: entry.body for entry in entries}
    for one in operations:
        if one.told is not None:
            kept.append(one)
        for number in written[_effect_token(one)] if one.told is None else ():
            told = {"number": number, "candidate": getattr(bodies[number], "candidate", None)}
            kept.append(replace(one, told=told, answered=None if one.kind in _CROWNS else inf))
    return kept


def _written(entries: list[Entry]) -> dict[str, list[int]]:
    written: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        token = token_of(entry.body)
        if token is not None:
            written[token].append(entry.number)
    return written
