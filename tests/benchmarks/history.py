"""What one more batch costs among many before it and among few: validation, a whole run, its requests."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.batches import PARAMS, table
from benchmarks.figures import Figure
from data_factories import changed, put_batch
from embedded import Seaweed
from factories import MODEL, small_folder
from faults.proxy import Passed, Proxy
from rich.console import Console
from rich.progress import track

from tasks.store import open_store
from tasks.validate import validate
from tasks.version import manifest
from tasks.workspace import Workspace

BATCH_ROWS, QUICK_BATCH_ROWS = 28_000, 2_000
MANY, FEW, FEW_RUNS = 200, 2, 4
"""A run learns of a day, stops by another and judges on a third: the fourth has a champion before it."""
_PARAMS = changed(
    ("max_periods: 12", "max_periods: 3"),
    ("selection_days: 7", "selection_days: 1"),
    ("max_bytes: 1000000", "max_bytes: 100000000"),
    params=PARAMS,
)
_BUCKET = "evergreen-history"
_CLUSTERS = 40
_SETTLED_S = 2.1
"""A file that changed a moment ago is looked at again, and what came yesterday is not."""
_DOLLARS = {"PUT": 5e-6, "POST": 5e-6, "LIST": 5e-6, "GET": 4e-7, "HEAD": 4e-7, "DELETE": 0.0}
"""A request's price by Amazon's list for S3 Standard; within a region bytes cost nothing."""


def measure_history(repeat: int, console: Console, rows: int = BATCH_ROWS) -> list[Figure]:
    """One new batch is validated and listed, among many and among few, in turn; cost is processor time."""
    spent: dict[int, list[tuple[float, float]]] = {MANY: [], FEW: []}
    with tempfile.TemporaryDirectory() as folder:
        homes = {count: _history(Path(folder), count, rows) for count in spent}
        for number in track(range(repeat + 1), "one new batch among many and few", console=console):
            for count, workspace in homes.items():
                spent[count].append(_one_more(workspace, number, rows))
    many, few = ([statistics.median(one) for one in zip(*spent[count][1:], strict=True)] for count in spent)
    said = f"the same with {FEW} batches: processor time of validate and the manifest, in a warm process"
    total = sum(wall for found in spent.values() for wall, _ in found)
    return [
        Figure("one_batch_among_200", many[1] / few[1], f"x one among {FEW}", rows, total, said),
        Figure("one_batch_among_200_seconds", many[0], "s", rows, total, "wall"),
        Figure("one_batch_among_2_seconds", few[0], "s", rows, total, "wall"),
    ]


def measure_runs(repeat: int, console: Console, rows: int = BATCH_ROWS) -> list[Figure]:
    """`evergreen run` with one new batch, in a folder with many and in one with few, in turn, on S3."""
    spent: dict[int, list[tuple[float, float]]] = {MANY: [], FEW_RUNS: []}
    with tempfile.TemporaryDirectory() as folder, Seaweed(Path(folder) / "s3") as server:
        server.make_bucket(_BUCKET)
        os.environ.update(server.env)
        with console.status(f"{MANY} days of {rows:,} rows"):
            for count in spent:
                # Both have the same newest days: a run learns of those alone.
                _deliver(count, MANY - count, count - 1, rows)
                _run(small_folder(Path(folder), name=f"of-{count}", params=_PARAMS), count)
        for number in track(range(repeat), "a run among many and among few", console=console):
            for count, found in spent.items():
                _deliver(count, MANY - 1 + number, 1, rows)
                time.sleep(_SETTLED_S)
                found.append(_run(Path(folder) / f"of-{count}", count))
        asked = _requests(Path(folder), server, MANY - 1 + repeat, rows)
    many, few = ([statistics.median(one) for one in zip(*found, strict=True)] for found in spent.values())
    total = sum(wall for found in spent.values() for wall, _ in found)
    said = f"the same in a folder with {FEW_RUNS} batches, or a few more: as a process, on S3"
    few_runs = f"x one among {FEW_RUNS}"
    return [
        Figure("one_run_among_200", many[0] / few[0], few_runs, rows, total, said),
        Figure("one_run_among_200_cpu", many[1] / few[1], few_runs, rows, total, "processor time"),
        Figure("one_run_among_200_seconds", many[0], "s", rows, total, "wall"),
        Figure("one_run_among_4_seconds", few[0], "s", rows, total, "wall"),
        *asked,
    ]


def _history(parent: Path, count: int, rows: int) -> Workspace:
    """A workspace with so many days but one, validated and listed; they arrived long ago."""
    workspace = Workspace(small_folder(parent, name=f"of-{count}", params=PARAMS))
    for number in range(count - 1):
        put_batch(workspace, _day(number), _written(number, rows))
    for path in workspace.batches.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    validate(workspace)
    manifest(workspace)
    return workspace


def _one_more(workspace: Workspace, number: int, rows: int) -> tuple[float, float]:
    """Wall and processor seconds to validate and list a newest day, each time another revision of it."""
    put_batch(workspace, _day(1_000), _written(1_000, rows, seed=number + 1))
    started, spent = time.perf_counter(), time.process_time()
    validation = validate(Workspace(workspace.root))
    manifest(workspace)
    seconds = time.perf_counter() - started, time.process_time() - spent
    assert (validation.checked, len(validation.blocked)) == (1, 0)
    return seconds


def _requests(folder: Path, server: Seaweed, number: int, rows: int) -> list[Figure]:
    """What a run with one new batch, and one with nothing new, ask of S3 after so many others."""
    found: list[Figure] = []
    for count in (MANY, FEW_RUNS):
        for what in ("run", "nothing_new"):
            if what == "run":
                _deliver(count, number, 1, rows)
            with Proxy(server.endpoint, {}, 0) as proxy:
                road = {"AWS_ENDPOINT_URL_S3": proxy.endpoint, "AWS_ENDPOINT_URL": proxy.endpoint}
                _run(folder / f"of-{count}", count, road)
            name = f"requests_of_{what}_among_{200 if count == MANY else 4}"
            found += _asked(name, proxy.passed, rows)
    return found


def _asked(name: str, passed: list[Passed], rows: int) -> list[Figure]:
    kinds = Counter("LIST" if "list-type=" in one.path else one.command for one in passed)
    said = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    moved = sum(one.sent + one.received for one in passed) / 2**20
    dollars = sum(_DOLLARS[kind] * count for kind, count in kinds.items())
    return [
        Figure(name, len(passed), "requests", rows, 0.0, said),
        Figure(f"{name}_mb", moved, "MB", rows, 0.0, "bodies, both ways"),
        Figure(f"{name}_dollars", 1_000 * dollars, "USD a thousand runs", rows, 0.0, "S3 Standard"),
    ]


def _deliver(count: int, first: int, days: int, rows: int) -> None:
    store = open_store(_store(count))
    for number in range(first, first + days):
        store.put(f"incoming/{MODEL}/{_day(number)}.parquet", _written(number, rows))


def _run(folder: Path, count: int, road: Mapping[str, str] = {}) -> tuple[float, float]:
    """Wall and processor seconds of one `evergreen run`, as a process with all that it starts."""
    command = [str(Path(sys.executable).with_name("evergreen")), "run", "--json", "-C", str(folder)]
    environment = {**os.environ, **road, "EVERGREEN_STORE": _store(count)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started, before = time.perf_counter(), os.times()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - started, os.times()
    if done.returncode:
        raise RuntimeError(f"evergreen run: {done.stdout}{done.stderr}")
    verdict = json.loads(done.stdout)["verdict"]
    assert verdict in ("promote", "keep", "undecided", "nothing new"), verdict
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, spent


def _store(count: int) -> str:
    return f"s3://{_BUCKET}/of-{count}"


def _written(number: int, rows: int, seed: int = 0) -> bytes:
    """The rows of a day, of forty clusters, as Parquet."""
    day = _day(number)
    found = table(0, rows, day, seed)
    clusters = pa.array([f"{day}-{row % _CLUSTERS:02d}" for row in range(rows)])
    sink = pa.BufferOutputStream()
    pq.write_table(found.set_column(found.schema.get_field_index("day"), "day", clusters), sink)
    return bytes(sink.getvalue())


def _day(number: int) -> str:
    return str(np.datetime64("2020-01-01") + np.timedelta64(number, "D"))
