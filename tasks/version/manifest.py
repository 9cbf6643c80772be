"""Which batches make a dataset version: a stage of dvc.yaml."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from tasks.documents import Document, write_atomically
from tasks.errors import BadInput, Refused
from tasks.params import ValidateParams
from tasks.validate.result import BatchReport, rules_hash
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
    reports = [_report(workspace, batch, rules) for batch in workspace.batch_files()]
    if blocked := [report.reason for report in reports if not report.passed]:
        raise Refused(f"blocked: {blocked[0]}")
    return _written(workspace, {report.file: report.rows for report in reports})


def unjudged_manifest(workspace: Workspace) -> Dataset:
    """The same manifest before validation has spoken, for work whose result is dropped if it says no."""
    rules = rules_hash(workspace.params)
    rows = {}
    for batch in workspace.batch_files():
        with suppress(BadInput):
            report = _report(workspace, batch, rules)
            rows[batch.name] = report.rows if report.passed else None
    return _written(workspace, rows)


def _written(workspace: Workspace, rows: Mapping[str, int | None]) -> Dataset:
    hashes = KnownHashes(workspace.known_hashes)
    listed = (_listed(workspace, batch, hashes, rows.get(batch.name)) for batch in workspace.batch_files())
    dataset = Dataset(batches=tuple(listed))
    hashes.save()
    write_atomically(workspace.dataset, dataset.to_bytes())
    return dataset


def _listed(workspace: Workspace, batch: BatchFile, hashes: KnownHashes, rows: int | None) -> DatasetBatch:
    """A batch whose report says how many rows it has is not opened again: these rules have judged it."""
    path = workspace.batches / batch.name
    sha256 = hashes.of(path)
    if not sha256.startswith(batch.short):
        raise BadInput(
            f"{path}: its bytes hash to {sha256[:12]}, not to its name; "
            "batches are immutable: bring the original back with `evergreen fetch`"
        )
    known = rows if rows is not None else _counted(path, workspace.params.validation)
    return DatasetBatch(period=batch.period, file=batch.name, sha256=sha256, rows=known)


def _counted(path: Path, rules: ValidateParams) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tasks.validate.schema import size_failure

    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            f"{path}: not a readable Parquet file: {' '.join(str(error).split())[:160]}"
        ) from error
    # Before validation has spoken, too: what is no data must not be unpacked by the steps that go ahead.
    if unfit := size_failure(metadata, path, rules):
        raise BadInput(f"{path}: {unfit.message}")
    return int(metadata.num_rows)


def _report(workspace: Workspace, batch: BatchFile, rules: str) -> BatchReport:
    path = workspace.validation / batch.report
    try:
        report = BatchReport.model_validate_json(output_of("validate", path))
    except ValidationError as error:
        raise BadInput(f"{path}: not a report of validate; run `evergreen validate`") from error
    if (report.file, report.rules) != (batch.name, rules):
        raise BadInput(f"{path}: of another batch or under other rules; run `evergreen validate` again")
    return report


def read_dataset(path: Path) -> Dataset:
    """The manifest at `path`; raises `BadInput` where there is none."""
    return Dataset.parse(output_of("version", path), path)
