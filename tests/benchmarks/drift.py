"""What drift costs: from raw rows and from ready profiles, against pandas and scipy on the same files."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.figures import Figure
from data_factories import changed
from rich.console import Console
from rich.progress import track
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance

from tasks.drift.covariates import comparisons, covariate_shift
from tasks.drift.findings import CovariateShift
from tasks.params import parse_params
from tasks.prepare.features import Schema
from tasks.profile import Profile
from tasks.profile.rows import profile_file

ROWS, QUICK_ROWS = (300_000, 28_000), (30_000, 28_000)
"""What the champion learned from, and the newest batch."""
NUMBERS = ("x", "z", *(f"sensor_{number}" for number in range(7)))
TEXTS = ("colour", "shop", "carrier")
EVIDENTLY = 4.8
"""Seconds of Evidently's preset on 12 columns, 300,000 against 28,000 rows, without 4.4 s of imports."""

_KNOWN = "    known_at: {type: timestamp}\n"
_MORE = "".join(f"    {name}: {{type: number, max_nulls: 0.2}}\n" for name in NUMBERS[2:])
PARAMS = parse_params(
    changed(
        ("rows: {min: 100, max: 5000}", "rows: {min: 1, max: 1000000000}"),
        (_KNOWN, _KNOWN + _MORE + "".join(f"    {name}: {{type: string}}\n" for name in TEXTS[1:])),
        ("numeric: [x, z]", f"numeric: [{', '.join(NUMBERS)}]"),
        ("categorical: [colour]", f"categorical: [{', '.join(TEXTS)}]"),
    )
)
AGAINST = "pandas and scipy: Wasserstein and Jensen-Shannon distances of the same columns, reading included"
STATED = f"a stated number, not measured in this run: {EVIDENTLY} s of Evidently's preset on 2 cores"


def measure_drift(repeat: int, console: Console, *, rows: tuple[int, int] = ROWS) -> list[Figure]:
    """Both ways in turn on the same two files; medians."""
    spent: dict[str, list[float]] = {name: [] for name in ("scipy", "raw", "profiling", "ready")}
    with tempfile.TemporaryDirectory() as folder:
        files = [written(Path(folder) / f"{seed}.parquet", count, seed) for seed, count in enumerate(rows)]
        profiles = [profiled(one) for one in files]
        for _ in track(range(repeat), "drift: pandas with scipy, and profiles, in turn", console=console):
            spent["scipy"].append(_seconds(lambda: by_scipy(*files)))
            spent["profiling"].append(_seconds(lambda: [profiled(one) for one in files]))
            spent["ready"].append(_seconds(lambda: by_profiles(*profiles)))
            spent["raw"].append(spent["profiling"][-1] + spent["ready"][-1])
    return _figures(spent, sum(rows))


def written(path: Path, rows: int, seed: int) -> Path:
    """Rows at `path`: nine numbers, three texts, with missing values and a little drift from seed to seed."""
    rng = np.random.default_rng([2013, seed])
    times = pa.array(np.datetime64("2024-01-01", "us") + np.sort(rng.integers(0, 10**12, rows))).cast(
        pa.timestamp("us", tz="UTC")
    )
    numbers = {
        name: pa.array(rng.normal(0.05 * seed, 1, rows), mask=rng.random(rows) < 0.1) for name in NUMBERS
    }
    texts = {
        name: [f"{name} {n}" for n in rng.integers(0, 5 + 20 * at, rows)] for at, name in enumerate(TEXTS)
    }
    fixed = {
        "event_time": times,
        "day": pa.array([str(day) for day in rng.integers(0, 30, rows)]),
        "state": ["done"] * rows,
        "label": pa.array(rng.integers(0, 2, rows)),
        "known_at": times,
    }
    pq.write_table(pa.table({**fixed, **numbers, **texts}), path)
    return path


def profiled(path: Path) -> bytes:
    """A file's profile, as it is kept."""
    return profile_file(path.read_bytes(), PARAMS, path.name).to_bytes()


def by_profiles(reference: bytes, new: bytes) -> CovariateShift:
    """From the kept documents to what has drifted."""
    read = [Profile.parse(one) for one in (reference, new)]
    return covariate_shift(comparisons({"2024-01": read[0]}, {"2024-02": read[1]}), Schema(features=()), None)


def by_scipy(reference: Path, new: Path) -> dict[str, float]:
    """The same effects from every row; of numbers in standard deviations of the reference."""
    a, b = (pd.read_parquet(path, columns=[*NUMBERS, *TEXTS]) for path in (reference, new))
    found = {}
    for name in NUMBERS:
        one, other = a[name].dropna(), b[name].dropna()
        found[name] = wasserstein_distance(other, one) / one.std(ddof=0)
    for name in TEXTS:
        p, q = a[name].value_counts(normalize=True).align(b[name].value_counts(normalize=True), fill_value=0)
        found[name] = float(jensenshannon(p, q, base=2))
    return found


def _figures(spent: dict[str, list[float]], rows: int) -> list[Figure]:
    median = {name: statistics.median(values) for name, values in spent.items()}
    faster = {
        name: statistics.median(a / b for a, b in zip(spent["scipy"], spent[name], strict=True))
        for name in ("raw", "ready")
    }
    total = sum(map(sum, spent.values()))
    return [
        Figure("drift_from_rows_faster", faster["raw"], "x as fast", rows, total, AGAINST),
        Figure("drift_from_profiles_faster", faster["ready"], "x as fast", rows, total, AGAINST),
        Figure("drift_from_rows_evidently", EVIDENTLY / median["raw"], "x as fast", rows, total, STATED),
        Figure(
            "drift_from_profiles_evidently", EVIDENTLY / median["ready"], "x as fast", rows, total, STATED
        ),
        Figure("drift_profiling_seconds", median["profiling"], "s", rows, total),
        Figure("drift_comparing_seconds", median["ready"], "s", rows, total, "kept documents, parsed"),
        Figure("drift_scipy_seconds", median["scipy"], "s", rows, total),
    ]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
