"""Ports that are taken."""

import os
import socket

import pytest
from services import ports

from tasks.errors import Unavailable


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


class TestRequireFree:
    """Free, or a message to act on."""

    def test_a_taken_port_is_named_with_its_holder_and_the_variable_to_change(self, listener):
        """The message is enough to act on."""
        with pytest.raises(Unavailable) as caught:
            ports.require_free({listener: "EVERGREEN_S3_PORT"})
        assert f"Port {listener} on 127.0.0.1" in str(caught.value)
        assert f"process {os.getpid()}" in str(caught.value)
        assert "make up EVERGREEN_S3_PORT=PORT" in str(caught.value)

    def test_a_listener_on_all_interfaces_counts(self):
        """It would get the connections meant for us."""
        with socket.socket() as server:
            server.bind(("0.0.0.0", 0))  # noqa: S104 - that is the point
            server.listen()
            assert ports.taken(server.getsockname()[1])

    def test_a_port_is_free_as_soon_as_its_listener_has_gone(self):
        """Connections that are still closing do not count: `up` right after `down` works."""
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", 0))
            server.listen()
            port = server.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port)) as client:
                accepted, _ = server.accept()
                accepted.close()
                client.recv(1)
        ports.require_free({port: "EVERGREEN_S3_PORT"})
        assert ports.still_taken([port]) == []
