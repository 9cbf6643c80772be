"""From what has arrived to batches that are judged, prepared and versioned."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from functools import partial

from tasks.corrections import Correction, corrections, ever
from tasks.docs import publish_docs
from tasks.drift.told import Told
from tasks.errors import EvergreenError
from tasks.intake import Catalogue, Note, Revision, read_catalogue, released_files, update_catalogue
from tasks.ledger import Ledger
from tasks.run.context import Cycle
from tasks.run.publishing import lock_hash, publish_batches
from tasks.run.workspaces import assemble, open_run
from tasks.steps import Steps
from tasks.validate import Check, Checker, Validation, needs_great_expectations, rules_hash
from tasks.validate.quarantined import keep_aside
from tasks.validate.released import put_releases
from tasks.validate.shelf import bring, keep
from tasks.version import manifest
from tasks.version.commands import KeptDvc, add
from tasks.version.manifest import unjudged_manifest
from tasks.workspace import Workspace, discard

_log = logging.getLogger(__name__)


def corrected(cycle: Cycle, usable: tuple[Revision, ...]) -> tuple[Correction, ...]:
    """What rests on other revisions than those that this run brings; without any the ledger is not read."""
    brought = [one for one in usable if one.revision > 1 and one.period in cycle.arrived]
    found = corrections(cycle.ledger, brought, ever(cycle.ledger)) if brought else ()
    for one in found:
        _log.warning("%s", one.words)
    return found


def asks_another(cycle: Cycle, pending: tuple[Revision, ...]) -> bool:
    """Whether something is to be checked that takes Great Expectations, which takes seconds to import."""
    return bool(pending) and needs_great_expectations(cycle.folder.params, pending[0].period)


def accepted(
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


def prepared_as_judged(cycle: Cycle, workspace: Workspace, ahead: Exception | None) -> None:
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
        from tasks.evaluate import step as _  # noqa: F401 - imported for its time
        from tasks.train.booster import warm

        warm()
    except Exception as error:  # noqa: BLE001 - a bad batch may fail anywhere; validation says why
        return error
    return None


def keep_batches(cycle: Cycle, workspace: Workspace, rules: str) -> None:
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
        cycle.drift = cycle.call("drift", told_of, cycle.folder.params, ledger, champion, cycle.folder.near)
    except Exception as error:  # noqa: BLE001 - what only tells must not end a run, whatever it meets
        said = str(error) if isinstance(error, EvergreenError) else f"{type(error).__name__}: {error}"
        _log.warning("drift: not known: %s", said)
        cycle.drift = Told(unknown=said)


def take_in(folder: Workspace, ledger: Ledger) -> tuple[str, ...]:
    """Judge and version the batches that have arrived, and train nothing; why some were blocked.

    To be called `at_work`. What was accepted before is judged and versioned no second time.
    """
    cycle = Cycle(folder, ledger.store, ledger, Steps(), drill=False, pinned=False)
    catalogue, rules = read_catalogue(ledger.store, ledger.model), rules_hash(folder.params)
    workspace, lock = open_run(folder), lock_hash(folder)
    asks = asks_another(cycle, catalogue.pending(rules))
    try:
        with KeptDvc() as cycle.dvc, Checker() if asks else nullcontext() as check:
            after, _ = accepted(cycle, workspace, catalogue, rules, check)
            if after.pending(rules):
                keep_batches(cycle, workspace, rules)
                publish_batches(workspace, folder, lock)
    finally:
        discard(workspace)
    return cycle.blocked
