"""Whose rows: the keys as they are compared, which is as text. Pure."""

import re
from collections.abc import Iterable

from tasks.errors import BadInput
from tasks.ledger.reason import reason_of
from tasks.params import Params

_MOST = 10_000


def keys_of(given: Iterable[str], params: Params) -> frozenset[str]:
    """The keys, each as the column's declared type writes it; raises `BadInput`."""
    name = params.person
    kind = params.validation.columns[name].type
    if kind not in ("string", "integer"):
        raise BadInput(f"{name}: expected a column of text or whole numbers to know people by, found {kind}")
    found = {key for key in given if key}
    if not found or len(found) > _MOST:
        raise BadInput(f"expected 1 to {_MOST:,} keys of {name}, found {len(found):,}")
    if kind == "string":
        return frozenset(found)
    try:
        return frozenset(str(int(key)) for key in found)
    except ValueError as error:
        raise BadInput(f"{name}: its keys are whole numbers, and one that was given is none") from error


def silent_reason(text: str, keys: frozenset[str]) -> str:
    """The reason as the ledger keeps it; raises `BadInput` where it names whom it is about."""
    said = reason_of(text)
    if any(re.search(rf"(?<!\w){re.escape(key)}(?!\w)", said) for key in keys):
        raise BadInput("reason: it holds a key, and the ledger keeps it for ever: say why, and not for whom")
    return said
