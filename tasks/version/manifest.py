"""Which batches make a dataset version: a stage of dvc.yaml."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from tasks.documents import Document, write_atomically
from tasks.errors import BadInput, Refused
from tasks.folders import stats
from tasks.hashes import KnownHashes
from tasks.params import ValidateParams
from tasks.validate.places import Places
from tasks.validate.released import read_releases
from tasks.validate.result import BatchReport, KnownReports, rules_hash
from tasks.workspace import BatchFile, Workspace, output_of


class DatasetBatch(Document):
    """One accepted batch, of so many rows.

    `quarantined` are those that break a rule and are left out, `released` is how many break one and count.
    """

    period: str
    file: str
    sha256: str
    rows: int
    quarantined: Annotated[Places | None, Field(exclude_if=lambda places: places is None)] = None
    released: Annotated[int, Field(exclude_if=lambda rows: rows == 0)] = 0


class Dataset(Document):
    """A dataset version: its batches, in the order of their periods."""

    batches: tuple[DatasetBatch, ...]


def manifest(workspace: Workspace) -> Dataset:
    """Write the manifest of the batches at hand; each must have passed validation under today's rules."""
    rules = rules_hash(workspace.params)
    reports: dict[BatchFile, BatchReport | None] = {}
    there = KnownReports(workspace.validation)
    for batch in workspace.batch_files():
        report = _report(workspace, there, batch, rules)
        if not report.passed:
            raise Refused(f"blocked: {report.reason}")
        reports[batch] = report
    return _written(workspace, reports)


def unjudged_manifest(workspace: Workspace) -> Dataset:
    """The same manifest before validation has spoken, for work whose result is dropped if it says no."""
    rules = rules_hash(workspace.params)
    reports: dict[BatchFile, BatchReport | None] = dict.fromkeys(workspace.batch_files())
    there = KnownReports(workspace.validation)
    for batch in reports:
        with suppress(BadInput):
            report = _report(workspace, there, batch, rules)
            reports[batch] = report if report.passed else None
    return _written(workspace, reports)


def _written(workspace: Workspace, reports: Mapping[BatchFile, BatchReport | None]) -> Dataset:
    hashes, files, folder = (
        KnownHashes(workspace.known_hashes),
        stats(workspace.batches),
        str(workspace.batches),
    )
    released = read_releases(workspace)
    listed = []
    for batch, report in reports.items():
        path = f"{folder}/{batch.name}"
        sha256 = hashes.of(path, files.get(batch.name))
        if not sha256.startswith(batch.short):
            raise BadInput(
                f"{path}: its bytes hash to {sha256[:12]}, not to its name; "
                "batches are immutable: bring the original back with `evergreen fetch`"
            )
        # These rules have judged it: a batch whose report says how many rows it has is not opened again.
        rows = report.rows if report is not None else None
        if rows is None:
            rows = _counted(path, workspace.params.validation)
        said = {"period": batch.period, "file": batch.name, "sha256": sha256, "rows": rows}
        listed.append(said | _aside(batch, report, released))
    # All at once: there is one for each batch that ever came.
    dataset = Dataset.model_validate({"batches": listed})
    hashes.save()
    write_atomically(workspace.dataset, dataset.to_bytes())
    return dataset


def _aside(batch: BatchFile, report: BatchReport | None, released: Mapping[str, str]) -> dict[str, Any]:
    """Its rows in quarantine, unless they were released as what they are under these very rules."""
    if report is None or report.quarantine is None:
        return {}
    if released.get(batch.name) == report.rules:
        return {"released": report.quarantine.rows}
    return {"quarantined": report.quarantine.places}


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


def _report(workspace: Workspace, there: KnownReports, batch: BatchFile, rules: str) -> BatchReport:
    report = there.of(batch)
    if report is not None and report.rules == rules:
        return report
    path = workspace.validation / batch.report
    try:
        BatchReport.model_validate_json(output_of("validate", path))
    except ValidationError as error:
        raise BadInput(f"{path}: not a report of validate; run `evergreen validate`") from error
    raise BadInput(f"{path}: of another batch or under other rules; run `evergreen validate` again")


def read_dataset(path: Path) -> Dataset:
    """The manifest at `path`; raises `BadInput` where there is none."""
    return Dataset.parse(output_of("version", path), path)
