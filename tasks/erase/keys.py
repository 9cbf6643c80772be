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
    if any(_is_no_text(key) for key in found):
        raise BadInput(f"{name}: expected keys in UTF-8, and one that was given is not")
    if kind == "string":
        return frozenset(found)
    # A decimal of more digits than this is no column's, and Python refuses to read it.
    if not all(re.fullmatch("-?[0-9]{1,40}", key) for key in found):
        raise BadInput(f"{name}: its keys are whole numbers, and one that was given is none")
    return frozenset(str(int(key)) for key in found)


def lines_of(data: bytes) -> list[str]:
    """The keys of a file, one a line; raises `BadInput` for what is not UTF-8.

    A mark of UTF-8 before the first is none of it, and of all that ends a line elsewhere only a line feed
    does, or one after a carriage return: a key may hold the others.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"--key-file: expected keys in UTF-8, one a line: {error.reason}") from error
    return [line.removesuffix("\r") for line in text.split("\n")]


def silent_reason(text: str, keys: Iterable[str]) -> str:
    """The reason as the ledger keeps it; raises `BadInput` where it holds one of `keys`, whom it is about."""
    said = reason_of(text)
    # On one line, as the reason is.
    names = {" ".join(key.split()) for key in keys} - {""}
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in names):
        raise BadInput("reason: it holds a key, and the ledger keeps it for ever: say why, and not for whom")
    return said


def _is_no_text(key: str) -> bool:
    """Whether bytes that are no UTF-8 came in by an argument: Python passes them on as surrogates."""
    return any("\ud800" <= one <= "\udfff" for one in key)
