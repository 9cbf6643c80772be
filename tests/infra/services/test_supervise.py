"""The process manager's configuration, and waiting for what it runs."""

import configparser
import shlex

import pytest
from services import orchestrator, seaweedfs, supervise
from services.layout import read_layout


@pytest.fixture
def layout(tmp_path):
    return read_layout(tmp_path / "100% mine", {"EVERGREEN_S3_PORT": "9000"})


def read(layout, services):
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";",))
    parser.read_string(supervise.configuration(layout, services))
    return parser


class TestConfiguration:
    """What supervisord is told."""

    def test_each_service_keeps_its_arguments(self, layout):
        """A space or a percent sign in a path survives supervisord's parsing and expansion."""
        services = [seaweedfs.service(layout), *orchestrator.services(layout)]
        parser = read(layout, services)
        for service in services:
            command = parser[f"program:{service.name}"]["command"] % {}
            assert shlex.split(command) == list(service.arguments)

    def test_services_stop_in_the_reverse_of_their_order(self, layout):
        """The worker goes before the server that it reports to."""
        services = [seaweedfs.service(layout), *orchestrator.services(layout)]
        parser = read(layout, services)
        order = [int(parser[f"program:{service.name}"]["priority"]) for service in services]
        assert order == sorted(order)
        assert len(set(order)) == 3

    def test_it_holds_no_secret(self, layout):
        """Credentials reach the services by their environment only."""
        text = supervise.configuration(layout, [seaweedfs.service(layout)])
        assert layout.credentials.secret_key not in text
        assert layout.credentials.access_key not in text


class TestSeaweedFS:
    """How the object store is started."""

    def test_it_listens_on_loopback_and_on_the_checked_ports_only(self, layout):
        """Each port it may open is one that `up` has found free, or is switched off."""
        options = dict(
            argument.lstrip("-").split("=", 1) for argument in seaweedfs.service(layout).arguments[2:]
        )
        assert options["ip"] == options["ip.bind"] == "127.0.0.1"
        opened = {int(value) for name, value in options.items() if ".port" in name and value != "0"}
        assert opened == {port for port, name in layout.ports.items() if name == "EVERGREEN_S3_PORT"}
        assert options["master.telemetry"] == "false"


class TestWaiting:
    """Ready, or a reason within bounded time."""

    def test_it_ends_as_soon_as_it_is_ready(self):
        """No fixed sleep stands between ready and done."""
        answers = iter([False, False, True])
        supervise.wait_until(lambda: next(answers), what="it", seconds=30)
        assert list(answers) == []

    def test_it_gives_up_in_time(self):
        """And says for what it waited."""
        with pytest.raises(TimeoutError, match="Waited 0 s for the moon, in vain"):
            supervise.wait_until(lambda: False, what="the moon", seconds=0.2)

    def test_the_end_of_a_log_is_shown_with_its_place(self, layout):
        """The reason why a service does not start is usually its last line."""
        layout.logs.mkdir(parents=True)
        (layout.logs / "weed.log").write_text("".join(f"line {number}\n" for number in range(40)))
        text = supervise.log_end(layout, "weed", lines=2)
        assert text.splitlines()[:2] == ["  line 38", "  line 39"]
        assert str(layout.logs / "weed.log") in text

    def test_a_stack_that_never_ran_is_not_alive(self, layout):
        """No socket, and a socket that nobody answers, are the same."""
        assert not supervise.alive(layout)
        layout.socket.parent.mkdir(parents=True, exist_ok=True)
        layout.socket.touch()
        assert not supervise.alive(layout)
