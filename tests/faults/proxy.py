"""A road between a client and a real S3 on which requests and answers meet with accidents.

HTTP on loopback. Which accident befalls the n-th request is drawn from a seed; what the accident does is
done to the real server, so its own promises stay what they are.
"""

import os
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self
from urllib.parse import urlsplit

ACCIDENTS = (
    "delayed",  # up to 0.4 s late
    "unanswered",  # carried out, and the connection ends
    "reset_before",  # not carried out, and the connection is reset
    "reset_after",  # carried out, and the connection is reset
    "cut_short",  # carried out, and half an answer
    "doubled",  # carried out twice, and the second answer is told
    "conflict_409",  # a conditional write, not carried out
    "refused_412",  # a conditional write, not carried out: a refusal that is not true
    "error_500",  # carried out, and told to have failed
    "busy_503",  # not carried out
    "stale_list",  # a listing as it was when it was asked for first
)
_CODES = {409: "ConditionalRequestConflict", 412: "PreconditionFailed", 500: "InternalError", 503: "SlowDown"}
_OURS = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Passed(NamedTuple):
    """A request that went through, and how many bytes its body and the answer's had."""

    command: str
    path: str
    sent: int
    received: int


class Proxy(ThreadingHTTPServer):
    """Listens on a port of its own until the `with` ends; `happened` counts the accidents.

    `passed` is what reached the server, and was answered by it.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, endpoint: str, rates: Mapping[str, float], seed: int) -> None:
        if unknown := set(rates) - set(ACCIDENTS):
            raise ValueError(f"no such accidents: {sorted(unknown)}")
        super().__init__(("127.0.0.1", 0), _Request)
        self.target = urlsplit(endpoint).netloc
        self.happened: Counter[str] = Counter()
        self.passed: list[Passed] = []
        self.listings: dict[str, Answer] = {}
        self._rates, self._draw, self._lock = dict(rates), random.Random(seed), threading.Lock()

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.server_port}"

    def drawn(self, possible: set[str]) -> tuple[str | None, float]:
        """The accident of the next request, if it can befall it, and how long a delay would be."""
        with self._lock:
            chance, seconds = self._draw.random(), self._draw.uniform(0.02, 0.4)
            for accident, rate in self._rates.items():
                chance -= rate
                if chance < 0:
                    found = accident if accident in possible else None
                    self.happened[found or "none"] += 1
                    return found, seconds
            self.happened["none"] += 1
            return None, seconds

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """A client that was killed says goodbye to nobody."""


class _Request(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def setup(self) -> None:
        super().setup()
        self._upstream = HTTPConnection(self.server.target, timeout=30)

    def finish(self) -> None:
        self._upstream.close()
        super().finish()

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        accident, seconds = self.server.drawn(self._possible())
        if accident == "delayed":
            time.sleep(seconds)
        if accident == "reset_before":
            self._reset()
        elif accident in {"conflict_409", "refused_412", "busy_503"}:
            self._tell(_failure(int(accident[-3:]), self.path))
        else:
            try:
                answer = self._forwarded(body)
                if accident == "doubled":
                    answer = self._forwarded(body)
            except (OSError, HTTPException):  # the server is away
                self._reset()
                return
            self._answer(accident, answer)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _pass  # noqa: N815 - http.server's names

    def _possible(self) -> set[str]:
        possible = set(ACCIDENTS) - {"conflict_409", "refused_412", "stale_list"}
        if self.headers.get("If-None-Match") or self.headers.get("If-Match"):
            possible |= {"conflict_409", "refused_412"} if self.command == "PUT" else set()
        return possible | ({"stale_list"} if "list-type=2" in self.path else set())

    def _forwarded(self, body: bytes) -> Answer:
        """As it came, headers and all: the signature covers them, the host's name included."""
        for attempt in (1, 2):
            try:
                self._upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in {"expect", "connection"}:
                        self._upstream.putheader(name, value)
                self._upstream.endheaders(body)
                response = self._upstream.getresponse()
                answer = Answer(response.status, response.getheaders(), response.read())
            except (OSError, HTTPException):
                self._upstream.close()
                if attempt == 2:
                    raise
            else:
                self.server.passed.append(Passed(self.command, self.path, len(body), len(answer.body)))
                return answer
        raise AssertionError

    def _answer(self, accident: str | None, answer: Answer) -> None:
        if "list-type=2" in self.path:
            first = self.server.listings.setdefault(self.path, answer)
            answer = first if accident == "stale_list" else answer
        if accident == "unanswered":
            self.close_connection = True
        elif accident == "reset_after":
            self._reset()
        elif accident == "error_500":
            self._tell(_failure(500, self.path))
        else:
            self._tell(answer, halfway=accident == "cut_short")

    def _tell(self, answer: Answer, *, halfway: bool = False) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in _OURS:
                self.send_header(name, value)
        size = dict(answer.headers).get("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", size or str(len(answer.body)))
        if halfway:
            head = b"".join(self._headers_buffer)
            self._headers_buffer = [head if answer.body else head[: len(head) // 2]]
            self.flush_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
            return
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _failure(status: int, path: str) -> Answer:
    said = f"<Error><Code>{_CODES[status]}</Code><Message>an accident</Message><Key>{path}</Key></Error>"
    return Answer(status, [("Content-Type", "application/xml")], said.encode())
