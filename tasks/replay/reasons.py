"""Why a replay may come out otherwise: what was recorded with the decision against what is here. Pure."""

import json

from tasks.code import LIBRARIES
from tasks.environment import Environment, changes

MADE_ALIKE = (
    "code, Python, libraries and machine are as they were recorded: what the ledger names does not give "
    "these bytes. Compare with another machine, and look at who may write to the store"
)


def reasons(
    code: tuple[str, str],
    stages: tuple[bytes | None, dict[str, str]],
    then: Environment | None,
    now: Environment,
) -> tuple[str, ...]:
    """What differs, in words. Of `code` and `stages` the recorded one comes first: version, code.json."""
    said = []
    if code[0] != code[1]:
        steps = _steps(*stages)
        said.append(f"Evergreen: {code[0]} then, {code[1]} now{f' ({steps})' if steps else ''}")
    if then is None:
        return (*said, "which Python, libraries and machine it was made with was not registered")
    return (*said, *changes(then, now, LIBRARIES))


def _steps(recorded: bytes | None, here: dict[str, str]) -> str:
    """Whose code or libraries have changed."""
    try:
        was = json.loads(recorded) if recorded is not None else None
    except (ValueError, RecursionError):
        was = None
    if not isinstance(was, dict):
        return ""
    return f"the code or libraries of {', '.join(name for name in here if was.get(name) != here[name])}"
