"""Knowing our own object store from a stranger on the same port."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from services import seaweedfs
from services.layout import read_layout, write_private

from tasks.errors import Unavailable

BUCKETS = (
    b"<ListAllMyBucketsResult><Buckets><Bucket><Name>evergreen</Name></Bucket></Buckets>"
    b"</ListAllMyBucketsResult>"
)
DENIED = b"<Error><Code>InvalidAccessKeyId</Code><Message>unknown</Message></Error>"
MISSING = b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"


@pytest.fixture
def stranger(tmp_path):
    """A function from answers by path to the layout of a stack whose S3 port gives them.

    What is PUT is added to `written`; the first one is answered 503.
    """
    servers = []

    def serve(answers, written=None):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = answers[self.path.split("?")[0]]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_PUT(self):
                written.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(503 if len(written) == 1 else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return read_layout(tmp_path, {"EVERGREEN_S3_PORT": str(server.server_port)})

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


class TestIdentity:
    """Ours, a stranger, or not there yet."""

    def test_a_server_that_takes_any_secret_is_not_ours(self, stranger):
        """Ours checks signatures."""
        with pytest.raises(Unavailable, match="it accepts a wrong secret"):
            seaweedfs.check_refuses_strangers(stranger({"/": (200, BUCKETS)}))

    def test_a_server_that_refuses_a_wrong_secret_passes_that_check(self, stranger):
        """That is what ours does."""
        seaweedfs.check_refuses_strangers(stranger({"/": (403, DENIED)}))

    def test_a_server_that_refuses_our_credentials_is_not_ours(self, stranger):
        """Said at once, not after a time-out."""
        with pytest.raises(Unavailable, match="it refuses the credentials of this stack"):
            seaweedfs.ready(stranger({"/": (403, DENIED)}))

    def test_a_server_without_our_marker_is_not_ours(self, stranger):
        """Right credentials and other data: nothing may be written there."""
        layout = stranger({"/": (200, BUCKETS), "/evergreen/stack/identity": (200, b"theirs")})
        write_private(layout.seaweedfs / "identity", "ours")
        with pytest.raises(Unavailable, match="found theirs"):
            seaweedfs.ready(layout)

    def test_a_missing_marker_is_said_with_what_to_do(self, stranger):
        """The data folder was emptied while the rest stayed."""
        layout = stranger({"/": (200, BUCKETS), "/evergreen/stack/identity": (404, MISSING)})
        write_private(layout.seaweedfs / "identity", "ours")
        with pytest.raises(Unavailable, match=r"found nothing.*remove .*identity too"):
            seaweedfs.ready(layout)

    def test_our_marker_is_what_ready_means(self, stranger):
        """Credentials accepted, bucket there, identity the same."""
        layout = stranger({"/": (200, BUCKETS), "/evergreen/stack/identity": (200, b"ours")})
        write_private(layout.seaweedfs / "identity", "ours")
        assert seaweedfs.ready(layout)

    def test_a_server_that_still_starts_is_waited_for(self, stranger):
        """500 and no answer at all are "not yet"."""
        assert not seaweedfs.ready(stranger({"/": (500, b"")}))

    def test_each_try_writes_the_same_identity(self, stranger):
        """A first write that seemed to fail may still be carried out after the second one."""
        written = []
        layout = stranger({"/": (200, BUCKETS), "/evergreen/stack/identity": (404, MISSING)}, written)
        assert not seaweedfs.ready(layout)
        with pytest.raises(Unavailable, match="found nothing"):
            seaweedfs.ready(layout)
        assert written[0] == written[1] == (layout.seaweedfs / "identity").read_bytes()
