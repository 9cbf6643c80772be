"""The cycle. `evergreen run` and the Prefect flow both call `retrain`.

Safe to call again at any time: what is done is found done, what a crash left half-way is
finished, and "nothing new" costs a few requests and no heavy import.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tasks.corrections import Correction, corrections, ever
from tasks.docs import publish_docs
from tasks.documents import canonical, digest
from tasks.drift.told import Told
from tasks.errors import Conflict, EvergreenError, Refused
from tasks.evaluate.look import HoldoutExhausted, refuse_if_exhausted
from tasks.intake import Catalogue, Note, Revision, read_catalogue, released_files, update_catalogue
from tasks.ledger import Ledger, State
from tasks.ledger.state import LastDecision
from tasks.ledger.waiting import waiting_words
from tasks.opening import open_ledger
from tasks.pins import fetch, read_pin, refuse_if_foreign
from tasks.prepare.window import NotEnoughPeriods, cutoffs, fresh_holdout
from tasks.run.outcome import Outcome, Verdict
from tasks.run.workspaces import (
    assemble,
    at_work,
    copy_pins,
    intend,
    lock_hash,
    open_run,
    publish,
    publish_batches,
    publish_left,
)
from tasks.steps import Steps
from tasks.store import Store
from tasks.validate import Check, Checker, Validation, needs_great_expectations, rules_hash
from tasks.validate.quarantined import keep_aside
from tasks.validate.released import put_releases
from tasks.validate.shelf import bring, keep
from tasks.version import manifest
from tasks.version.commands import Dvc, KeptDvc, add, dvc, record
from tasks.version.manifest import unjudged_manifest
from tasks.workspace import Workspace, discard

_log = logging.getLogger(__name__)


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


def retrain(
    folder: Path, steps: Steps | None = None, *, drill: bool = False, pinned: bool = False
) -> Outcome:
    """Run one cycle in the model folder.

    `drill` trains on shuffled labels, to show that the gate refuses; `pinned` repeats the cycle on
    the present data against the champion in the folder's `champion.json`, and must come to the
    same decision. Raises `EvergreenError`s; whatever was acknowledged before stays.
    """
    started = time.perf_counter()
    home, ledger = open_ledger(folder)
    cycle = Cycle(home, ledger.store, ledger, steps or Steps(), drill, pinned)
    with at_work(home) as left:
        outcome = _cycle(cycle, left)
    return outcome.model_copy(update={"seconds": round(time.perf_counter() - started, 3)})


def inputs_of(revisions: tuple[Revision, ...], params_hash: str) -> str:
    """The identity of what a cycle is made from: batches by content, rows released, and every setting."""
    batches = {one.period: one.sha256 for one in revisions}
    released = {one.period: one.released.rules for one in revisions if one.released}
    more = {"released": released} if released else {}
    return digest(canonical({"batches": batches, "params": params_hash} | more))


def _cycle(cycle: Cycle, left: tuple[Workspace, ...]) -> Outcome:
    arrivals = cycle.call("intake", cycle.steps.intake, cycle.folder.params, cycle.store)
    rules = rules_hash(cycle.folder.params)
    state = _finish_interrupted(cycle, cycle.ledger.state(), arrivals.catalogue)
    _publish_interrupted(cycle, left, state)
    unread = tuple(one for one in arrivals.new if one.unread)
    cycle.blocked = tuple(str(one.reason) for one in unread)
    cycle.arrived = tuple(one.period for one in (*arrivals.catalogue.pending(rules), *unread))
    if unread and not arrivals.catalogue.pending(rules):
        return cycle.outcome("blocked", "; ".join(cycle.blocked))
    idle = _idle(cycle, state, arrivals.catalogue, rules)
    if idle is not None:
        return idle
    workspace = open_run(cycle.folder)
    try:
        with KeptDvc() as cycle.dvc:
            return _in_workspace(cycle, workspace, arrivals.catalogue, rules)
    finally:
        discard(workspace)


def _finish_interrupted(cycle: Cycle, state: State, catalogue: Catalogue) -> State:
    """Put in office what a run decided before it died, or before a hold ended; nothing new is needed.

    What has waited may be old: it is left where data or settings have changed since it was decided.
    """
    pending = state.pending
    if pending is None or state.waits_for is not None or cycle.pinned or cycle.drill:
        return state
    if state.has_waited and not _as_decided(cycle, pending, catalogue):
        cycle.changed_since = pending.number
        _log.warning("not finishing decision %d: data or settings changed since it was made", pending.number)
        return state
    from tasks.promote import finish

    finishing = f"promotion of decision {pending.number}, {_left_by(state)}"
    _log.warning("finishing the %s", finishing)
    try:
        after = finish(cycle.ledger, pending)
    except Refused as refused:
        # The champion stays, and the next decision takes this one's place: a cycle can go on without.
        _log.error("the %s cannot be finished: %s", finishing, refused)
        return cycle.ledger.state()
    if after.champion != state.champion:
        cycle.finished = finishing
    return after


def _as_decided(cycle: Cycle, pending: LastDecision, catalogue: Catalogue) -> bool:
    """Whether batches and settings are those that the decision was made from, and nothing new has arrived."""
    rules = rules_hash(cycle.folder.params)
    same = pending.inputs == inputs_of(catalogue.usable(rules), cycle.folder.params.hash)
    return same and not catalogue.pending(rules)


def _left_by(state: State) -> str:
    if state.answer is not None:
        return f"approved by entry {state.answer.number}"
    return f"held until entry {state.released}" if state.has_waited else "left by an interrupted run"


def _publish_interrupted(cycle: Cycle, left: tuple[Workspace, ...], state: State) -> None:
    """Bring the folder to where a killed run's decision is, unless another run has moved it on."""
    for workspace in left:
        try:
            if publish_left(workspace, cycle.folder, state, dvc):
                _log.warning("published what an interrupted run had decided")
        except Conflict as moved:
            _log.warning("%s", moved)
        discard(workspace)


