"""The step: each thing that a crash can leave is found, and finished or swept. Again changes nothing.

Safe beside running cycles: what is younger than `retention.grace_hours`, or may be a living run's, is
left; and where that was wrong, the ledger's fences make the slow run do its part again.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.documents import Document
from tasks.erase.finish import finish as finish_erasures
from tasks.erase.unfinished import is_unfinished
from tasks.errors import Conflict, Refused
from tasks.intake import Revision, read_catalogue
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.promote import finish
from tasks.reconcile.abandon import abandon, sweep, unnamed
from tasks.reconcile.found import Finding, Kind, is_older
from tasks.run.acceptance import take_in
from tasks.run.at_work import at_rest, at_work, dead_runs
from tasks.run.publishing import has_intent, publish_left
from tasks.validate import rules_hash
from tasks.version.commands import dvc
from tasks.workspace import Workspace, discard


class Reconciled(Document):
    """What was found, in the order in which it was handled."""

    schema_version: int = 1
    model: str
    dry_run: bool
    found: tuple[Finding, ...]


class _Round:
    """One round through everything: what to do about it, or only what would be done."""

    def __init__(self, home: Workspace, ledger: Ledger, *, dry_run: bool, now: datetime) -> None:
        self.home, self.ledger, self.dry_run, self.now = home, ledger, dry_run, now
        self.grace = timedelta(hours=home.params.retention.grace_hours)
        self.found: list[Finding] = []

    def old(self, time: str) -> bool:
        """Whether `time` is so long ago that its run counts as dead."""
        return is_older(time, self.grace, self.now)

    def handle(self, kind: Kind, what: str, action: str, act: Callable[[], object]) -> None:
        """Do it unless this is a dry run; what refuses is left, and the rest goes on."""
        left = None
        if not self.dry_run:
            try:
                act()
            except (Refused, Conflict) as refused:
                left = str(refused)
        done = not self.dry_run and left is None
        self.found.append(Finding(kind=kind, what=what, action=action, done=done, left=left))


def reconcile(folder: Path, *, dry_run: bool = False, now: datetime | None = None) -> Reconciled:
    """Finish or sweep what killed runs have left in the model folder and its store.

    Raises `EvergreenError`s; what was handled before stays handled.
    """
    home, ledger = open_ledger(folder)
    one = _Round(home, ledger, dry_run=dry_run, now=now or datetime.now(UTC))
    # Before this process counts as one at work.
    _erasure(one)
    dead = dead_runs(home)
    if dry_run:
        _all(one, dead)
    else:
        swept = tuple(workspace for workspace in dead if not has_intent(workspace))
        # Of those that are to be published, only what this process alone was given.
        with at_work(home) as left:
            _all(one, (*swept, *left))
    return Reconciled(model=ledger.model, dry_run=dry_run, found=tuple(one.found))


def _erasure(one: _Round) -> None:
    """One whose entry is in and whose bytes may still be there; it needs no age, for it is no run's."""
    state = one.ledger.state()
    if is_unfinished(state, read_catalogue(one.ledger.store, one.ledger.model)):
        what = f"the erasure of entry {state.erased}, interrupted"
        one.handle("erasure", what, "finished", lambda: _erased(one))


def _erased(one: _Round) -> None:
    with at_rest(one.home):
        finish_erasures(one.home, one.ledger)


def _all(one: _Round, dead: tuple[Workspace, ...]) -> None:
    _workspaces(one, dead)
    _promotion(one)
    _registrations(one, _claimed(one.home, dead))
    _artifacts(one)
    _batches(one, dead)
    _pointer(one)


