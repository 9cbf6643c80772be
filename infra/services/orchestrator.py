"""Prefect: the server, the work pool, the worker and the deployments."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

from services.layout import ROOT, Layout, write_private
from services.supervise import Service
from tasks.documents import digest
from tasks.errors import Unavailable

SERVER, WORKER = "prefect-server", "prefect-worker"
POOL = "evergreen"
DEPLOY_SECONDS = 180


def services(layout: Layout) -> list[Service]:
    """The server with its scheduler and automations, and one worker for the pool."""
    prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
    worker = [sys.executable, str(ROOT / "infra" / "worker.py")]
    address = ["--host", "127.0.0.1", "--port", str(layout.prefect_port), "--analytics-off", "--scheduler"]
    pool = ["--pool", POOL, "--type", "process", "--name", "local", "--install-policy", "never"]
    return [
        Service(SERVER, [*prefect, "server", "start", *address]),
        Service(WORKER, [*worker, "worker", "start", *pool]),
    ]


def healthy(layout: Layout) -> bool:
    """Whether the API answers."""
    try:
        return call(layout, "/health") is True
    except OSError:
        return False


def ensure_pool(layout: Layout) -> bool:
    """Create the work pool if there is none; true if it was created.

    The worker fills in the pool's job template when it starts.
    """
    try:
        call(layout, "/work_pools/", {"name": POOL, "type": "process"})
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.CONFLICT:
            raise Unavailable(f"Prefect did not create the work pool {POOL}: {error}.") from error
        return False
    return True


def worker_online(layout: Layout) -> bool:
    """Whether a worker has reported to the pool lately."""
    try:
        workers = call(layout, f"/work_pools/{POOL}/workers/filter", {})
    except OSError:
        return False
    return any(worker.get("status") == "ONLINE" for worker in workers)


def call(layout: Layout, path: str, document: Any = None) -> Any:
    """Ask Prefect's API: GET, or POST with a document; raises `OSError` where it does not answer well."""
    # The user's proxy has no business on loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(  # noqa: S310 - always http, on loopback
        f"{layout.prefect_url}/api{path}", data=body, headers={"Content-Type": "application/json"}
    )
    try:
        with opener.open(request, timeout=5) as answer:
            return json.load(answer)
    except (HTTPException, ValueError) as error:
        raise ConnectionError(f"{path}: half an answer, or none of Prefect's ({error!r})") from error


def deployment_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """What prefect.yaml's `{{ $NAME }}` may name; the model folder is EVERGREEN_FOLDER or the demo's."""
    folder = ROOT / (environ.get("EVERGREEN_FOLDER") or "build/demo/flights")
    return {"EVERGREEN_ROOT": str(ROOT), "EVERGREEN_FOLDER": str(folder), "EVERGREEN_PYTHON": sys.executable}


def deploy(layout: Layout, deployments: Path, environment: Mapping[str, str], *, again: bool) -> bool:
    """Register every deployment; false if nothing changed since the last time and not `again`.

    Raises `Unavailable` with Prefect's own words when it fails.
    """
    values = deployment_variables(os.environ)
    record, state = layout.prefect / "deployed", _state(deployments, values)
    if not again and record.exists() and record.read_text() == state:
        return False
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    done = subprocess.run(
        [*command, "--prefect-file", str(deployments)],
        cwd=ROOT,
        env={**environment, **values},
        capture_output=True,
        text=True,
        timeout=DEPLOY_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        output = (done.stdout + done.stderr).strip()
        raise Unavailable(
            f"Prefect could not deploy {deployments} (exit status {done.returncode}):\n{output}"
        )
    write_private(record, state)
    return True


def _state(deployments: Path, values: Mapping[str, str]) -> str:
    """A hash of what a deployment is made from: the file, its variables and the flows' signatures."""
    sources = [deployments, *sorted((ROOT / "flows").glob("*.py"))]
    parts = [json.dumps(dict(values), sort_keys=True).encode(), *(path.read_bytes() for path in sources)]
    return digest(b"\0".join(parts))
