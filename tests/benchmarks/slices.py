"""What slices add to the profile of a month of the example."""

import statistics
import time
from pathlib import Path

from benchmarks.figures import Figure
from example.flights import PERIODS, build_months
from rich.console import Console

from tasks.params import Params, read_params
from tasks.profile.rows import profile_file

_ROOT = Path(__file__).parents[2]


def measure_slices(repeat: int, console: Console) -> list[Figure]:
    """The same month with and without its declared slices, in turn; medians."""
    params = read_params(_ROOT / "params.yaml")
    ways = {"with": params, "without": without_slices(params)}
    with console.status("slices: a month's profile"):
        data = build_months(_ROOT / "build" / "flights")[PERIODS[0]].read_bytes()
        seconds, profiles = {name: list[float]() for name in ways}, {}
        for _ in range(repeat):
            for name, one in ways.items():
                started = time.perf_counter()
                profiles[name] = profile_file(data, one, PERIODS[0])
                seconds[name].append(time.perf_counter() - started)
    rows, spent = profiles["with"].rows, sum(map(sum, seconds.values()))
    columns = len(params.prepare.slices)
    said = f"{PERIODS[0]} of the example, {columns} slice columns; as often without them, in turn"
    middle = {name: statistics.median(found) for name, found in seconds.items()}
    sizes = {name: len(found.to_bytes()) / 1000 for name, found in profiles.items()}
    return [
        Figure("profile_month_ms", 1000 * middle["with"], "ms", rows, spent, said),
        Figure("profile_month_without_slices_ms", 1000 * middle["without"], "ms", rows, spent, said),
        Figure("profile_month_kb", sizes["with"], "kB", rows, 0.0, said),
        Figure("profile_month_without_slices_kb", sizes["without"], "kB", rows, 0.0, said),
    ]


def without_slices(params: Params) -> Params:
    """The same settings, of which nothing is told by slices."""
    return params.model_copy(update={"prepare": params.prepare.model_copy(update={"slices": ()})})
