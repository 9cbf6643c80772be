"""An S3 that fails to order, in the ways that a real server cannot be asked to."""

import hashlib
import threading
from collections.abc import Iterator
from enum import IntEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

CODES = {403: "AccessDenied", 404: "NoSuchKey", 409: "ConditionalRequestConflict", 412: "PreconditionFailed"}


class Silence(IntEnum):
    """What a server may do instead of answering."""

    HANGS_UP = 0
    NEVER_ANSWERS = -1
    STOPS_HALFWAY = -2


class Fault(NamedTuple):
    """What happens to the next request: the status answered (or a silence), and whether it is carried out."""

    status: int
    done: bool = False
    code: str = "InternalError"


class FaultyS3(ThreadingHTTPServer):
    """Buckets in memory; PUTs and GETs meet the faults queued for them, first come first served."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.faults: dict[str, list[Fault]] = {"PUT": [], "GET": []}
        self.asked: list[str] = []
        self.ignores_conditions = False
        self.lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FaultyS3
    protocol_version = "HTTP/1.1"  # or clients wait a second for "100 Continue"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            fault, present = self._next_fault("PUT"), self.server.objects.get(self.path)
            if fault is None and not self.server.ignores_conditions and self._is_refused(present):
                fault = Fault(412)
            if fault is None or fault.done:
                self.server.objects[self.path] = data
        self._answer(fault, etag=_etag(data))

    def do_GET(self) -> None:
        with self.server.lock:
            fault, present = self._next_fault("GET"), self.server.objects.get(self.path.partition("?")[0])
        if fault is None and present is None:
            fault = Fault(404)
        self._answer(fault, present or b"", _etag(present or b""))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.path, None)
        self._answer(None)

    def _is_refused(self, present: bytes | None) -> bool:
        if self.headers["If-None-Match"] == "*":
            return present is not None
        wanted = self.headers["If-Match"]
        return wanted is not None and (present is None or wanted != _etag(present))

    def _next_fault(self, method: str) -> Fault | None:
        self.server.asked.append(method)
        waiting = self.server.faults[method]
        return waiting.pop(0) if waiting else None

    def _answer(self, fault: Fault | None, body: bytes = b"", etag: str = "") -> None:
        status = 200 if fault is None else fault.status
        self.close_connection = True
        if status == Silence.HANGS_UP:
            return
        if status == Silence.NEVER_ANSWERS:
            threading.Event().wait(3)
            return
        halfway = status == Silence.STOPS_HALFWAY
        if fault is not None and not halfway:
            code = CODES.get(status, fault.code) if fault.code == "InternalError" else fault.code
            body = f"<Error><Code>{code}</Code><Message>to order</Message></Error>".encode()
        self.send_response(200 if halfway else status)
        self.send_header("ETag", etag)
        self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body) + 10 * halfway))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _etag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'  # noqa: S324 (as S3 does)


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """A faulty S3 that the environment points to; nothing waits between tries."""
    server = FaultyS3()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    environment = {
        "AWS_ENDPOINT_URL_S3": server.endpoint,
        "AWS_ACCESS_KEY_ID": "access-key",
        "AWS_SECRET_ACCESS_KEY": "secret-key",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda _: None)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def fault() -> type[Fault]:
    """`Fault`: modules of tests cannot import each other."""
    return Fault


@pytest.fixture
def silence() -> type[Silence]:
    """`Silence`, likewise."""
    return Silence
