"""Whether an erasure is under way: in the ledger, and not yet in the catalogue. Pure."""

from tasks.errors import Refused
from tasks.intake import Catalogue
from tasks.ledger import State


def is_unfinished(state: State, catalogue: Catalogue) -> bool:
    """Whether the bytes of the newest erasure may still be there."""
    return (state.erased or 0) > (catalogue.cleared or 0)


def refuse_if_erasing(state: State, catalogue: Catalogue) -> None:
    """Raise `Refused` where a run would learn from rows that are to be erased."""
    if is_unfinished(state, catalogue):
        raise Refused(
            f"the erasure of entry {state.erased} is not finished: wait for it, or if it was interrupted let "
            "`evergreen reconcile` finish it; nothing was trained"
        )
