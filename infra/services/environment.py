"""The environment that commands, flows and the user's shell share, and the file that holds it."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.layout import Layout

MEMBER = "EVERGREEN_STACK_MEMBER"
"""Carried by every process that the stack starts, and by nothing else: it holds the base folder."""

# Of the user's own accounts: each would be sent along with, or win over, what the stack sets.
CLEARED = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE")
CLEARED_ALWAYS = ("PREFECT_PROFILE", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")

PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "tasks",
    # Seconds between the worker's looks for work: 10 by default, half of which every run would wait.
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    # Seconds until a run that found its deployment's one slot taken asks again: 30 by default.
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
}
NO_TELEMETRY = {"DO_NOT_TRACK": "1", "GX_ANALYTICS_ENABLED": "false", "DVC_NO_ANALYTICS": "1"}


def variables(layout: "Layout", environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment file holds, in order.

    With somebody else's store it names the store and its endpoint and leaves credentials where
    they are: they may be a role or a profile, and are not ours to copy into a file.
    """
    stack = {"EVERGREEN_PREFECT_PORT": str(layout.prefect_port), "EVERGREEN_S3_PORT": str(layout.s3_port)}
    prefect = {"PREFECT_HOME": str(layout.prefect), "PREFECT_API_URL": f"{layout.prefect_url}/api", **PREFECT}
    return {**_store(layout, environ), **stack, **prefect, **NO_TELEMETRY, **_no_proxy(environ)}


def _store(layout: "Layout", environ: Mapping[str, str]) -> dict[str, str]:
    if layout.external is not None:
        names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION", "AWS_REGION")
        kept = {name: environ[name] for name in names if environ.get(name)}
        return {"EVERGREEN_STORE": layout.external, **kept}
    return {
        "EVERGREEN_STORE": "s3://evergreen",
        "AWS_ENDPOINT_URL_S3": layout.s3_endpoint,
        "AWS_ACCESS_KEY_ID": layout.credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": layout.credentials.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        # SeaweedFS does not know every checksum that newer AWS clients send unasked.
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
    }


def _no_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """Behind a proxy, our own loopback addresses have to be named as not behind it."""
    if not any(environ.get(name) for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")):
        return {}
    hosts = [host for host in (environ.get("NO_PROXY") or environ.get("no_proxy") or "").split(",") if host]
    text = ",".join([*hosts, *(host for host in ("127.0.0.1", "localhost") if host not in hosts)])
    return {"NO_PROXY": text, "no_proxy": text}


def cleared(layout: "Layout") -> tuple[str, ...]:
    """Variables that are taken away rather than set."""
    return CLEARED_ALWAYS if layout.external is not None else CLEARED + CLEARED_ALWAYS


def render(layout: "Layout", environ: Mapping[str, str]) -> str:
    """The environment file: `export` lines that any POSIX shell can load, with or without `set -a`."""
    lines = ["# Written by `make up`: load it with `.`, and keep it to yourself, it may hold a secret."]
    lines += [f"unset {' '.join(cleared(layout))}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables(layout, environ).items()]
    return "\n".join(lines) + "\n"


def parse(path: Path) -> dict[str, str]:
    """The variables that an environment file sets; empty if there is no file.

    Understands what `render` writes and plain `NAME=value` lines; anything else is passed over.
    """
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        for word in shlex.split(line, comments=True):
            name, equals, value = word.partition("=")
            if equals and name.isidentifier():
                found[name] = value
    return found


def process_environment(layout: "Layout", environ: Mapping[str, str], binaries: Path) -> dict[str, str]:
    """The caller's environment with the stack's on top and `binaries` first on the path.

    Bytecode may be written: without it, each flow run would compile what it imports again.
    """
    dropped = {*cleared(layout), "PYTHONDONTWRITEBYTECODE", MEMBER}
    kept = {name: value for name, value in environ.items() if name not in dropped}
    path = os.pathsep.join([str(binaries), kept.get("PATH", os.defpath)])
    return {**kept, **variables(layout, environ), "PATH": path}
