"""Up, down and status: the services in their order, and what is checked before they count as up."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services import members, orchestrator, ports, seaweedfs, supervise
from services.environment import MEMBER, process_environment, render
from services.layout import BINARIES, Layout, write_private
from tasks.errors import Unavailable
from tasks.store import open_store

START_SECONDS = 90


@dataclass
class Steps:
    """Says what is being waited for, and how long it took."""

    console: Console
    changed: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, doing: str, done: str) -> Iterator[None]:
        """A spinner while it lasts, one line when it is done."""
        began = time.monotonic()
        with self.console.status(f"{doing} ..."):
            yield
        self.console.print(f"  [green]✓[/] {done} [dim]{time.monotonic() - began:.1f} s[/]", highlight=False)


def up(layout: Layout, deployments: Path, console: Console) -> None:
    """Bring the stack to where everything runs and answers, from wherever it is."""
    text, steps = render(layout, os.environ), Steps(console)
    environment = process_environment(layout, os.environ, BINARIES)
    if supervise.alive(layout):
        _check_same(layout, text)
    else:
        _start_supervisor(layout, text, environment, steps)
    # Both need seconds and neither needs the other.
    first = [service.name for service in _services(layout) if service.name != orchestrator.WORKER]
    steps.changed += [name for name in first if supervise.ensure_started(layout, name)]
    _object_store(layout, steps)
    _prefect(layout, steps)
    with steps.step("Registering the deployments", "deployments registered"):
        if orchestrator.deploy(layout, deployments, environment, again=bool(steps.changed)):
            steps.changed.append("deployments")
    with steps.step("Waiting for the worker", "worker online"):
        supervise.wait_for(
            layout, orchestrator.WORKER, lambda: orchestrator.worker_online(layout), START_SECONDS
        )
    _tell(layout, steps)


def _services(layout: Layout) -> list[supervise.Service]:
    """In the order in which they start; they stop in the reverse one."""
    store = [seaweedfs.service(layout)] if layout.external is None else []
    return [*store, *orchestrator.services(layout)]


def _check_same(layout: Layout, text: str) -> None:
    if layout.environment_file.read_text() != text:
        raise Unavailable(
            f"The stack in {layout.base} runs with other settings (ports, store, proxy) than asked for now: "
            f"`make down` first, or unset what you changed; {layout.environment_file} has the old ones."
        )


def _start_supervisor(layout: Layout, text: str, environment: Mapping[str, str], steps: Steps) -> None:
    left = members.end(layout.base)
    if left:
        steps.console.print(f"  [yellow]A stack that was killed had left {left} processes: stopped them.[/]")
    ports.require_free(layout.ports)
    write_private(layout.environment_file, text)
    (layout.seaweedfs / "data").mkdir(mode=0o700, parents=True, exist_ok=True)
    layout.prefect.mkdir(mode=0o700, parents=True, exist_ok=True)
    supervise.start(layout, _services(layout), {**environment, MEMBER: str(layout.base)})
    steps.changed.append("supervisord")


def _object_store(layout: Layout, steps: Steps) -> None:
    if layout.external is not None:
        with steps.step("Asking your store", f"your own store, {layout.external}: SeaweedFS is not started"):
            open_store(layout.external).exists(seaweedfs.MARKER)
        return
    with steps.step("Waiting for the object store", f"object store at {layout.s3_endpoint}, and it is ours"):
        supervise.wait_for(layout, seaweedfs.NAME, lambda: seaweedfs.ready(layout), START_SECONDS)
        seaweedfs.check_refuses_strangers(layout)


def _prefect(layout: Layout, steps: Steps) -> None:
    with steps.step("Waiting for Prefect", f"Prefect at {layout.prefect_url}"):
        supervise.wait_for(layout, orchestrator.SERVER, lambda: orchestrator.healthy(layout), START_SECONDS)
        orchestrator.ensure_pool(layout)
        if supervise.ensure_started(layout, orchestrator.WORKER):
            steps.changed.append(orchestrator.WORKER)


def _tell(layout: Layout, steps: Steps) -> None:
    steps.console.print("[bold]The stack is up.[/]" if steps.changed else "[bold]Already up, and healthy.[/]")
    steps.console.print(f"  Prefect's pages  {layout.prefect_url}", highlight=False)
    steps.console.print(f"  object store     {layout.external or layout.s3_endpoint}", highlight=False)
    steps.console.print(f"  for your shell   . {short(layout.environment_file)}", highlight=False)


def down(layout: Layout, console: Console) -> None:
    """Stop what `up` started, and wait until the ports are free; the data stays."""
    if not members.find(layout.base):
        console.print("The stack is not running.")
        return
    held = members.listening(layout.base)
    with console.status("Stopping the stack; SeaweedFS takes 15 s to close its connections ..."):
        if supervise.alive(layout):
            supervise.shut_down(layout)
        # Flow runs whose worker is gone, and whatever a killed supervisord left.
        members.end(layout.base)
        supervise.wait_until(lambda: not ports.still_taken(held), what="the ports to become free", seconds=20)
    console.print(
        f"The stack is down; its data stays in {short(layout.base)}.", highlight=False, soft_wrap=True
    )


def status(layout: Layout, console: Console) -> bool:
    """Show each service; whether all of them run."""
    if not supervise.alive(layout):
        console.print("The stack is not running: `make up` starts it.")
        return False
    table = Table("service", "state", "process", "up for", box=None)
    found = supervise.processes(layout)
    for name, entry in found.items():
        seconds = int(datetime.now(UTC).timestamp()) - int(entry["start"]) if entry["pid"] else 0
        table.add_row(name, entry["statename"], str(entry["pid"]), str(timedelta(seconds=seconds)))
    console.print(table)
    console.print(f"Logs are in {short(layout.logs)}.", highlight=False, soft_wrap=True)
    return all(entry["statename"] == "RUNNING" for entry in found.values())


def short(path: Path) -> str:
    """The path as one would type it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
