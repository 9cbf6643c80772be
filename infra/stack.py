"""The local stack: an object store, a Prefect server, one worker and the deployments.

`make up` starts it, `make down` stops exactly what that started; the data stays.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from services import lifecycle
from services.layout import ROOT, base_folder, read_layout

from tasks.errors import EvergreenError, Unavailable

DEPLOYMENTS = ROOT / "infra" / "prefect.yaml"


@contextmanager
def _only_one(base: Path) -> Iterator[None]:
    """Two `up` at once would start two of everything."""
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (base / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"Another `up` or `down` of {base} is at work: wait for it.") from error
        yield


def _require_first_up(base: Path) -> None:
    if not (base / "env").exists():
        raise Unavailable(f"There is no stack in {base} yet: `make up` makes one.")


@click.group(help=__doc__)
@click.option(
    "--base", type=click.Path(path_type=Path), help="Its files; default $EVERGREEN_STACK or build/stack."
)
@click.pass_context
def main(context: click.Context, base: Path | None) -> None:
    """Resolve the base folder for the subcommands."""
    context.obj = base_folder(base, os.environ)


@main.command("up")
@click.option("--deployments", type=click.Path(path_type=Path, exists=True), default=DEPLOYMENTS)
@click.pass_obj
def up_command(base: Path, deployments: Path) -> None:
    """Start what does not run, and check that all of it answers and is ours."""
    with _only_one(base):
        lifecycle.up(read_layout(base, os.environ), deployments.resolve(), Console())


@main.command("down")
@click.pass_obj
def down_command(base: Path) -> None:
    """Stop what `up` started; the data stays."""
    _require_first_up(base)
    with _only_one(base):
        lifecycle.down(read_layout(base, os.environ), Console())


@main.command("status")
@click.pass_obj
def status_command(base: Path) -> None:
    """Show the services; exit status 1 unless all of them run."""
    _require_first_up(base)
    sys.exit(0 if lifecycle.status(read_layout(base, os.environ), Console()) else 1)


@main.command("env")
@click.pass_obj
def env_command(base: Path) -> None:
    """Say how a shell gets the stack's environment."""
    _require_first_up(base)
    print(f". {lifecycle.short(base / 'env')}")


if __name__ == "__main__":
    try:
        main()
    except (EvergreenError, TimeoutError) as problem:
        Console(stderr=True, highlight=False).print(str(problem), style="red", markup=False, soft_wrap=True)
        sys.exit(problem.exit_status if isinstance(problem, EvergreenError) else 3)
