"""The dvc command: the only way in which Evergreen uses DVC.

`dvc.repo` is internal to DVC, its command is not. Each start of it takes half a second, most of it
to import what the last one has imported: a cycle keeps one process that runs all its commands.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tasks.companion import Companion, CompanionEnded
from tasks.errors import EvergreenError, StoreUnavailable
from tasks.workspace import Workspace

Dvc = Callable[..., None]
"""Runs the dvc command in a workspace: (workspace, *arguments).

Raises `StoreUnavailable` where the remote failed, else `EvergreenError`, with DVC's last lines.
"""


def dvc(workspace: Workspace, *arguments: str) -> None:
    """Run one dvc command in a process of its own; a `Dvc`."""
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(
        command, cwd=workspace.root, env=_environment(), capture_output=True, text=True, check=False
    )
    _raise_if_failed(workspace, arguments, done.returncode, f"{done.stdout}\n{done.stderr}")


class KeptDvc(Companion):
    """A `Dvc` that runs each command in one and the same process. It starts at once; `close` ends it."""

    def __init__(self) -> None:
        super().__init__("tasks.version.child", _environment())

    def __call__(self, workspace: Workspace, *arguments: str) -> None:
        """Run one dvc command."""
        try:
            done = self.ask({"folder": str(workspace.root), "arguments": arguments})
        except CompanionEnded as ended:
            raise EvergreenError(f"dvc {' '.join(arguments)}: its process ended: {ended}") from ended
        _raise_if_failed(workspace, arguments, done["code"], done["output"])


def add(workspace: Workspace, run: Dvc) -> None:
    """`dvc add` the batches: into this machine's cache, and a pointer in the workspace."""
    run(workspace, "add", "data/batches")


def push(workspace: Workspace, run: Dvc) -> None:
    """`dvc push` the batches to the store; what is there already is not sent again."""
    run(workspace, "push", "data/batches.dvc")


def record(workspace: Workspace, run: Dvc) -> None:
    """`dvc commit`: write dvc.lock for stages that were run in process, as `dvc repro` would have."""
    run(workspace, "commit", "--force")


def checkout(workspace: Workspace, run: Dvc) -> None:
    """`dvc checkout` what the cache has; what it lacks is left missing."""
    run(workspace, "checkout", "--force", "--allow-missing")


def forget(cache: Path, data: bytes) -> None:
    """Remove what the cache holds under the name of these bytes, which may be others by now.

    The layout is documented by DVC: `files/md5/<2 digits>/<30 digits>`.
    """
    name = hashlib.md5(data, usedforsecurity=False).hexdigest()
    (cache / "files" / "md5" / name[:2] / name[2:]).unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    when = os.environ.get("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "DVC_NO_ANALYTICS": "1",
        "AWS_REQUEST_CHECKSUM_CALCULATION": when,
    }


def _raise_if_failed(workspace: Workspace, arguments: tuple[str, ...], code: int, output: str) -> None:
    if code == 0:
        return
    kind = StoreUnavailable if arguments[0] in ("push", "pull", "fetch") else EvergreenError
    raise kind(f"dvc {' '.join(arguments)} in {workspace.root} failed: {_reasons(output)}")


def _reasons(output: str) -> str:
    """DVC's own error lines, without its progress bars and its offer to help."""
    lines = [line.strip() for part in output.splitlines() for line in part.split("\r")]
    errors = [line for line in lines if line.startswith(("ERROR", "WARNING"))]
    return " ".join(errors or [line for line in lines if line][-3:])[-600:]
