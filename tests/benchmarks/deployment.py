"""A deployment run against the bare loop, with Prefect's own cost, a no-op deployment's, shown apart."""

import os
import shutil
import statistics
import tempfile
from pathlib import Path

import yaml
from benchmarks.cycle import AGAINST, ROOT, ROUNDS, bare_seconds
from benchmarks.figures import Figure
from example.flights import PERIODS, build_months
from rich.console import Console
from rich.progress import track
from stacks import Stack

from tasks.store import open_store

ROWS = 336_776


def measure_deployment(repeat: int, console: Console) -> list[Figure]:
    """Seconds from expected start to end, of a no-op run and of December's, in turn with the bare loop."""
    months = build_months(ROOT / "build" / "flights")
    with tempfile.TemporaryDirectory() as name, console.status("a stack of its own") as status:
        base = Path(name)
        folder = _folder(base, "bench")
        with Stack(base / "stack", folder) as stack:
            stack.deploy(Path(__file__).with_name("noop.yaml"))
            status.stop()
            noop, ours, bare = [], [], []
            for number in track(range(repeat), "no-op, December and bare loop in turn", console=console):
                model = f"bench{number}"
                folder = _folder(base, model)
                _arrive(model, PERIODS[:-1], months)
                stack.run("retrain/flights", folder=str(folder))
                _arrive(model, PERIODS[-1:], months)
                noop.append(_seconds(stack, "noop/flights"))
                ours.append(_seconds(stack, "retrain/flights", folder=str(folder)))
                bare.append(bare_seconds(base, months, model))
    own = [(one - none) / other for one, none, other in zip(ours, noop, bare, strict=True)]
    total = sum(noop) + sum(ours) + sum(bare)
    return [
        Figure("deployment_run_own", statistics.median(own), "x bare loop", ROWS, total, AGAINST),
        Figure(
            "deployment_run_seconds", statistics.median(ours), "s from expected start to end", ROWS, total
        ),
        Figure("noop_deployment_seconds", statistics.median(noop), "s from expected start to end", 0, total),
    ]


def _folder(base: Path, model: str) -> Path:
    folder = base / model
    folder.mkdir()
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["model"] = model
    params["train"] |= {"rounds": ROUNDS, "early_stopping_rounds": ROUNDS}
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    shutil.copyfile(ROOT / "dvc.yaml", folder / "dvc.yaml")
    return folder


def _arrive(model: str, periods: tuple[str, ...], months: dict[str, Path]) -> None:
    store = open_store(os.environ["EVERGREEN_STORE"])
    for period in periods:
        store.put(f"incoming/{model}/{period}.parquet", months[period].read_bytes())


def _seconds(stack: Stack, deployment: str, **parameters: str) -> float:
    run = stack.ended(stack.request(deployment, **parameters))
    assert run.state is not None, run.name
    assert run.state.is_completed(), f"{run.state}\n{stack.log_end()}"
    assert run.end_time is not None, run.name
    assert run.expected_start_time is not None, run.name
    return (run.end_time - run.expected_start_time).total_seconds()