def _idle(cycle: Cycle, state: State, catalogue: Catalogue, rules: str) -> Outcome | None:
    """Why there is nothing to do, if there is nothing: asked before any heavy package is imported."""
    params, usable = cycle.folder.params, catalogue.usable(rules)
    if not usable:
        return cycle.outcome("nothing new", _nothing(catalogue, rules))
    if cycle.drill or cycle.pinned or catalogue.pending(rules):
        return None
    try:
        times = cutoffs([one.period for one in usable], params.prepare, params.intake.calendar)
    except NotEnoughPeriods as waiting:
        return cycle.outcome("nothing new", f"{_nothing(catalogue, rules)}; {waiting}")
    if state.decision is not None and state.decision.inputs == inputs_of(usable, params.hash):
        return cycle.outcome("nothing new", _nothing(catalogue, rules), entry=state.decision.number)
    try:
        _refuse_if_spent(cycle, state, times.holdout)
    except HoldoutExhausted as exhausted:
        said = f"settings or data changed, but {exhausted}"
        return cycle.outcome("exhausted", said, holdout=times.holdout)
    return None


def _refuse_if_spent(cycle: Cycle, state: State, holdout: tuple[str, ...]) -> None:
    """Raise `HoldoutExhausted` before a training that could only meet a holdout which may not be asked again.

    A look without its decision is one that a crash left: the same training will find it recorded.
    """
    spent = cycle.ledger.looks_at(state, holdout)
    if all(look.decision is not None for look in spent):
        params = cycle.folder.params
        due = partial(fresh_holdout, prepare=params.prepare, calendar=params.intake.calendar)
        refuse_if_exhausted(spent, holdout, params.contract.looks_per_holdout, due)


def _nothing(catalogue: Catalogue, rules: str) -> str:
    newest = {one.period: one for one in catalogue.revisions}
    stuck = [one for one in newest.values() if one.blocked_under(rules)]
    still = f"; still blocked: {'; '.join(str(one.reason) for one in stuck)}" if stuck else ""
    return f"nothing new has arrived{still}"


def _in_workspace(cycle: Cycle, workspace: Workspace, catalogue: Catalogue, rules: str) -> Outcome:
    lock = lock_hash(cycle.folder)
    with (
        ThreadPoolExecutor(1) as beside,
        Checker() if _asks_another(cycle, catalogue.pending(rules)) else nullcontext() as check,
    ):
        # Before the ledger is written to: a store that does not keep its promises gets no entry.
        probed = beside.submit(cycle.call, "probe", cycle.store.probe)
        catalogue, ahead = _accepted(cycle, workspace, catalogue, rules, check)
        probed.result()
    if cycle.blocked and not catalogue.pending(rules):
        return cycle.outcome("blocked", "; ".join(cycle.blocked))
    inputs = inputs_of(catalogue.usable(rules), workspace.params.hash)
    cycle.corrected = _corrected(cycle, catalogue.usable(rules))
    try:
        _prepared_as_judged(cycle, workspace, ahead)
        _train(cycle, workspace)
    except (NotEnoughPeriods, HoldoutExhausted) as stopped:
        _keep(cycle, workspace, rules)
        publish_batches(workspace, cycle.folder, lock)
        verdict: Verdict = "waiting" if isinstance(stopped, NotEnoughPeriods) else "exhausted"
        return cycle.outcome(verdict, str(stopped))
    with ThreadPoolExecutor(1) as beside:
        # Beside judging and not beside training: two threads of a trainer wait for each other at
        # every tree, so that whatever takes one core from it for a second costs it two.
        kept = beside.submit(copy_context().run, _keep, cycle, workspace, rules)
        try:
            _judge(cycle, workspace)
        except HoldoutExhausted as exhausted:
            kept.result()
            return cycle.outcome("exhausted", str(exhausted))
        kept.result()
    return _conclude(cycle, workspace, lock, inputs)


