"""Which ports are taken, and by whom."""

import socket
from collections.abc import Iterable

import psutil

from tasks.errors import Unavailable


def taken(port: int) -> bool:
    """Whether something listens on, or holds, `port` of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return True
    with socket.socket() as probe:
        # As servers do: a connection that is still closing (TIME_WAIT) does not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def holder(port: int) -> str:
    """Who listens on `port`, as far as this user may know: "process 4711 (python)"."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except (psutil.Error, OSError):
        connections = []
    for connection in connections:
        local = connection.laddr
        if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
            try:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
            except psutil.Error:
                return f"process {connection.pid}"
    return "another process"


def require_free(ports: dict[int, str]) -> None:
    """Raise `Unavailable` for the first port that is taken; `ports` names the variable that moves each."""
    for port, variable in ports.items():
        if taken(port):
            raise Unavailable(
                f"Port {port} on 127.0.0.1 should be free, but {holder(port)} holds it. "
                f"Stop that process, or choose another port: make up {variable}=PORT."
            )


def still_taken(ports: Iterable[int]) -> list[int]:
    """Those of `ports` that something holds."""
    return [port for port in ports if taken(port)]
