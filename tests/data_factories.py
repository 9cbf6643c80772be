"""Workspaces with a past, made without running it: what the steps from prepare to decide need beneath them.

`factories` gives the folder and its rows; here they are put where the steps before would have left them.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from factories import PARAMS, parquet, small_folder, small_frame
from pydantic import TypeAdapter

from tasks.decide.step import decide
from tasks.documents import digest
from tasks.evaluate.answers import Answers
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence
from tasks.evaluate.findings import Part as ClausePart
from tasks.evaluate.step import Contender, evaluate
from tasks.ledger import Ledger
from tasks.measure import measure
from tasks.params import Clause, Params, parse_params
from tasks.pins import fetch
from tasks.prepare.features import Feature, Schema
from tasks.prepare.step import prepare
from tasks.promote import promote
from tasks.store import open_store
from tasks.train.booster import Matrix
from tasks.train.card import ModelCard
from tasks.train.step import train
from tasks.train.uncertainty import Calibration, Sets
from tasks.validate.result import BatchReport, rules_hash
from tasks.version import Dataset, manifest
from tasks.version.remote import store_url
from tasks.workspace import BatchFile, Workspace


def changed(*changes: tuple[str, str], params: str = PARAMS) -> str:
    """The text of params.yaml with each `(old, new)` put in; each `old` must be there once."""
    for old, new in changes:
        if params.count(old) != 1:
            raise ValueError(f"expected {old!r} once in params.yaml, found {params.count(old)}")
        params = params.replace(old, new)
    return params


LINEAR_CLAUSE = """\
    - name: beats-a-line
      kind: beats_baseline
      baseline: linear
      metric: METRIC
      owner: data science
      reason: Trees that know no more than a line are not worth their keep.
"""


def with_linear(params: str = PARAMS, metric: str = "log_loss") -> str:
    """The text of params.yaml with a further clause, against the linear baseline."""
    return params + LINEAR_CLAUSE.replace("METRIC", metric)


def small_params(*changes: tuple[str, str]) -> Params:
    """The small model's parameters with the changes."""
    return parse_params(changed(*changes))


def put_batch(workspace: Workspace, period: str, data: bytes) -> BatchFile:
    """A batch in the workspace's batches, named as intake names it; an earlier one of its period goes."""
    workspace.batches.mkdir(parents=True, exist_ok=True)
    for earlier in workspace.batches.glob(f"{period}.*"):
        earlier.unlink()
    batch = BatchFile(period, digest(data)[:12])
    (workspace.batches / batch.name).write_bytes(data)
    return batch


def accept(workspace: Workspace, batch: BatchFile, rows: int) -> None:
    """Leave the report of a validation that the batch has passed, without running it."""
    report = BatchReport(
        period=batch.period, file=batch.name, rules=rules_hash(workspace.params), rows=rows, checks=1
    )
    workspace.validation.mkdir(parents=True, exist_ok=True)
    (workspace.validation / batch.report).write_bytes(report.to_bytes())


def versioned(
    parent: Path, frames: Mapping[str, pd.DataFrame], *, params: str = PARAMS, name: str = "model"
) -> Workspace:
    """A model folder as `version` leaves it, with a batch of each period's rows."""
    workspace = Workspace(small_folder(parent, name=name, params=params))
    for period, frame in frames.items():
        accept(workspace, put_batch(workspace, period, parquet(frame)), len(frame))
    manifest(workspace)
    return workspace


