"""The local stack as a whole, on ports and in a folder of its own."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import boto3
import pytest
from services import members, orchestrator, ports
from services.environment import parse
from services.layout import ROOT, read_layout

OWN = ("AWS_", "EVERGREEN_", "PREFECT_")


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    return {**kept, **more}


def free_block(count, start):
    return next(
        first
        for first in range(start, start + 5000, count)
        if not ports.still_taken(range(first, first + count))
    )


@pytest.fixture
def stack(tmp_path):
    """A function that runs `stack.py` on a deployment of a flow that does nothing; ends all of it after."""
    (tmp_path / "tiny_flow.py").write_text(
        textwrap.dedent("""
            from prefect import flow

            @flow
            def tiny(folder: str) -> str:
                return folder
        """)
    )
    (tmp_path / "prefect.yaml").write_text(
        textwrap.dedent("""
            name: test
            pull: []
            deployments:
              - name: test
                entrypoint: tiny_flow.tiny
                parameters: {folder: "{{ $EVERGREEN_FOLDER }}"}
                work_pool:
                  name: evergreen
                  job_variables: {command: "{{ $EVERGREEN_PYTHON }} -m prefect.engine"}
        """)
    )
    base = tmp_path / "stack"
    s3_port = free_block(8, 28000)
    environ = environment(
        EVERGREEN_STACK=str(base),
        EVERGREEN_S3_PORT=str(s3_port),
        EVERGREEN_PREFECT_PORT=str(free_block(1, s3_port + 8)),
        PYTHONPATH=str(tmp_path),
        COLUMNS="200",
    )

    def run(*arguments):
        if arguments[0] == "up":
            arguments = (*arguments, "--deployments", str(tmp_path / "prefect.yaml"))
        return subprocess.run(
            [sys.executable, str(ROOT / "infra" / "stack.py"), *arguments],
            env=environ,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    run.base, run.environ, run.folder = base, environ, tmp_path
    yield run
    members.end(base)


def client(base):
    found = parse(base / "env")
    return boto3.client(
        "s3",
        endpoint_url=found["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )


def content(base):
    """One object's bytes and the deployments' names: what has to survive."""
    layout = read_layout(base, {})
    deployments = orchestrator.call(layout, "/deployments/filter", {})
    body = client(base).get_object(Bucket="evergreen", Key="kept")["Body"].read()
    return body, [entry["name"] for entry in deployments]


class TestBeforeTheFirstUp:
    """A clone that has not been started."""

    @pytest.mark.parametrize("command", ["down", "status", "env"])
    def test_there_is_nothing_to_act_on(self, tmp_path, command):
        """One line, exit status 3, and no folder made."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "infra" / "stack.py"), "--base", str(tmp_path / "none"), command],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 3
        assert "`make up` makes one" in done.stderr
        assert not (tmp_path / "none").exists()


@pytest.mark.real
class TestTakenPort:
    """Somebody else was here first."""

    def test_up_says_so_and_starts_nothing(self, stack):
        """Any of the ports counts, also one that no user would think of."""
        port = int(stack.environ["EVERGREEN_S3_PORT"]) + 3
        listen = f"import socket; s = socket.create_server(('127.0.0.1', {port}))"
        code = f"{listen}; import time; print(flush=True); time.sleep(60)"
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
            other.stdout.readline()
            done = stack("up")
            other.kill()
        assert done.returncode == 3
        assert f"Port {port} on 127.0.0.1 should be free, but process {other.pid}" in done.stderr
        assert members.find(stack.base) == []


@pytest.mark.real
@pytest.mark.long
@pytest.mark.timeout(600)
class TestLife:
    """From the first `up` on."""

    def test_data_survives_down_and_the_death_of_the_process_manager(self, stack):
        """Up, up again, kill -9 of supervisord, up, down, up: one object and one deployment throughout."""
        first = stack("up")
        assert first.returncode == 0, first.stdout + first.stderr
        assert "The stack is up." in first.stdout
        client(stack.base).put_object(Bucket="evergreen", Key="kept", Body=b"bytes")
        expected = (b"bytes", ["test"])
        assert content(stack.base) == expected

        began = time.monotonic()
        assert "Already up, and healthy." in stack("up").stdout
        assert time.monotonic() - began < 15

        credentials = (stack.base / "seaweedfs" / "s3.json").read_text()
        supervisord = int((stack.base / "supervisor" / "supervisord.pid").read_text())
        os.kill(supervisord, signal.SIGKILL)
        recovered = stack("up")
        assert recovered.returncode == 0, recovered.stdout + recovered.stderr
        assert "A stack that was killed had left" in recovered.stdout
        assert content(stack.base) == expected

        held = members.listening(stack.base)
        assert held >= set(read_layout(stack.base, {}).ports)
        assert stack("down").returncode == 0
        assert members.find(stack.base) == []
        assert ports.still_taken(held) == []

        assert stack("up").returncode == 0
        assert content(stack.base) == expected
        assert (stack.base / "seaweedfs" / "s3.json").read_text() == credentials
        assert stack("down").returncode == 0

    def test_a_deployment_that_cannot_be_registered_fails_up(self, stack):
        """With the name of what is missing, not with a stack that looks ready."""
        Path(stack.folder / "tiny_flow.py").unlink()
        done = stack("up")
        assert done.returncode == 3
        assert "tiny_flow" in done.stderr
        assert "The stack is up." not in done.stdout
