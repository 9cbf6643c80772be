"""Deployments: what infra/prefect.yaml asks for, and when it has to be registered again."""

import socket
import subprocess
from threading import Thread

import pytest
import yaml
from services import orchestrator
from services.layout import ROOT, read_layout

from tasks.errors import Unavailable

DEPLOYMENTS = yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text())["deployments"]


class TestPrefectYaml:
    """The deployments as they are tracked."""

    def test_each_flow_is_deployed_as_flights(self):
        """`prefect deployment run retrain/flights`, and so on."""
        found = {entry["entrypoint"]: entry["name"] for entry in DEPLOYMENTS}
        names = ("retrain", "rollback", "approve", "reconcile", "score")
        assert found == {f"flows.{name}.{name}": "flights" for name in names}

    def test_retraining_is_one_at_a_time_and_the_next_one_waits(self):
        """ENQUEUE: CANCEL_NEW can wedge when a worker dies while a run is pending."""
        retrain = next(entry for entry in DEPLOYMENTS if "retrain" in entry["entrypoint"])
        assert retrain["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}

    def test_each_schedule_has_a_slug(self):
        """Without one, every deployment would add a schedule."""
        schedules = [schedule for entry in DEPLOYMENTS for schedule in entry.get("schedules", [])]
        assert [schedule["slug"] for schedule in schedules] == ["daily", "nightly"]

    def test_every_variable_it_names_is_filled_in(self):
        """An unset one would be deployed as the text of its placeholder."""
        text = (ROOT / "infra" / "prefect.yaml").read_text()
        body = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
        named = {part.split("}}")[0].strip().removeprefix("$") for part in body.split("{{")[1:]}
        assert named == set(orchestrator.deployment_variables({}))


class TestFolder:
    """Which model folder they work on."""

    def test_it_is_the_demos_unless_the_environment_says_otherwise(self):
        """Relative to the repository, wherever the worker runs."""
        found = orchestrator.deployment_variables
        assert found({})["EVERGREEN_FOLDER"] == str(ROOT / "build" / "demo" / "flights")
        assert found({"EVERGREEN_FOLDER": "/models/churn"})["EVERGREEN_FOLDER"] == "/models/churn"


class TestCall:
    """Prefect's API, and what may answer in its place."""

    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\ntr",
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
            b"SSH-2.0\r\n\r\n",
            b"",
        ],
    )
    def test_a_server_that_dies_in_mid_answer_or_is_another_is_no_answer(self, tmp_path, answer):
        """`OSError`, as where nobody listens: `healthy` says no, and whoever looks on goes on looking."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            layout = read_layout(tmp_path, {"EVERGREEN_PREFECT_PORT": str(server.getsockname()[1])})

            def serve():
                for _ in range(2):
                    with server.accept()[0] as client:
                        client.recv(4096)
                        client.sendall(answer)

            serving = Thread(target=serve)
            serving.start()
            with pytest.raises(OSError, match=r"Errno|half an answer|closed"):
                orchestrator.call(layout, "/health")
            assert not orchestrator.healthy(layout)
            serving.join()


class TestDeploy:
    """When Prefect is asked to register them."""

    @pytest.fixture
    def prefect(self, monkeypatch):
        """Prefect's command, replaced: the calls made, and the exit status it gives."""
        state = {"calls": 0, "status": 0}

        def run(command, **_):
            state["calls"] += 1
            return subprocess.CompletedProcess(command, state["status"], "said this\n", "")

        monkeypatch.setattr(subprocess, "run", run)
        return state

    def test_it_runs_only_when_something_changed(self, prefect, tmp_path):
        """A second `make up` costs no second deployment; an edited file does."""
        layout, file = read_layout(tmp_path, {}), tmp_path / "prefect.yaml"
        file.write_text("deployments: []\n")
        assert orchestrator.deploy(layout, file, {}, again=False)
        assert not orchestrator.deploy(layout, file, {}, again=False)
        assert orchestrator.deploy(layout, file, {}, again=True)
        file.write_text("deployments: [] # edited\n")
        assert orchestrator.deploy(layout, file, {}, again=False)
        assert prefect["calls"] == 3

    def test_a_failure_stops_up_with_prefects_words_and_is_tried_again(self, prefect, tmp_path):
        """A stack without its deployments is not up."""
        layout, file = read_layout(tmp_path, {}), tmp_path / "prefect.yaml"
        file.write_text("deployments: []\n")
        prefect["status"] = 1
        with pytest.raises(Unavailable, match="said this"):
            orchestrator.deploy(layout, file, {}, again=False)
        prefect["status"] = 0
        assert orchestrator.deploy(layout, file, {}, again=False)