def _workspaces(one: _Round, dead: tuple[Workspace, ...]) -> None:
    """Those of killed runs; of one whose decision is in, the folder gets what it was about to get."""

    def publish_and_discard(workspace: Workspace) -> None:
        try:
            publish_left(workspace, one.home, one.ledger.state(), dvc)
        finally:
            discard(workspace)

    for workspace in dead:
        name = f"workspace {workspace.root.name} of a run that died"
        if has_intent(workspace):
            one.handle(
                "workspace",
                name,
                "published and removed",
                lambda workspace=workspace: publish_and_discard(workspace),  # type: ignore[misc]
            )
        else:
            one.handle("workspace", name, "removed", lambda workspace=workspace: discard(workspace))  # type: ignore[misc]


def _promotion(one: _Round) -> None:
    """A decision to promote whose run died before the promotion; what waits for people goes on waiting."""
    state = one.ledger.state()
    pending = state.pending
    if pending is None or state.waits_for is not None or state.has_waited:
        return
    if one.old(one.ledger.entry(pending.number).time):
        what = f"decision {pending.number} to promote, left by an interrupted run"
        one.handle("promotion", what, "promoted", lambda: _finished(one.ledger))


def _finished(ledger: Ledger) -> None:
    pending = ledger.state().pending
    if pending is not None:
        finish(ledger, pending)


def _claimed(home: Workspace, dead: tuple[Workspace, ...]) -> frozenset[str]:
    """Challengers in workspaces that a living run may have: their registrations are its own to finish."""
    gone = {workspace.root for workspace in dead}
    present = [Workspace(path) for path in home.runs.iterdir()] if home.runs.is_dir() else []
    return frozenset(_challenger(one) for one in present if one.root not in gone)


def _challenger(workspace: Workspace) -> str:
    try:
        return str(json.loads(workspace.decision.read_bytes())["challenger"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _registrations(one: _Round, claimed: frozenset[str]) -> None:
    for registration in one.ledger.state().open:
        if registration.candidate not in claimed and one.old(registration.time):
            what = f"registration {registration.number} of {registration.candidate[:12]}, never decided on"
            one.handle(
                "registration",
                what,
                "abandoned",
                lambda it=registration: abandon(one.ledger, it, age=one.grace),  # type: ignore[misc]
            )


def _artifacts(one: _Round) -> None:
    for number in one.ledger.state().unswept:
        count = len(unnamed(one.ledger, number))
        what = f"{count} artifacts that abandonment {number} gave up"
        one.handle("artifacts", what, "removed", lambda number=number: sweep(one.ledger, number))  # type: ignore[misc]


def _batches(one: _Round, dead: tuple[Workspace, ...]) -> None:
    """Batches that were taken in, and neither judged nor versioned by the run that did."""
    ledger, rules = one.ledger, rules_hash(one.home.params)
    pending = read_catalogue(ledger.store, ledger.model).pending(rules)
    if not pending or not all(one.old(revision.arrived) for revision in pending):
        return
    if _alone(one.home, dead):
        names = ", ".join(_name(revision) for revision in pending)
        what = f"{len(pending)} batches that arrived and were not versioned: {names}"
        one.handle("batch", what, "judged and versioned", lambda: _taken_in(one.home, ledger))


def _alone(home: Workspace, dead: tuple[Workspace, ...]) -> bool:
    """Whether no workspace may be a living run's, which may be judging these very batches."""
    gone = {workspace.root for workspace in dead}
    return not home.runs.is_dir() or all(path in gone for path in home.runs.iterdir())


def _taken_in(home: Workspace, ledger: Ledger) -> None:
    if blocked := take_in(home, ledger):
        raise Refused("; ".join(blocked))


def _name(revision: Revision) -> str:
    return f"{revision.period} (revision {revision.revision})"


def _pointer(one: _Round) -> None:
    """A pointer that lags, is lost or cannot be used: it costs every reader requests."""
    state, caches = one.ledger.state(), one.ledger.caches
    if state.number and caches.told(caches.pointer_key) != state:
        what = f"{caches.pointer_key}: not the fold at entry {state.number}"
        one.handle("pointer", what, "renewed", lambda: caches.renew(state))
