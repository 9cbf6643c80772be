"""`evergreen run` as a whole process against the bare loop: December arrives after eleven months."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from benchmarks.figures import Figure
from embedded import Seaweed
from example.flights import PERIODS, build_months
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tasks.opening import open_ledger
from tasks.store import open_store

ROOT = Path(__file__).parents[2]
ROUNDS = 200
BUCKET = "evergreen-bench"
PATHS = os.pathsep.join(str(ROOT / name) for name in (".", "tests", "infra"))
AGAINST = (
    "bare loop: python -m benchmarks.bare_loop, 12 months read, 11 trained on, 200 trees of depth 6, "
    "2 models scored on December, model uploaded"
)


@dataclass(frozen=True)
class Bench:
    """A model folder that has handled eleven months, its store, and what times it."""

    base: Path
    months: dict[str, Path]
    environment: dict[str, str]
    rows: int

    def copy(self, name: str) -> tuple[Path, dict[str, str]]:
        """A fresh copy of folder and store, so that each repetition meets the same state."""
        folder = self.base / name
        shutil.copytree(self.base / "folder", folder)
        store, copy = open_store(f"s3://{BUCKET}/base"), open_store(f"s3://{BUCKET}/{name}")
        for one in list(store.list("")):
            found = store.get(one.key)
            if found is not None:
                copy.put(one.key, found[0])
        return folder, {**self.environment, "EVERGREEN_STORE": f"s3://{BUCKET}/{name}"}

    def evergreen(self, folder: Path, environment: dict[str, str]) -> tuple[float, dict[str, float], str]:
        """One `evergreen run` as a process: wall seconds, its own account of them, its verdict."""
        command = [str(Path(sys.executable).with_name("evergreen")), "run", "--json", "-C", str(folder)]
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - started
        if done.returncode:
            raise RuntimeError(f"evergreen run: {done.stdout}{done.stderr}")
        outcome = json.loads(done.stdout)
        return seconds, outcome["spent"], outcome["verdict"]

    def bare(self, champion: Path) -> tuple[float, str]:
        """One bare loop as a process: wall seconds, and its own account of them."""
        return _bare(
            next(iter(self.months.values())).parent, champion, f"s3://{BUCKET}/bare", self.environment
        )


def _bare(months: Path, champion: Path, target: str, environment: dict[str, str]) -> tuple[float, str]:
    command = [sys.executable, "-m", "benchmarks.bare_loop", str(months), str(champion), target, str(ROUNDS)]
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, done.stdout.strip()


def bare_seconds(base: Path, months: dict[str, Path], model: str) -> float:
    """The bare loop beside a deployment, against the champion of the model folder `base / model`."""
    only = base / "months"
    if not only.exists():
        only.mkdir()
        for period, path in months.items():
            shutil.copyfile(path, only / f"{period}.parquet")
    environment = {**os.environ, "PYTHONPATH": PATHS}
    return _bare(only, champion_of(base / model, base), f"{os.environ['EVERGREEN_STORE']}/bare", environment)[
        0
    ]


def prepared(base: Path, server: Seaweed) -> Bench:
    """Eleven months handled, one champion, December waiting in a folder."""
    months = build_months(ROOT / "build" / "flights")
    only = base / "months"
    only.mkdir()
    for period, path in months.items():
        shutil.copyfile(path, only / f"{period}.parquet")
    folder = base / "folder"
    folder.mkdir()
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    # The same number of trees as the bare loop: early stopping would make ours do less.
    params["train"] |= {"rounds": ROUNDS, "early_stopping_rounds": ROUNDS}
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    shutil.copyfile(ROOT / "dvc.yaml", folder / "dvc.yaml")
    server.make_bucket(BUCKET)
    os.environ.update(server.env)
    environment = {**os.environ, **server.env, "PYTHONPATH": PATHS, "EVERGREEN_STORE": f"s3://{BUCKET}/base"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    store = open_store(f"s3://{BUCKET}/base")
    for period in PERIODS[:-1]:
        store.put(f"incoming/flights/{period}.parquet", months[period].read_bytes())
    bench = Bench(base, {p: only / f"{p}.parquet" for p in months}, environment, 336_776)
    bench.evergreen(folder, environment)
    store.put(f"incoming/flights/{PERIODS[-1]}.parquet", months[PERIODS[-1]].read_bytes())
    return bench


def measure_cycle(repeat: int, console: Console) -> list[Figure]:
    """Bare loop and `evergreen run` in turn, then `evergreen run` with nothing new."""
    with tempfile.TemporaryDirectory() as folder, Seaweed(Path(folder) / "s3") as server:
        with console.status("eleven months"):
            bench = prepared(Path(folder), server)
        os.environ["EVERGREEN_STORE"] = f"s3://{BUCKET}/base"
        champion = champion_of(bench.base / "folder", bench.base)
        bench.bare(champion)
        ours, bare, idle, spent = [], [], [], []
        for number in track(range(repeat), "bare loop and evergreen run in turn", console=console):
            seconds, parts = bench.bare(champion)
            bare.append(seconds)
            copy, environment = bench.copy(f"copy{number}")
            seconds, steps, verdict = bench.evergreen(copy, environment)
            assert verdict in ("promote", "keep", "undecided"), verdict
            ours.append(seconds)
            spent.append(steps)
            seconds, _, verdict = bench.evergreen(copy, environment)
            assert verdict == "nothing new", verdict
            idle.append(seconds)
    _where(bare, parts, ours, spent, console)
    anchor, total = statistics.median(bare), sum(bare) + sum(ours) + sum(idle)
    ratios = [one / other for one, other in zip(ours, bare, strict=True)]
    return [
        Figure("evergreen_run", statistics.median(ratios), "x bare loop", bench.rows, total, AGAINST),
        Figure("nothing_new", statistics.median(idle) / anchor, "x bare loop", bench.rows, total, AGAINST),
        Figure("bare_loop_seconds", anchor, "s", bench.rows, total),
        Figure("evergreen_run_seconds", statistics.median(ours), "s", bench.rows, total),
        Figure("nothing_new_seconds", statistics.median(idle), "s", bench.rows, total),
    ]


def champion_of(folder: Path, into: Path) -> Path:
    """The bytes of the folder's champion, as a file for the bare loop."""
    from tasks.ledger.artifacts import artifacts_of, fetch_artifact

    ledger = open_ledger(folder)[1]
    champion = ledger.state().champion
    assert champion is not None, "eleven months gave no champion"
    named = artifacts_of(ledger.entry(champion.registered))
    path = into / f"{folder.name}-champion.ubj"
    path.write_bytes(fetch_artifact(ledger.store, ledger.model, named["model.ubj"]))
    return path


def _where(
    bare: list[float], parts: str, ours: list[float], spent: list[dict[str, float]], console: Console
) -> None:
    """Where the time goes."""
    table = Table(
        "step", "median s", title="evergreen run (steps overlap; they add up to more than the whole)"
    )
    for name in spent[0]:
        table.add_row(name, f"{statistics.median(one.get(name, 0.0) for one in spent):.2f}")
    table.add_row("whole process", f"{statistics.median(ours):.2f} (from {min(ours):.2f} to {max(ours):.2f})")
    console.print(table)
    console.print(
        f"bare loop: {statistics.median(bare):.2f} s (from {min(bare):.2f} to {max(bare):.2f}): {parts}"
    )
