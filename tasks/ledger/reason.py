"""Why somebody did something, as the ledger keeps it: for good, and in everybody's history."""

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
    if unprintable := next((one for one in said if not one.isprintable()), None):
        raise BadInput(f"reason: expected text that can be printed, found {unprintable!a}")
    return said
