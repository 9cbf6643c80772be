"""Runs without a process: who is told, and who is left alone."""

import os
import subprocess
import sys
import uuid

import pytest
from services import dead_runs
from services.layout import read_layout


@pytest.fixture
def living():
    """The identifier of a run that has a process: one whose command names Prefect's engine."""
    run = str(uuid.uuid4())
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", "prefect.engine"]
    environment = {**os.environ, "PREFECT__FLOW_RUN_ID": run}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield run
        process.kill()


@pytest.fixture
def prefect(monkeypatch, tmp_path):
    """A layout, and a Prefect that has these unfinished runs and keeps what it is told."""

    class Prefect:
        layout = read_layout(tmp_path, {})
        runs: tuple[str, ...] = ()

        def __init__(self):
            self.told, self.ends = {}, ()

        def call(self, _layout, path, document):
            if path == "/flow_runs/filter":
                self.asked = document
                self.runs, was = tuple(run for run in self.runs if run not in self.ends), self.runs
                return [{"id": run, "name": f"run {run}"} for run in was]
            self.told[path] = document["state"]["type"]
            return {}

    server = Prefect()
    monkeypatch.setattr(dead_runs, "call", server.call)
    return server


class TestReportDeadRuns:
    """What the worker's process does before the worker starts, and beside it."""

    def test_only_a_run_without_a_process_is_reported(self, prefect, living):
        """The one that lives without its worker goes on."""
        dead = str(uuid.uuid4())
        prefect.runs = (living, dead)
        assert dead_runs.report_dead_runs(prefect.layout) == [f"run {dead}"]
        assert prefect.told == {f"/flow_runs/{dead}/set_state": "CRASHED"}

    def test_only_unfinished_runs_of_our_pool_are_asked_for(self, prefect):
        """Scheduled ones have no process yet, and other pools have other workers."""
        assert dead_runs.report_dead_runs(prefect.layout) == []
        assert prefect.asked["work_pools"] == {"name": {"any_": ["evergreen"]}}
        assert prefect.asked["flow_runs"]["state"]["type"]["any_"] == ["PENDING", "RUNNING", "CANCELLING"]

    def test_beside_a_worker_pending_runs_are_left_alone(self, prefect):
        """The worker may be starting them: they have no process yet."""
        assert dead_runs.report_dead_runs(prefect.layout, beside_worker=True) == []
        assert prefect.asked["flow_runs"]["state"]["type"]["any_"] == ["RUNNING", "CANCELLING"]

    def test_a_run_that_ends_meanwhile_is_left_alone(self, prefect):
        """It was running when Prefect was asked, and gone when the processes were looked at."""
        ended, dead = str(uuid.uuid4()), str(uuid.uuid4())
        prefect.runs, prefect.ends = (ended, dead), (ended,)
        assert dead_runs.report_dead_runs(prefect.layout, beside_worker=True) == [f"run {dead}"]
        assert prefect.told == {f"/flow_runs/{dead}/set_state": "CRASHED"}

    def test_a_prefect_that_does_not_answer_ends_nothing(self, prefect, monkeypatch, capsys):
        """It is said in one line, and the next look may find more."""

        def away(*_):
            raise ConnectionRefusedError("nobody there")

        monkeypatch.setattr(dead_runs, "call", away)
        dead_runs.tell_dead_runs(prefect.layout, beside_worker=True)
        assert capsys.readouterr().out == "Prefect did not say which runs are unfinished: nobody there.\n"

    def test_a_command_that_a_run_started_is_not_the_run(self):
        """It carries the run's mark, and may outlive it."""
        run = str(uuid.uuid4())
        environment = {**os.environ, "PREFECT__FLOW_RUN_ID": run}
        command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", "dvc"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            assert run not in dead_runs.living_runs()
            process.kill()