def _corrected(cycle: Cycle, usable: tuple[Revision, ...]) -> tuple[Correction, ...]:
    """What rests on other revisions than those that this run brings; without any the ledger is not read."""
    brought = [one for one in usable if one.revision > 1 and one.period in cycle.arrived]
    found = corrections(cycle.ledger, brought, ever(cycle.ledger)) if brought else ()
    for one in found:
        _log.warning("%s", one.words)
    return found


def _asks_another(cycle: Cycle, pending: tuple[Revision, ...]) -> bool:
    """Whether something is to be checked that takes Great Expectations, which takes seconds to import."""
    return bool(pending) and needs_great_expectations(cycle.folder.params, pending[0].period)


def _accepted(
    cycle: Cycle, workspace: Workspace, catalogue: Catalogue, rules: str, check: Check | None
) -> tuple[Catalogue, Exception | None]:
    """Validate until nothing is blocked: where a revision is, an earlier good one of its period returns.

    `prepare` goes ahead meanwhile, in this run's own workspace: nothing leaves it before validation
    has spoken, and what was made from a blocked batch is made again without it. Returns the
    catalogue and what `prepare` raised on the accepted batches, if anything.
    """
    while True:
        usable = catalogue.usable(rules)
        _assemble(cycle, workspace, usable)
        put_releases(workspace, released_files(usable, rules))
        with ThreadPoolExecutor(1) as beside:
            validating = beside.submit(
                copy_context().run, cycle.call, "validate", _validate, cycle, workspace, usable, check
            )
            ahead = _go_ahead(cycle, workspace)
            validation: Validation = validating.result()
        if cycle.rows is None:
            cycle.rows = sum(one.rows or 0 for one in validation.reports if one.period in cycle.arrived)
        if not validation.blocked:
            _note(cycle, validation, usable, rules)
            return catalogue, ahead
        reasons = {one.file: one.reason for one in validation.blocked}
        cycle.blocked += tuple(reasons.values())
        for reason in reasons.values():
            _log.error("blocked: %s", reason)
        catalogue = update_catalogue(
            cycle.store,
            cycle.ledger.model,
            lambda newest, reasons=reasons: newest.with_verdicts((), reasons, rules),  # type: ignore[misc]
        )
        cycle.docs = publish_docs(cycle.store, cycle.folder.params).url
        _log.error("what validation found: %s", cycle.docs)


def _validate(
    cycle: Cycle, workspace: Workspace, usable: tuple[Revision, ...], check: Check | None
) -> Validation:
    """Check what nobody has checked under these rules, on whatever machine, and keep what was found."""
    hashes = {one.file: one.sha256 for one in usable}
    bring(cycle.store, workspace, hashes)
    validation: Validation = cycle.steps.validate(workspace, check)
    for report in validation.told(cycle.arrived):
        keep_aside(cycle.store, workspace, report)
    keep(cycle.store, cycle.ledger.model, validation.made, hashes)
    return validation


def _note(cycle: Cycle, validation: Validation, usable: tuple[Revision, ...], rules: str) -> None:
    """What there is to tell of good batches, those of this run above all: warnings, rows in quarantine."""
    released = released_files(usable, rules)
    for one in validation.reports:
        note = Note(quarantined=None if one.file in released else one.kept_aside, warning=one.warning)
        if note != Note():
            cycle.notes[one.file] = note
    told = [cycle.notes[one.file] for one in validation.told(cycle.arrived) if one.file in cycle.notes]
    cycle.told = tuple(told)
    for said in (line for note in told for line in (note.quarantined, note.warning) if line):
        _log.warning("%s", said)


def _prepared_as_judged(cycle: Cycle, workspace: Workspace, ahead: Exception | None) -> None:
    """Write the manifest, and prepare again if it is not the one that `prepare` went ahead with.

    It is not where validation has kept rows aside only now; what `prepare` raised, in `ahead`, may be
    about those. Raises it where the manifest is the same.
    """
    before = workspace.dataset.read_bytes() if workspace.dataset.exists() else b""
    manifest(workspace)
    if workspace.dataset.read_bytes() != before:
        cycle.call("prepare", cycle.steps.prepare, workspace)
    elif ahead is not None:
        raise ahead


def _assemble(cycle: Cycle, workspace: Workspace, usable: tuple[Revision, ...]) -> None:
    with ThreadPoolExecutor(1) as beside:
        bring = partial(assemble, workspace, cycle.folder, cycle.store, usable, cycle.dvc)
        done = beside.submit(copy_context().run, cycle.call, "assemble", bring)
        # It waits for DVC's start meanwhile.
        from tasks.prepare import step as _  # noqa: F401 - imported for its time

        done.result()


