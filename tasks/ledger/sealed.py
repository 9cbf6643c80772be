"""The fold as a cache holds it: sealed with its own hash, as no entry's hash covers it. Pure."""

import re

from pydantic import ValidationError

from tasks.documents import digest
from tasks.ledger.state import State

_SEALED = re.compile(rb'\{"sha256": "([0-9a-f]{64})", "fold": (.*)\}\n', re.DOTALL)


def sealed(state: State) -> bytes:
    """`state` under the SHA-256 of its bytes, as one JSON document."""
    fold = state.to_bytes()
    return b'{"sha256": "%s", "fold": %s}\n' % (digest(fold).encode(), fold)


def unsealed(data: bytes) -> State | None:
    """The fold in `data`; None where it is none by this version, or is damaged in any bit."""
    found = _SEALED.fullmatch(data)
    if found is None or digest(found[2]) != found[1].decode():
        return None
    try:
        state = State.model_validate_json(found[2])
    except ValidationError:
        return None
    # One that leaves fields out is of another version of the fold: a default would be a guess.
    return state if state.number and state.model_fields_set == set(State.model_fields) else None
