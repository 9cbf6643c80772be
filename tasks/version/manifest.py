"""Which batches make a dataset version: a stage of dvc.yaml."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from tasks.documents import Document, write_atomically
from tasks.errors import BadInput, Refused
from tasks.params import ValidateParams
from tasks.validate.result import BatchReport, known_report, rules_hash
from tasks.version.hashes import KnownHashes
from tasks.workspace import BatchFile, Workspace, output_of


class DatasetBatch(Document):
    """One accepted batch."""

    period: str
    file: str
    sha256: str
    rows: int


class Dataset(Document):
    """A dataset version: its batches, in the order of their periods."""

    batches: tuple[DatasetBatch, ...]


def manifest(workspace: Workspace) -> Dataset:
    """Write the manifest of the batches at hand; each must have passed validation under today's rules."""
    rules = rules_hash(workspace.params)
    rows: dict[BatchFile, int | None] = {}
    folder = str(workspace.validation)
    for batch in workspace.batch_files():
        report = _report(folder, batch, rules)
        if not report.passed:
            raise Refused(f"blocked: {report.reason}")
        rows[batch] = report.rows
    return _written(workspace, rows)


def unjudged_manifest(workspace: Workspace) -> Dataset:
    """The same manifest before validation has spoken, for work whose result is dropped if it says no."""
    rules = rules_hash(workspace.params)
    rows: dict[BatchFile, int | None] = dict.fromkeys(workspace.batch_files())
    folder = str(workspace.validation)
    for batch in rows:
        with suppress(BadInput):
            report = _report(folder, batch, rules)
            rows[batch] = report.rows if report.passed else None
    return _written(workspace, rows)


def _written(workspace: Workspace, rows: Mapping[BatchFile, int | None]) -> Dataset:
    hashes, folder, rules = (
        KnownHashes(workspace.known_hashes),
        str(workspace.batches),
        workspace.params.validation,
    )
    listed = (_listed(f"{folder}/{batch.name}", batch, hashes, rules, rows[batch]) for batch in rows)
    dataset = Dataset(batches=tuple(listed))
    hashes.save()
    write_atomically(workspace.dataset, dataset.to_bytes())
    return dataset


def _listed(
    path: str, batch: BatchFile, hashes: KnownHashes, rules: ValidateParams, rows: int | None
) -> DatasetBatch:
    """A batch whose report says how many rows it has is not opened again: these rules have judged it."""
    sha256 = hashes.of(path)
    if not sha256.startswith(batch.short):
        raise BadInput(
            f"{path}: its bytes hash to {sha256[:12]}, not to its name; "
            "batches are immutable: bring the original back with `evergreen fetch`"
        )
    known = rows if rows is not None else _counted(path, rules)
    return DatasetBatch(period=batch.period, file=batch.name, sha256=sha256, rows=known)


def _counted(path: str, rules: ValidateParams) -> int:
    import pyarrow as pa

    from tasks.validate.sizes import TooMuch, measured, refuse_long_values

    try:
        metadata = measured(path, rules)
        # Before validation has spoken, too: what is no data must not be unpacked by the steps that go ahead.
        refuse_long_values(path, metadata, rules)
    except TooMuch as too_much:
        raise BadInput(f"{path}: {too_much}") from too_much
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadInput(
            f"{path}: not a readable Parquet file: {' '.join(str(error).split())[:160]}"
        ) from error
    return int(metadata.num_rows)


def _report(folder: str, batch: BatchFile, rules: str) -> BatchReport:
    report = known_report(folder, batch)
    if report is not None and report.rules == rules:
        return report
    path = Path(folder) / batch.report
    try:
        BatchReport.model_validate_json(output_of("validate", path))
    except ValidationError as error:
        raise BadInput(f"{path}: not a report of validate; run `evergreen validate`") from error
    raise BadInput(f"{path}: of another batch or under other rules; run `evergreen validate` again")


def read_dataset(path: Path) -> Dataset:
    """The manifest at `path`; raises `BadInput` where there is none."""
    return Dataset.parse(output_of("version", path), path)
