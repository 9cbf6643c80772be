"""retrain: intake, validate, version, prepare, train, evaluate, measure, decide, promote."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.runtime import flow_run

from flows.logs import let_through
from flows.retries import once, with_back_off
from tasks import steps
from tasks.drift.told import Told
from tasks.run import Outcome
from tasks.run import retrain as cycle

_log = logging.getLogger("tasks.flow")

STEPS = steps.Steps(
    intake=with_back_off(steps.intake),
    validate=once(steps.validate),
    version=with_back_off(steps.version),
    prepare=once(steps.prepare),
    train=once(steps.train),
    evaluate=with_back_off(steps.evaluate),
    measure=once(steps.measure),
    decide=once(steps.decide),
    promote=with_back_off(steps.promote),
)


@flow(name="retrain", persist_result=True, result_serializer="json")
def retrain(folder: str, drill: bool = False, pinned: bool = False) -> dict[str, Any]:
    """One cycle in the model folder; returns its outcome. Safe to run again at any time."""
    let_through()
    _say_how_long_it_waited()
    outcome = cycle(Path(folder), STEPS, drill=drill, pinned=pinned)
    _log.info("%s: %s", outcome.verdict, outcome.headline)
    if outcome.promotion_waits is not None:
        _log.warning("%s", outcome.promotion_waits)
    if outcome.entry is not None and outcome.decision is not None:
        _show(Path(folder), outcome, outcome.entry)
    if outcome.drift is not None:
        _show_drift(outcome.model, outcome.drift)
    return outcome.model_dump(mode="json")


def _say_how_long_it_waited() -> None:
    """A run that is late says by how much: a dead run may have held the concurrency slot."""
    due = flow_run.scheduled_start_time
    if due is not None:
        waited = (datetime.now(UTC) - due).total_seconds()
        _log.info("started %.0f s after it was due (worker and concurrency slot)", waited)


def _show(folder: Path, outcome: Outcome, entry: int) -> None:
    """The decision, its clauses and where its report lies, as Prefect artifacts."""
    from tasks.show import decision_markdown

    text, clauses = decision_markdown(folder, entry)
    create_markdown_artifact(text, key=f"decision-{outcome.model}", description=outcome.headline)
    create_table_artifact(clauses, key=f"clauses-{outcome.model}", description=outcome.headline)


def _show_drift(model: str, drift: Told) -> None:
    """What has drifted, and its columns, as Prefect artifacts."""
    create_markdown_artifact(drift.markdown, key=f"drift-{model}", description=drift.headline)
    columns = [one.model_dump(mode="json") for one in drift.columns]
    create_table_artifact(columns, key=f"drift-columns-{model}", description=drift.headline)
