"""The cycle. `evergreen run` and the Prefect flow both call `retrain`.

Safe to call again at any time: what is done is found done, what a crash left half-way is
finished, and "nothing new" costs a few requests and no heavy import.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from pathlib import Path

from tasks.documents import digest
from tasks.erase.unfinished import refuse_if_erasing
from tasks.evaluate.look import HoldoutExhausted
from tasks.intake import Catalogue
from tasks.opening import open_ledger
from tasks.pins import fetch, read_pin, refuse_if_foreign
from tasks.prepare.window import NotEnoughPeriods
from tasks.run.acceptance import accepted, asks_another, corrected, keep_batches, prepared_as_judged
from tasks.run.at_work import at_work
from tasks.run.context import Cycle, inputs_of
from tasks.run.idle import idle, refuse_if_spent
from tasks.run.interrupted import finish_interrupted, publish_interrupted
from tasks.run.outcome import Outcome, Verdict
from tasks.run.publishing import intend, lock_hash, publish, publish_batches
from tasks.run.workspaces import copy_pins, open_run
from tasks.steps import Steps
from tasks.validate import Checker, rules_hash
from tasks.version.commands import KeptDvc, record
from tasks.workspace import Workspace, discard


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


def _cycle(cycle: Cycle, left: tuple[Workspace, ...]) -> Outcome:
    arrivals = cycle.call("intake", cycle.steps.intake, cycle.folder.params, cycle.store)
    rules = rules_hash(cycle.folder.params)
    state = cycle.ledger.state()
    refuse_if_erasing(state, arrivals.catalogue)
    state = finish_interrupted(cycle, state, arrivals.catalogue)
    publish_interrupted(cycle, left, state)
    unread = tuple(one for one in arrivals.new if one.unread)
    cycle.blocked = tuple(str(one.reason) for one in unread)
    cycle.arrived = tuple(one.period for one in (*arrivals.catalogue.pending(rules), *unread))
    if unread and not arrivals.catalogue.pending(rules):
        return cycle.outcome("blocked", "; ".join(cycle.blocked))
    quiet = idle(cycle, state, arrivals.catalogue, rules)
    if quiet is not None:
        return quiet
    workspace = open_run(cycle.folder)
    try:
        with KeptDvc() as cycle.dvc:
            return _in_workspace(cycle, workspace, arrivals.catalogue, rules)
    finally:
        discard(workspace)


def _in_workspace(cycle: Cycle, workspace: Workspace, catalogue: Catalogue, rules: str) -> Outcome:
    lock = lock_hash(cycle.folder)
    with (
        ThreadPoolExecutor(1) as beside,
        Checker() if asks_another(cycle, catalogue.pending(rules)) else nullcontext() as check,
    ):
        # Before the ledger is written to: a store that does not keep its promises gets no entry.
        probed = beside.submit(cycle.call, "probe", cycle.store.probe)
        catalogue, ahead = accepted(cycle, workspace, catalogue, rules, check)
        probed.result()
    if cycle.blocked and not catalogue.pending(rules):
        return cycle.outcome("blocked", "; ".join(cycle.blocked))
    inputs = inputs_of(catalogue.usable(rules), workspace.params.hash)
    cycle.corrected = corrected(cycle, catalogue.usable(rules))
    try:
        prepared_as_judged(cycle, workspace, ahead)
        _train(cycle, workspace)
    except (NotEnoughPeriods, HoldoutExhausted) as stopped:
        keep_batches(cycle, workspace, rules)
        publish_batches(workspace, cycle.folder, lock)
        verdict: Verdict = "waiting" if isinstance(stopped, NotEnoughPeriods) else "exhausted"
        return cycle.outcome(verdict, str(stopped))
    with ThreadPoolExecutor(1) as beside:
        # Beside judging and not beside training: two threads of a trainer wait for each other at
        # every tree, so that whatever takes one core from it for a second costs it two.
        kept = beside.submit(copy_context().run, keep_batches, cycle, workspace, rules)
        try:
            _judge(cycle, workspace)
        except HoldoutExhausted as exhausted:
            kept.result()
            return cycle.outcome("exhausted", str(exhausted))
        kept.result()
    return _conclude(cycle, workspace, lock, inputs)


def _train(cycle: Cycle, workspace: Workspace) -> None:
    from tasks.prepare.step import read_preparation

    if cycle.pinned:
        copy_pins(cycle.folder, workspace)
        refuse_if_foreign(read_pin(workspace), cycle.ledger)
    else:
        cycle.call("fetch", fetch, workspace, cycle.ledger)
    if not cycle.pinned and not cycle.drill:
        refuse_if_spent(cycle, cycle.ledger.state(), read_preparation(workspace).holdout)
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
