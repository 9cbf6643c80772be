"""What the parts of one cycle share, and what identifies it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tasks.corrections import Correction
from tasks.documents import canonical, digest
from tasks.drift.told import Told
from tasks.intake import Note, Revision
from tasks.ledger import Ledger, State
from tasks.ledger.waiting import waiting_words
from tasks.run.outcome import Outcome, Verdict
from tasks.steps import Steps
from tasks.store import Store
from tasks.version.commands import Dvc, dvc
from tasks.workspace import Workspace


@dataclass
class Cycle:
    """What the parts of one cycle share."""

    folder: Workspace
    store: Store
    ledger: Ledger
    steps: Steps
    drill: bool
    pinned: bool
    arrived: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    notes: dict[str, Note] = field(default_factory=dict)
    told: tuple[Note, ...] = ()
    corrected: tuple[Correction, ...] = ()
    rows: int | None = None
    added: bool = False
    finished: str | None = None
    changed_since: int | None = None
    drift: Told | None = None
    docs: str | None = None
    dvc: Dvc = dvc
    spent: dict[str, float] = field(default_factory=dict)

    def call(self, name: str, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a step and note its seconds."""
        started = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            self.spent[name] = round(time.perf_counter() - started, 3)

    def outcome(self, verdict: Verdict, headline: str, **more: Any) -> Outcome:
        """The outcome as of now."""
        state = self.ledger.state()
        champion = state.champion
        return Outcome(
            model=self.ledger.model,
            verdict=verdict,
            headline=headline,
            arrived=self.arrived,
            rows=self.rows,
            blocked=self.blocked,
            docs=self.docs,
            quarantined=tuple(one.quarantined for one in self.told if one.quarantined),
            warnings=tuple(one.warning for one in self.told if one.warning),
            corrected=self.corrected,
            champion=champion.number if champion else None,
            drill=self.drill,
            rehearsal=self.store.rehearsal,
            finished=self.finished,
            hold=state.hold,
            promotion_waits=self._waits(state),
            drift=self.drift,
            spent=self.spent,
            **more,
        )

    def _waits(self, state: State) -> str | None:
        if state.pending is not None and state.pending.number == self.changed_since:
            return (
                f"decision {state.pending.number} to promote is not in office, and this run left it there: "
                "data or settings are not those that it was made from"
            )
        return waiting_words(state)


def inputs_of(revisions: tuple[Revision, ...], params_hash: str) -> str:
    """The identity of what a cycle is made from: batches by content, rows released, and every setting."""
    batches = {one.period: one.sha256 for one in revisions}
    released = {one.period: one.released.rules for one in revisions if one.released}
    more = {"released": released} if released else {}
    return digest(canonical({"batches": batches, "params": params_hash} | more))
