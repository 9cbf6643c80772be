"""supervisord: its configuration, its start, what it says about the services, and its end."""

import shlex
import shutil
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast

import jinja2
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from services.layout import BINARIES, ROOT, Layout, write_private
from tasks.errors import Unavailable

TEMPLATE = ROOT / "infra" / "supervisord.conf.j2"
STOPPING_SECONDS = 90
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Service:
    """A long-running program of the stack."""

    name: str
    arguments: Sequence[str]

    @property
    def command(self) -> str:
        """The arguments as one line that supervisord's parser splits into the same arguments."""
        return shlex.join(self.arguments).replace("%", "%%")


def configuration(layout: Layout, services: Sequence[Service]) -> str:
    """The configuration file; `%` is doubled, as its own expansion asks for."""
    paths = {
        "supervisor": layout.supervisor,
        "logs": layout.logs,
        "socket": layout.socket,
        "root": ROOT,
    }
    values = {name: str(path).replace("%", "%%") for name, path in paths.items()}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True)  # noqa: S701 - an ini file
    return environment.from_string(TEMPLATE.read_text()).render(services=services, **values)


@contextmanager
def _remote(layout: Layout) -> Iterator[Any]:
    transport = SupervisorTransport(None, None, f"unix://{layout.socket}")
    try:
        yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
    finally:
        transport.close()


def alive(layout: Layout) -> bool:
    """Whether this stack's supervisord answers; a stale pid file or socket does not count."""
    try:
        with _remote(layout) as remote:
            return bool(remote.getState()["statename"] == "RUNNING")
    except (OSError, HTTPException, xmlrpc.client.Error):
        return False


def start(layout: Layout, services: Sequence[Service], environment: Mapping[str, str]) -> None:
    """Start supervisord, detached, on the configuration written for it."""
    for folder in (layout.supervisor, layout.logs, layout.socket.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if layout.socket.parent.owner() != layout.supervisor.owner():
        raise Unavailable(f"{layout.socket.parent} belongs to another user: set TMPDIR to a folder of yours.")
    layout.socket.unlink(missing_ok=True)
    path = layout.supervisor / "supervisord.conf"
    write_private(path, configuration(layout, services))
    command = [str(BINARIES / "supervisord"), "--configuration", str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise Unavailable(f"supervisord did not start:\n{done.stdout}{done.stderr}".rstrip())
    wait_until(lambda: alive(layout), what="supervisord to answer", seconds=15)


def processes(layout: Layout) -> dict[str, dict[str, Any]]:
    """What supervisord knows about each service: `statename`, `pid`, `start` (Unix seconds) and more."""
    with _remote(layout) as remote:
        return {entry["name"]: entry for entry in cast("list[dict[str, Any]]", remote.getAllProcessInfo())}


def ensure_started(layout: Layout, name: str) -> bool:
    """Start a service that does not run; true if it had to be started."""
    if processes(layout)[name]["statename"] in ("RUNNING", "STARTING", "BACKOFF"):
        return False
    with _remote(layout) as remote:
        remote.startProcess(name, False)  # noqa: FBT003 - XML-RPC knows no keywords: do not wait
    return True


def wait_for(layout: Layout, name: str, ready: Callable[[], bool], seconds: float) -> None:
    """Wait until a service is `ready`; raises `Unavailable` with the end of its log if it gives up."""

    def check() -> bool:
        state = processes(layout)[name]["statename"]
        if state in ("FATAL", "EXITED"):
            raise Unavailable(
                f"{name} does not stay up ({state}). The end of its log:\n{log_end(layout, name)}"
            )
        return ready()

    try:
        wait_until(check, what=name, seconds=seconds)
    except TimeoutError as error:
        raise Unavailable(f"{error} The end of its log:\n{log_end(layout, name)}") from error


def wait_until(ready: Callable[[], bool], *, what: str, seconds: float) -> None:
    """Poll `ready`; raises `TimeoutError` after `seconds`."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}, in vain.")
        time.sleep(POLL_SECONDS)


def log_end(layout: Layout, name: str, lines: int = 12) -> str:
    """The last lines of a service's log, and where the rest is."""
    path: Path = layout.logs / f"{name}.log"
    text = path.read_text(errors="replace") if path.exists() else ""
    return "\n".join([*(f"  {line}" for line in text.splitlines()[-lines:]), f"  (all of it: {path})"])


def shut_down(layout: Layout) -> None:
    """Stop the services in the reverse order and then supervisord itself."""
    with _remote(layout) as remote:
        remote.shutdown()
    wait_until(lambda: not layout.socket.exists(), what="supervisord to stop", seconds=STOPPING_SECONDS)
    if layout.socket.parent != layout.supervisor:
        shutil.rmtree(layout.socket.parent, ignore_errors=True)
