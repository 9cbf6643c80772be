"""A whole local stack for tests: SeaweedFS, a Prefect server and a worker, in a folder of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import psutil
import pytest
from services import members, ports
from services.environment import parse
from services.layout import BINARIES, ROOT

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

DEPLOYMENTS = ROOT / "infra" / "prefect.yaml"
PATIENCE = 300.0
"""Seconds, for anything that a test waits for: ten times what an idle machine needs."""
_OWN = ("AWS_", "EVERGREEN_", "PREFECT_", "PYTHON")

Done = subprocess.CompletedProcess[str]


class Stack:
    """A stack on free ports, up when the constructor returns, with the model folder `folder` deployed.

    As a context it ends with the test, and until then this process may use its store and its Prefect.
    """

    def __init__(self, base: Path, folder: Path) -> None:
        self.base = base
        first = _free_block(9)
        self._asked = _without_own(os.environ) | {
            "EVERGREEN_STACK": str(base),
            "EVERGREEN_S3_PORT": str(first),
            "EVERGREEN_PREFECT_PORT": str(first + 8),
            "EVERGREEN_FOLDER": str(folder),
        }
        self._here = pytest.MonkeyPatch()
        try:
            self.deploy(DEPLOYMENTS)
        except BaseException:
            self.end()
            raise

    def deploy(self, deployments: Path) -> None:
        """`make up` with these deployments: starts what does not run, and registers them."""
        command = [sys.executable, str(ROOT / "infra" / "stack.py"), "up", "--deployments", str(deployments)]
        done = _ran(command, self._asked)
        assert done.returncode == 0, done.stdout + done.stderr

    def end(self) -> None:
        """Kill all of it: its data goes with the test, so nothing is worth waiting for."""
        for _ in range(20):
            left = members.find(self.base)
            if not left:
                return
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(left, timeout=2)
        raise AssertionError(f"still running: {left}")

    def __enter__(self) -> Self:
        for name, value in parse(self.base / "env").items():
            self._here.setenv(name, value)
        return self

    def __exit__(self, *_: object) -> None:
        self._here.undo()
        self.end()

    # -- commands -----------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What a shell has that has loaded the stack's environment file."""
        path = f"{BINARIES}{os.pathsep}{os.environ['PATH']}"
        return _without_own(os.environ) | parse(self.base / "env") | {"PATH": path, "COLUMNS": "200"}

    def command(self, *words: str, folder: Path = ROOT, fails: bool = False, **more: str) -> str:
        """Run a command in `folder` as a user of the stack would; `more` adds to its environment."""
        done = _ran(words, self.environment | more, folder)
        assert bool(done.returncode) == fails, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def watched(self, deployment: str, **parameters: str) -> dict[str, Any]:
        """`prefect deployment run ... --watch`: the flow's result."""
        name = f"watched-{time.monotonic_ns()}"
        words = [word for one in parameters.items() for word in ("--param", "=".join(one))]
        self.command("prefect", "deployment", "run", deployment, "--watch", "--flow-run-name", name, *words)
        return self.result(next(run for run in self.flow_runs() if run.name == name))

    # -- Prefect's own client -----------------------------------------------------------------------

    @contextmanager
    def client(self) -> "Iterator[SyncPrefectClient]":
        """Prefect's client for this stack's server and results."""
        from prefect.client.orchestration import get_client
        from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

        found = parse(self.base / "env")
        settings = {PREFECT_API_URL: found["PREFECT_API_URL"], PREFECT_HOME: Path(found["PREFECT_HOME"])}
        with temporary_settings(updates=settings), get_client(sync_client=True) as client:
            yield client

    def request(
        self, deployment: str, environment: Mapping[str, str] | None = None, **parameters: str
    ) -> "FlowRun":
        """Ask for a run of the deployment, whose process has `environment` besides the worker's."""
        with self.client() as client:
            found = client.read_deployment_by_name(deployment)
            variables = {"env": dict(environment)} if environment else None
            return client.create_flow_run_from_deployment(
                found.id, parameters=parameters, job_variables=variables
            )

    def run(
        self, deployment: str, environment: Mapping[str, str] | None = None, **parameters: str
    ) -> dict[str, Any]:
        """Ask for a run, wait for its end, and return the flow's result."""
        return self.result(self.ended(self.request(deployment, environment, **parameters)))

    def ended(self, run: "FlowRun") -> "FlowRun":
        """The flow run once it is over."""
        deadline = time.monotonic() + PATIENCE
        with self.client() as client:
            while not (run.state and run.state.is_final()):
                assert time.monotonic() < deadline, f"{run.name} is {run.state}\n{self.log_end()}"
                time.sleep(0.3)
                run = client.read_flow_run(run.id)
        return run

    def flow_runs(self) -> "list[FlowRun]":
        """Every flow run, in the order in which they began."""
        from prefect.client.schemas.sorting import FlowRunSort

        with self.client() as client:
            return client.read_flow_runs(sort=FlowRunSort.START_TIME_ASC)

    def result(self, run: "FlowRun") -> dict[str, Any]:
        """What a completed flow run returned."""
        assert run.state is not None, run.name
        assert run.state.is_completed(), f"{run.name} is {run.state}\n{self.log_end()}"
        with self.client():
            result: dict[str, Any] = run.state.result()
        return result

    def logged(self, run: "FlowRun") -> list[str]:
        """The newest 200 messages of a run; Prefect has them some seconds after they were logged."""
        from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
        from prefect.client.schemas.sorting import LogSort

        with self.client() as client:
            mine = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
            return [one.message for one in client.read_logs(mine, sort=LogSort.TIMESTAMP_DESC)]

    def log_end(self, lines: int = 80) -> str:
        """The last lines of the worker's log, its flow runs included."""
        log = self.base / "logs" / "prefect-worker.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _ran(words: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT) -> Done:
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def _without_own(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(_OWN)}


def _free_block(count: int) -> int:
    # Below the range from which the system picks ports, and apart from those of other test runs.
    start = 20_000 + os.getpid() % 700 * 16
    blocks = range(start, start + 800, 16)
    return next(first for first in blocks if not ports.still_taken(range(first, first + count)))
