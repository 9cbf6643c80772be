"""version: which batches make a dataset version, as DVC records it.

`manifest` writes which they are (a stage of dvc.yaml); `version` also adds and pushes their bytes.
This is the only module that runs the dvc command: `dvc.repo` is internal to DVC, its command is not.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from tasks.documents import Document, digest_file, write_atomically
from tasks.errors import BadInput, EvergreenError, Refused, StoreUnavailable
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


def version(workspace: Workspace, *, added: bool = False) -> Dataset:
    """Write the manifest, `dvc add` the batches (unless they are `added`) and push the new ones."""
    dataset = manifest(workspace)
    if not added:
        add(workspace)
    dvc(workspace, "push", "data/batches.dvc")
    return dataset


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
    return Dataset.model_validate_json(output_of("version", path))


def configure(workspace: Workspace, *, cache: Path | None = None) -> None:
    """Make the workspace one that DVC knows, with the store as its remote.

    Credentials stay in the environment: the configuration names the endpoint and nothing secret.
    """
    dvc = workspace.root / ".dvc"
    if not (dvc / "config").exists():
        no_scm = "" if (workspace.root / ".git").exists() else "    no_scm = True\n"
        write_atomically(dvc / "config", f"[core]\n    analytics = false\n{no_scm}".encode())
        write_atomically(dvc / ".gitignore", b"/config.local\n/tmp\n/cache\n")
    remote = _remote(workspace)
    local = f'[core]\n    remote = store\n{remote}[cache]\n    type = "reflink,hardlink,copy"\n'
    if cache is not None:
        local += f"    dir = {cache}\n"
    path = dvc / "config.local"
    if not path.exists() or path.read_text() != local:
        write_atomically(path, local.encode())


def _remote(workspace: Workspace) -> str:
    url = store_url(workspace).rstrip("/")
    lines = [f"['remote \"store\"']\n    url = {url.removeprefix('file://')}/dvc\n"]
    if urlsplit(url).scheme == "s3":
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if endpoint:
            lines.append(f"    endpointurl = {endpoint}\n")
    return "".join(lines)


def store_url(workspace: Workspace) -> str:
    """The store's URL, a relative directory taken from the workspace's folder."""
    url = workspace.params.store_url
    return url if "://" in url else str((workspace.root / url).resolve())


def add(workspace: Workspace) -> None:
    """`dvc add` the batches: into this machine's cache, and a pointer in the workspace."""
    dvc(workspace, "add", "data/batches")


def record(workspace: Workspace) -> None:
    """`dvc commit`: write dvc.lock for stages that were run in process, as `dvc repro` would have."""
    dvc(workspace, "commit", "--force")


def checkout(workspace: Workspace) -> None:
    """`dvc checkout` what the cache has; what it lacks is left missing."""
    dvc(workspace, "checkout", "--force", "--allow-missing")


def dvc(workspace: Workspace, *arguments: str) -> str:
    """Run the dvc command in the workspace and return its output.

    Raises `StoreUnavailable` where the remote failed, else `EvergreenError`, with DVC's last lines.
    """
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "DVC_NO_ANALYTICS": "1",
        "AWS_REQUEST_CHECKSUM_CALCULATION": os.environ.get(
            "AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"
        ),
    }
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(
        command, cwd=workspace.root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return done.stdout
    told = _reasons(f"{done.stdout}\n{done.stderr}")
    kind = StoreUnavailable if arguments[0] in ("push", "pull", "fetch") else EvergreenError
    raise kind(f"dvc {' '.join(arguments)} in {workspace.root} failed: {told}")


def _reasons(output: str) -> str:
    """DVC's own error lines, without its progress bars and its offer to help."""
    lines = [line.strip() for part in output.splitlines() for line in part.split("\r")]
    errors = [line for line in lines if line.startswith(("ERROR", "WARNING"))]
    return " ".join(errors or [line for line in lines if line][-3:])[-600:]