def _go_ahead(cycle: Cycle, workspace: Workspace) -> Exception | None:
    """Prepare before validation has spoken; what goes wrong is told only if the batches turn out good."""
    cycle.added = False
    try:
        unjudged_manifest(workspace)
        cycle.call("prepare", cycle.steps.prepare, workspace)
        # Into this machine's cache only; they are pushed once they are accepted.
        cycle.call("add", add, workspace, cycle.dvc)
        cycle.added = True
        # What comes next needs these, and the processor is idle while validation imports its own.
        from tasks.evaluate import step as _  # noqa: F401
        from tasks.train.booster import warm

        warm()
    except Exception as error:  # noqa: BLE001 - a bad batch may fail anywhere; validation says why
        return error
    return None


def _keep(cycle: Cycle, workspace: Workspace, rules: str) -> None:
    """Version the batches, then say that they are accepted: in this order."""
    cycle.call("version", cycle.steps.version, workspace, added=cycle.added, run=cycle.dvc)
    accepted = [one.name for one in workspace.batch_files()]
    update_catalogue(
        cycle.store,
        cycle.ledger.model,
        lambda newest: newest.with_verdicts(accepted, {}, rules, cycle.notes),
    )
    _look_for_drift(cycle)


def _look_for_drift(cycle: Cycle) -> None:
    """Compare what has arrived with what the champion learned from; it decides nothing, and stops nothing."""
    # A reader of its own: the cycle's is at work beside this.
    ledger = Ledger(cycle.store, cycle.ledger.model)
    champion = ledger.state().champion
    if champion is None or not cycle.arrived or cycle.drill or cycle.pinned:
        return
    from tasks.drift.step import told_of

    try:
        cycle.drift = cycle.call("drift", told_of, cycle.folder.params, ledger, champion)
    except EvergreenError as error:
        _log.warning("drift: not known: %s", error)
        cycle.drift = Told(unknown=str(error))


def _train(cycle: Cycle, workspace: Workspace) -> None:
    from tasks.prepare.step import read_preparation

    if cycle.pinned:
        copy_pins(cycle.folder, workspace)
        refuse_if_foreign(read_pin(workspace), cycle.ledger)
    else:
        cycle.call("fetch", fetch, workspace, cycle.ledger)
    if not cycle.pinned and not cycle.drill:
        _refuse_if_spent(cycle, cycle.ledger.state(), read_preparation(workspace).holdout)
    cycle.call("train", cycle.steps.train, workspace, drill=cycle.drill)


def _judge(cycle: Cycle, workspace: Workspace) -> None:
    from tasks.explain.step import explain
    from tasks.report import report

    cycle.call("evaluate", cycle.steps.evaluate, workspace, cycle.ledger)
    cycle.call("measure", cycle.steps.measure, workspace)
    cycle.call("decide", cycle.steps.decide, workspace)
    if rows := workspace.params.evaluate.explained_rows:
        cycle.call("explain", explain, workspace, rows=rows)
    cycle.call("report", report, workspace)


def _conclude(cycle: Cycle, workspace: Workspace, lock: str | None, inputs: str) -> Outcome:
    from tasks.decide.step import read_decision

    cycle.call("record", record, workspace, cycle.dvc)
    decision = read_decision(workspace)
    if not cycle.drill:
        intend(workspace, lock)
    promotion = cycle.call("promote", cycle.steps.promote, workspace, cycle.ledger, inputs)
    if not cycle.drill:
        cycle.call("publish", publish, workspace, cycle.folder, lock, cycle.dvc)
    return cycle.outcome(
        decision.verdict,
        decision.headline,
        alarms=decision.alarms,
        holdout=decision.holdout,
        decision=digest(decision.to_bytes()),
        entry=promotion.entry,
    )


def take_in(folder: Workspace, ledger: Ledger) -> tuple[str, ...]:
    """Judge and version the batches that have arrived, and train nothing; why some were blocked.

    To be called `at_work`. What was accepted before is judged and versioned no second time.
    """
    cycle = Cycle(folder, ledger.store, ledger, Steps(), drill=False, pinned=False)
    catalogue, rules = read_catalogue(ledger.store, ledger.model), rules_hash(folder.params)
    workspace, lock = open_run(folder), lock_hash(folder)
    asks = _asks_another(cycle, catalogue.pending(rules))
    try:
        with KeptDvc() as cycle.dvc, Checker() if asks else nullcontext() as check:
            after, _ = _accepted(cycle, workspace, catalogue, rules, check)
            if after.pending(rules):
                _keep(cycle, workspace, rules)
                publish_batches(workspace, folder, lock)
    finally:
        discard(workspace)
    return cycle.blocked
