"""Which batches make a dataset version: a stage of dvc.yaml."""

from pathlib import Path

from pydantic import ValidationError

from tasks.documents import Document, digest_file, write_atomically
from tasks.errors import BadInput, Refused
from tasks.validate.result import BatchReport, rules_hash
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
    for batch in workspace.batch_files():
        report = _report(workspace, batch, rules)
        if not report.passed:
            raise Refused(f"blocked: {report.reason}")
    return unjudged_manifest(workspace)


def unjudged_manifest(workspace: Workspace) -> Dataset:
    """The same manifest before validation has spoken, for work whose result is dropped if it says no."""
    dataset = Dataset(batches=tuple(_listed(workspace, batch) for batch in workspace.batch_files()))
    write_atomically(workspace.dataset, dataset.to_bytes())
    return dataset


def _listed(workspace: Workspace, batch: BatchFile) -> DatasetBatch:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tasks.validate.schema import size_failure

    path = workspace.batches / batch.name
    sha256 = digest_file(path)
    if not sha256.startswith(batch.short):
        raise BadInput(
            f"{path}: its bytes hash to {sha256[:12]}, not to its name; "
            "batches are immutable: bring the original back with `evergreen fetch`"
        )
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput(
            f"{path}: not a readable Parquet file: {' '.join(str(error).split())[:160]}"
        ) from error
    # Before validation has spoken, too: what is no data must not be unpacked by the steps that go ahead.
    if unfit := size_failure(metadata, path, workspace.params.validation):
        raise BadInput(f"{path}: {unfit.message}")
    return DatasetBatch(period=batch.period, file=batch.name, sha256=sha256, rows=metadata.num_rows)


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
