"""DVC's configuration of a workspace: its remote is the model's own store."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tasks.documents import write_atomically
from tasks.errors import BadInput
from tasks.workspace import Workspace


def configure(workspace: Workspace, *, home: Workspace | None = None) -> None:
    """Make the workspace one that DVC knows, with the store as its remote.

    A run's workspace shares cache and remote of its `home`, the model folder: a store that is a
    directory below the folder stays the folder's. Raises `BadInput` for paths that DVC cannot name.
    Credentials stay in the environment: the configuration names the endpoint and nothing secret.
    """
    dvc = workspace.root / ".dvc"
    if not (dvc / "config").exists():
        no_scm = "" if (workspace.root / ".git").exists() else "    no_scm = True\n"
        write_atomically(dvc / "config", f"[core]\n    analytics = false\n{no_scm}".encode())
        write_atomically(dvc / ".gitignore", b"/config.local\n/tmp\n/cache\n")
    remote = _remote(home or workspace)
    local = f'[core]\n    remote = store\n{remote}[cache]\n    type = "reflink,hardlink,copy"\n'
    if home is not None:
        local += f"    dir = {_quoted(str(home.dvc_cache))}\n"
    path = dvc / "config.local"
    if not path.exists() or path.read_text() != local:
        write_atomically(path, local.encode())


def _remote(workspace: Workspace) -> str:
    url = store_url(workspace).rstrip("/")
    path = unquote(url.removeprefix("file://")) if url.startswith("file://") else url
    lines = [f"['remote \"store\"']\n    url = {_quoted(f'{path}/dvc')}\n"]
    if urlsplit(url).scheme == "s3":
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        if endpoint:
            lines.append(f"    endpointurl = {endpoint}\n")
    return "".join(lines)


def store_url(workspace: Workspace) -> str:
    """The store's URL, a relative directory taken from the workspace's folder."""
    url = workspace.params.store_url
    if "://" in url:
        return url
    try:
        return str((workspace.root / Path(url).expanduser()).resolve())
    except RuntimeError as error:
        raise BadInput(f"the store {url!r}: {error} Name another directory") from error


def _quoted(value: str) -> str:
    """As DVC's configuration takes a value in which a comma or a hash mean nothing."""
    if '"' in value or "\n" in value:
        raise BadInput(
            f"{value!r}: DVC can name no path with a quotation mark or a line break: choose another"
        )
    return f'"{value}"'
