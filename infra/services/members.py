"""The processes that one stack started, found by the mark that they and only they carry."""

from pathlib import Path

import psutil

from services.environment import MEMBER


def find(base: Path) -> list[psutil.Process]:
    """Living processes of the stack in `base`: supervisord, the services, and the runs of the worker.

    The caller and its ancestors are left out: a flow may look at the stack that it runs in.
    """
    mine = {process.pid for process in [psutil.Process(), *psutil.Process().parents()]}
    return [
        process for process in psutil.process_iter() if process.pid not in mine and _carries(process, base)
    ]


def _carries(process: psutil.Process, base: Path) -> bool:
    try:
        mark: str | None = process.environ().get(MEMBER)
    except (psutil.Error, OSError):
        # Of another user, or gone meanwhile: not ours.
        return False
    return mark == str(base)


def listening(base: Path) -> set[int]:
    """The ports that the stack in `base` listens on, whatever its settings were when it started."""
    found: set[int] = set()
    for process in find(base):
        try:
            connections = process.net_connections(kind="tcp")
        except psutil.Error:
            continue
        found |= {entry.laddr.port for entry in connections if entry.status == psutil.CONN_LISTEN}
    return found


def end(base: Path, seconds: float = 25) -> int:
    """Ask what is left of the stack to stop, then make it; the number of processes ended.

    What supervisord would do if it still lived: after a `kill -9` of it, its services run on.
    """
    found = find(base)
    for process in found:
        _signal(process, kill=False)
    _, stubborn = psutil.wait_procs(found, timeout=seconds)
    for process in stubborn:
        _signal(process, kill=True)
    psutil.wait_procs(stubborn, timeout=5)
    return len(found)


def _signal(process: psutil.Process, *, kill: bool) -> None:
    try:
        process.kill() if kill else process.terminate()
    except psutil.NoSuchProcess:
        return
