"""What a cycle came to: the document behind `evergreen run --json` and the flow's result."""

from typing import Annotated, Literal

from pydantic import Field

from tasks.corrections import Correction
from tasks.documents import Document
from tasks.drift.told import Told
from tasks.ledger.state import Hold

Verdict = Literal["nothing new", "waiting", "blocked", "exhausted", "promote", "keep", "undecided"]


class Outcome(Document):
    """`arrived` are the new periods and `rows` how many rows they hold, blocked ones included.

    Where a batch was blocked, `docs` is the page in the store that says what validation found.
    `quarantined` and `warnings` tell, for good batches that are new or were checked now, a line each.
    `entry` is the decision's number in the ledger, `champion` the entry that put today's in office.
    `drift` is what the newest accepted batch shows against what the champion before this run learned from.
    `hold` is the one in force, and `promotion_waits` says which decision to promote waits for what.
    `corrected` are new revisions of periods on which decisions and champions rest as they were before.

    (No field may be called `result`: Prefect takes a JSON result with that key for a record of its own.)
    `spent` gives seconds by step; steps that overlap add up to more than `seconds`.
    """

    schema_version: int = 1
    model: str
    verdict: Verdict
    headline: str
    arrived: tuple[str, ...] = ()
    rows: int | None = None
    blocked: tuple[str, ...] = ()
    docs: str | None = None
    quarantined: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    corrected: tuple[Correction, ...] = ()
    alarms: tuple[str, ...] = ()
    holdout: tuple[str, ...] = ()
    decision: str | None = None
    entry: int | None = None
    champion: int | None = None
    drill: bool = False
    rehearsal: bool = False
    finished: str | None = None
    hold: Hold | None = None
    promotion_waits: str | None = None
    drift: Annotated[Told | None, Field(exclude_if=lambda told: told is None)] = None
    seconds: float = 0.0
    spent: dict[str, float] = Field(default_factory=dict)
