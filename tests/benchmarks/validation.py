"""What validation costs, against Great Expectations on pandas and against one scan."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from benchmarks.batches import BATCHES, PARAMS, ROOT, Batch, written
from benchmarks.figures import Figure
from data_factories import put_batch
from factories import small_folder
from rich.console import Console
from rich.progress import track

from tasks.params import parse_params
from tasks.validate.step import check_batch
from tasks.workspace import Workspace

ROWS, QUICK_ROWS = 1_000_000, 100_000
SHAPE_ROWS = 13_000
"""The batch of great_expectations#8671: 25 checks on 13,000 rows."""
_WAYS = ("great_expectations", "engine")
SCAN = "one_scan"
"""A plan by hand that counts what breaks each rule (`benchmarks.one_scan`)."""


def checked(way: str, path: Path, batch: Batch) -> dict[str, float]:
    """Check such a file in this process: seconds after the imports, peak of memory, and failures."""
    from tasks.validate.engine import run
    from tasks.validate.reading import reading
    from tasks.validate.schema import open_batch
    from tasks.validate.suite import expectations, failures, in_great_expectations

    params = parse_params(batch.params)
    suite = expectations(params, batch.period)
    if way == SCAN:
        from benchmarks.one_scan import broken
    if way == "great_expectations":
        import great_expectations.expectations  # noqa: F401 - imported for its time
    if way != SCAN:
        import pandas as pd  # noqa: F401 - imported for its time

    started, spent = time.perf_counter(), time.process_time()
    found: list[Any]
    if way == SCAN:
        found = list(broken(path, suite))
    elif way == "engine":
        file, unfit = open_batch(path, params.validation)
        assert file is not None, unfit
        scan, threads = reading(path, file, params.validation)
        found = failures(run(scan, suite, threads=threads))
    else:
        frame = pq.read_table(path, columns=list(params.validation.columns)).to_pandas()
        found = failures(in_great_expectations(frame, suite))
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - spent,
        "peak_mb": _peak_mb(),
        "failures": len(found),
    }


def _peak_mb() -> float:
    """This program's own: what a process counts as its maximum, it has from the one that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        (peak,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _in_a_process(way: str, path: Path, batch: str) -> dict[str, float]:
    paths = os.pathsep.join(str(ROOT / name) for name in (".", "tests", "infra"))
    command = [sys.executable, "-m", "benchmarks.validation", way, str(path), batch]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    assert answer["failures"] == 0, answer
    return answer


def measure_engine(repeat: int, console: Console, rows: int, batch: str = "drawn") -> list[Figure]:
    """Both on one file, in turn, each time in a process of its own."""
    found: dict[str, list[dict[str, float]]] = {way: [] for way in _WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = BATCHES[batch].write(Path(folder) / "batch.parquet", rows)
        said = f"{batch}: Great Expectations and the engine in turn"
        for _ in track(range(repeat), said, console=console):
            for way in _WAYS:
                found[way].append(_in_a_process(way, path, batch))
    theirs, ours = ([one["seconds"] for one in found[way]] for way in _WAYS)
    spent = sum(theirs) + sum(ours)
    faster, cheaper = (
        statistics.median(one[key] / other[key] for one, other in zip(*found.values(), strict=True))
        for key in ("seconds", "cpu")
    )
    peaks = [max(one["peak_mb"] for one in found[way]) for way in _WAYS]
    against = "Great Expectations on pandas, same file and suite, reading it included, imports not"
    on = "" if batch == "drawn" else f"_on_{batch}"
    return [
        Figure(f"engine_faster{on}", faster, "x Great Expectations", rows, spent, against),
        Figure(f"engine_cheaper{on}", cheaper, "x less processor time", rows, spent, against),
        Figure(f"engine_rows_per_second{on}", rows / statistics.median(ours), "rows/s", rows, spent),
        Figure(
            f"great_expectations_rows_per_second{on}",
            rows / statistics.median(theirs),
            "rows/s",
            rows,
            spent,
        ),
        Figure(f"engine_peak_mb{on}", peaks[1], "MB", rows, spent, "the whole process"),
        Figure(f"great_expectations_peak_mb{on}", peaks[0], "MB", rows, spent, "the whole process"),
    ]


def measure_scan(repeat: int, console: Console, rows: int) -> list[Figure]:
    """The engine and one scan that computes the same, on one file, in turn, each in a process of its own."""
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ("engine", SCAN)}
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder) / "batch.parquet", rows)
        for _ in track(range(repeat), f"{rows:,} rows: the engine and one scan in turn", console=console):
            for way, seen in found.items():
                seen.append(_in_a_process(way, path, "drawn"))
    spent = sum(one["seconds"] for seen in found.values() for one in seen)
    pairs = list(zip(found["engine"], found[SCAN], strict=True))
    said = "one Acero plan by hand, same file, which counts what breaks each rule and tells no row"
    slower, dearer = (
        statistics.median(one[key] / other[key] for one, other in pairs) for key in ("seconds", "cpu")
    )
    return [
        Figure("engine_of_one_scan", slower, "x one scan", rows, spent, said),
        Figure("engine_cpu_of_one_scan", dearer, "x one scan's processor time", rows, spent, said),
        *(
            Figure(f"{way}_{name}_at_{rows}", value, unit, rows, spent)
            for way, seen in found.items()
            for name, value, unit in (
                ("rows_per_second", rows / statistics.median(one["seconds"] for one in seen), "rows/s"),
                ("peak_mb", max(one["peak_mb"] for one in seen), "MB"),
            )
        ),
    ]


def measure_shape(repeat: int) -> Figure:
    """A whole check of a small batch, in a process that is warm."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(small_folder(Path(folder), params=PARAMS))
        path = written(Path(folder) / "rows.parquet", SHAPE_ROWS)
        batch = put_batch(workspace, "2024-01-01", path.read_bytes())
        seconds = []
        for _ in range(repeat + 1):
            started = time.perf_counter()
            report = check_batch(workspace.batches / batch.name, batch, workspace.params, "0" * 64)
            seconds.append(time.perf_counter() - started)
            assert report.passed, report.reason
    said = f"{report.checks} checks of one file, imports not included"
    return Figure("check_13k_rows", statistics.median(seconds[1:]), "s", SHAPE_ROWS, sum(seconds), said)


def measure_validation(repeat: int, console: Console, rows: int = ROWS) -> list[Figure]:
    """All figures of validation."""
    return [
        *measure_engine(repeat, console, rows),
        *measure_engine(repeat, console, rows, "flights"),
        *measure_scan(repeat, console, rows),
        measure_shape(max(repeat, 3)),
    ]


if __name__ == "__main__":
    if sys.argv[1] == "at":
        for one in measure_scan(int(sys.argv[3]), Console(stderr=True), int(sys.argv[2])):
            print(f"{one.name}: {one.value:,.2f} {one.unit}")  # noqa: T201 - to whoever asked for this size
    else:
        print(json.dumps(checked(sys.argv[1], Path(sys.argv[2]), BATCHES[sys.argv[3]])))  # noqa: T201 - to the process that asked
