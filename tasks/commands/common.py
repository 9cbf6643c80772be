"""What the subcommands share: a model folder with its ledger, and what stands in the way of promotions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from tasks.ledger import Ledger, State
    from tasks.workspace import Workspace


def opened(folder: Path) -> "tuple[Workspace, Ledger]":
    """The model folder and its ledger."""
    from tasks.opening import open_ledger

    return open_ledger(folder)


def stderr() -> "Console":
    """Where progress is shown, so that stdout holds the answer alone."""
    from rich.console import Console

    # No markup: what people and data say may hold brackets.
    return Console(stderr=True, markup=False, emoji=False)


def promotions(state: "State") -> dict[str, Any]:
    """What stands in the way of promotions, as `history` and `champion` tell it."""
    from tasks.ledger.waiting import waiting_words

    hold = state.hold and state.hold.model_dump(mode="json")
    return {"hold": hold, "promotion_waits": waiting_words(state)}
