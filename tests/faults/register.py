"""What one machine without faults would answer: champion, hold and contract, one operation at a time.

The ledger's numbers are told by the answers. An operation without an answer has none: what it put there
has a number later than all that were known then, until somebody reads it. `-9` stands for "later than 9".
"""

from typing import Any, NamedTuple

from faults.history import Operation


class Office(NamedTuple):
    """Who is in office: the entry that says so, and the candidate."""

    number: int
    candidate: str


class Register(NamedTuple):
    """What a reader sees. `last` is the newest entry that any answer has told of."""

    contract: str
    last: int = 0
    champion: Office | None = None
    before: Office | None = None
    hold: int | None = None


def step(register: Register, one: Operation) -> Register | None:
    """The register after `one`, or None where it cannot have been told this."""
    if one.told is not None and "corrupt" in one.told:
        return None
    if one.kind == "read":
        return _read(register, one.told)
    if one.told is not None and one.told["number"] is None:
        return _changed_nothing(register, one)
    number = -register.last if one.told is None else int(one.told["number"])
    if one.kind in {"promote", "approve"} and _is_in_office(register, one, number):
        return register  # another call had put it there
    if 0 < number <= register.last:
        return None
    changed = _CHANGES[one.kind](register, one, number)
    return changed and changed._replace(last=max(register.last, number))


def _read(register: Register, told: dict[str, Any] | None) -> Register | None:
    if told is None:
        return register
    champion = Office(*told["champion"]) if told["champion"] else None
    fits = (
        told["whole"]
        and told["number"] >= register.last
        and told["contract"] == register.contract
        and _may_be(told["hold"], register.hold)
        and _same(champion, register.champion)
    )
    if not fits:
        return None
    return register._replace(last=told["number"], champion=champion, hold=told["hold"])


def _same(told: Office | None, known: Office | None) -> bool:
    if told is None or known is None:
        return told is known
    return told.candidate == known.candidate and _may_be(told.number, known.number)


def _may_be(told: int | None, known: int | None) -> bool:
    """Whether a number that was told is the one known, or may be the one not known yet."""
    if told is None or known is None:
        return told is known
    return told == known if known > 0 else told > -known


def _changed_nothing(register: Register, one: Operation) -> Register | None:
    why = one.told and one.told.get("why")
    if (why == "held" and register.hold is None) or (why == "not held" and register.hold is not None):
        return None
    if one.kind == "freeze" and register.contract != one.asked["contract"]:
        return None
    return register


def _is_in_office(register: Register, one: Operation, number: int) -> bool:
    return number > 0 and _same(Office(number, one.asked["candidate"]), register.champion)


def _promote(register: Register, one: Operation, number: int) -> Register | None:
    """The fence: over the champion and the contract of the decision, and not while held."""
    over = register.champion.number if register.champion else None
    if (
        not _may_be(one.asked["over"], over)
        or register.hold is not None
        or register.contract != one.asked["contract"]
    ):
        return None
    return register._replace(champion=Office(number, one.asked["candidate"]), before=register.champion)


def _rollback(register: Register, one: Operation, number: int) -> Register | None:
    if register.champion is None or register.before is None:
        return None
    if one.told is not None and one.told["candidate"] != register.before.candidate:
        return None
    return register._replace(champion=Office(number, register.before.candidate), before=register.champion)


def _hold(register: Register, _: Operation, number: int) -> Register | None:
    return None if register.hold is not None else register._replace(hold=number)


def _release(register: Register, _: Operation, __: int) -> Register | None:
    return None if register.hold is None else register._replace(hold=None)


def _freeze(register: Register, one: Operation, _: int) -> Register | None:
    return register._replace(contract=one.asked["contract"])


def _reject(register: Register, _: Operation, __: int) -> Register:
    return register


_CHANGES = {
    "promote": _promote,
    "approve": _promote,
    "rollback": _rollback,
    "hold": _hold,
    "release": _release,
    "freeze": _freeze,
    "reject": _reject,
}
