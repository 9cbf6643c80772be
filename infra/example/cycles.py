"""The demo's cycles: each a run of a real deployment, watched while it works, and remembered."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from rich.console import Console
from rich.markup import escape

from tasks.errors import EvergreenError, Unavailable

_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Cycle:
    """What a cycle came to: the flow's own result, and the seconds from request to end."""

    name: str
    arrived: str
    result: dict[str, Any]
    seconds: float
    flow_seconds: float

    @classmethod
    def of(cls, name: str, arrived: str, run: "Run") -> Self:
        """From a finished run."""
        return cls(name, arrived, run.result, round(run.seconds, 1), round(run.flow_seconds, 1))


@dataclass(frozen=True)
class Run:
    """A finished deployment run."""

    result: dict[str, Any]
    seconds: float
    flow_seconds: float


class Cycles:
    """The cycles that were played, one JSON document a line, so that an interrupted demo goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Cycle]:
        """In the order in which they were played."""
        if not self._path.exists():
            return []
        return [Cycle(**json.loads(line)) for line in self._path.read_text().splitlines()]

    def has(self, name: str) -> bool:
        """Whether this cycle was played."""
        return any(cycle.name == name for cycle in self.all())

    def add(self, cycle: Cycle) -> None:
        """Remember one more."""
        with self._path.open("a") as file:
            file.write(json.dumps(asdict(cycle)) + "\n")

    def forget(self) -> None:
        """Start over."""
        self._path.unlink(missing_ok=True)


class Deployment:
    """A deployment on the running Prefect server."""

    def __init__(self, name: str, console: Console) -> None:
        self._name = name
        self._console = console

    def run(self, title: str, **parameters: Any) -> Run:
        """Start a run, show which step it is at, and wait for its result."""
        started = time.monotonic()
        with get_client(sync_client=True) as client, self._console.status(title) as status:
            deployment = client.read_deployment_by_name(self._name)
            run = client.create_flow_run_from_deployment(deployment.id, parameters=parameters)
            while not (run.state and run.state.is_final()):
                if time.monotonic() - started > _PATIENCE_SECONDS:
                    raise Unavailable(
                        f"{self._name}: no end after {_PATIENCE_SECONDS} s; see the Prefect page"
                    )
                time.sleep(_POLL_SECONDS)
                run = client.read_flow_run(run.id)
                status.update(f"{title}: {_step(client, run)}")
        result = _result(run, self._name)
        seconds = time.monotonic() - started
        said = result.get("headline") or f"champion of entry {result.get('entry')}"
        verdict = result.get("verdict", "done")
        self._console.print(
            f"{title}: [bold]{verdict}[/bold], {seconds:.0f} s. {escape(said)}", highlight=False
        )
        return Run(result, seconds, run.total_run_time.total_seconds())


def _step(client: SyncPrefectClient, run: FlowRun) -> str:
    mine = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    tasks = client.read_task_runs(flow_run_filter=mine)
    working = [task.name.rsplit("-", 1)[0] for task in tasks if task.state and task.state.is_running()]
    return ", ".join(sorted(working)) or (run.state.name or "waiting").lower() if run.state else "waiting"


def _result(run: FlowRun, name: str) -> dict[str, Any]:
    if run.state is None or not run.state.is_completed():
        message = run.state.message if run.state else "no state"
        raise EvergreenError(f"{name}: run {run.name} did not complete: {message}")
    result = run.state.result()
    if not isinstance(result, dict):
        raise EvergreenError(f"{name}: expected the run's outcome, found {type(result).__name__}")
    return result