def months(*periods: str, rows: int = 120, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Small months by period."""
    return {period: small_frame(period, seed, rows=rows) for period in periods}


def stage_bytes(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def only_dataset(workspace: Workspace) -> Dataset:
    """The manifest as `version` left it."""
    return Dataset.model_validate_json(workspace.dataset.read_bytes())


class Told:
    """Stands for a booster: says for each row what `say` makes of its matrix."""

    def __init__(self, say: float | list[float]) -> None:
        self._say = say

    def predict(self, matrix: Matrix, *, threads: int = 0) -> np.ndarray:  # noqa: ARG002 - a booster's signature
        """The told probabilities."""
        return np.broadcast_to(np.asarray(self._say, dtype="float64"), (len(matrix),)).copy()


def told_card(
    name: str,
    *,
    base_rate: float = 0.5,
    threshold: float = 0.5,
    calibration: Calibration | None = None,
    sets: Sets | None = None,
) -> ModelCard:
    """The card of a model that reads one number `x`; cards differ by `name`."""
    return ModelCard(
        model="small",
        model_sha256=digest(name.encode()),
        model_bytes=1,
        features=Schema(features=(Feature(name="x"),)),
        label="label",
        base_rate=base_rate,
        threshold=threshold,
        trees=1,
        selection_log_loss=0.5,
        periods=("2024-01",),
        train_rows=1,
        selection_rows=1,
        trained_until="2024-01-31T00:00:00+00:00",
        seed=1,
        drill=False,
        library="none",
        calibration=calibration,
        sets=sets,
    )


def contender(name: str, say: float | list[float], **card: Any) -> Contender:
    """A contender that says what it is told to, without a booster."""
    return Contender(told_card(name, **card), Told(say))  # type: ignore[arg-type]


def answers(say: list[float], threshold: float = 0.5) -> Answers:
    """A model's answers."""
    return Answers(np.asarray(say, dtype="float64"), threshold)


def in_office(
    parent: Path, frames: Mapping[str, pd.DataFrame] | None = None, *, params: str = PARAMS
) -> tuple[Workspace, Ledger]:
    """A workspace whose challenger was judged by its own steps and promoted, and the ledger that says so."""
    workspace = versioned(parent, frames or months("2024-01", "2024-02", rows=400), params=params)
    ledger = Ledger(open_store(store_url(workspace)), workspace.params.model)
    prepare(workspace)
    fetch(workspace, ledger)
    train(workspace)
    evaluate(workspace, ledger)
    measure(workspace)
    decide(workspace)
    if not promote(workspace, ledger, digest(b"inputs")).promoted:
        raise ValueError("expected the small model's first challenger to be promoted")
    return workspace, ledger


def declared(**settings: Any) -> Clause:
    """A clause as params.yaml would declare it, with a name, an owner and a reason."""
    return TypeAdapter(Clause).validate_python({"name": "c", "owner": "o", "reason": "r", **settings})


def part_of(
    interval: Interval, independent: Interval | None = None, *, of: str = "", opposing: float = 50.0
) -> ClausePart:
    """One quantity of a clause; in many clusters rows speak against it, unless told otherwise."""
    return ClausePart(
        of=of,
        interval=interval,
        independent=independent or interval,
        opposing_clusters=opposing,
        holds_at_worst=False,
    )


def one_part(
    interval: Interval, independent: Interval | None = None, *, against: str = "the champion"
) -> ClauseEvidence:
    """The evidence of a clause that asks about one thing."""
    return ClauseEvidence(against=against, unit="nats per row", parts=(part_of(interval, independent),))


class PaperDvc:
    """Stands for the dvc command where a test is about the cycle and not about DVC: notes what was asked.

    `add` leaves a pointer and `commit` a lock over the workspace's files; nothing is cached, so a run
    brings its batches from the store each time.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, workspace: Workspace, *arguments: str) -> None:
        """As `tasks.version.commands.dvc`."""
        self.asked.append(arguments[0])
        files = {name: digest(data) for name, data in stage_bytes(workspace.data).items()}
        if arguments[0] == "add":
            workspace.batches_pointer.write_text(
                "".join(f"{name}\n" for name in files if name.startswith("batches/"))
            )
        if arguments[0] == "commit":
            workspace.dvc_lock.write_text("".join(f"{name} {sha}\n" for name, sha in files.items()))


def on_paper(patch: pytest.MonkeyPatch) -> PaperDvc:
    """Run cycles with DVC on paper and without the child process that validates: its work is done here."""
    dvc = PaperDvc()
    for module in ("cycle", "acceptance"):
        patch.setattr(f"tasks.run.{module}.KeptDvc", lambda: nullcontext(dvc))
        patch.setattr(f"tasks.run.{module}.Checker", nullcontext)
    patch.setattr("tasks.run.interrupted.dvc", dvc)
    return dvc
