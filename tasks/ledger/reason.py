"""Who did something, and why, as the ledger keeps it: for good, and in everybody's history."""

import os

from tasks.errors import BadInput

LONGEST = 1_000
"""Characters of a reason: it is in every reader's fold while it is in force."""


def reason_of(text: str) -> str:
    """`text` on one line; raises `BadInput` if it says nothing, too much, or cannot be printed."""
    said = " ".join(text.split())
    if not said:
        raise BadInput(
            "reason: expected why, found nothing: it goes into the ledger, for those who ask later"
        )
    if len(said) > LONGEST:
        raise BadInput(
            f"reason: expected at most {LONGEST:,} characters, found {len(said):,}: give a sentence, "
            "and where the rest can be read"
        )
    return _printable(said, "reason")


def actor() -> str:
    """Who acts: `EVERGREEN_ACTOR`, or the user; raises `BadInput` as `reason_of` does."""
    name = os.environ.get("EVERGREEN_ACTOR") or os.environ.get("USER") or f"uid {os.getuid()}"
    if len(name) > LONGEST:
        raise BadInput(f"EVERGREEN_ACTOR: expected at most {LONGEST:,} characters, found {len(name):,}")
    return _printable(name, "EVERGREEN_ACTOR")


def _printable(text: str, where: str) -> str:
    if unprintable := next((one for one in text if not one.isprintable()), None):
        raise BadInput(f"{where}: expected text that can be printed, found {unprintable!a}")
    return text
