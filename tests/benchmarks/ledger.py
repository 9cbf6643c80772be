"""What the ledger costs as it grows: requests, bytes and processor time of a read and of an append.

On a store in memory, so that the time is the ledger's own. Also by itself:
`PYTHONPATH=.:tests .venv/bin/python -m benchmarks.ledger`.
"""

import time
from collections.abc import Sequence

from benchmarks.figures import Figure
from ledgers import MODEL
from long_ledgers import Counting, cycle_bodies, long_ledger
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tasks.ledger import Ledger

SIZES = (100, 1_000, 10_000, 100_000)
QUICK_SIZES = (100, 10_000)
TIMES = 50


def measure_ledger(sizes: Sequence[int], console: Console) -> list[Figure]:
    """Figures for ledgers of so many entries, in full cycles of four that promote."""
    figures = []
    for entries in track(sizes, "ledgers", console=console, transient=True):
        ledger, store = long_ledger(entries)
        figures += _reads(entries, store)
        figures += _appends(entries, ledger, store)
    return figures


def _reads(entries: int, store: Counting) -> list[Figure]:
    """A reader who knows nothing yet and wants the champion."""
    store.requests.clear()
    started = time.process_time()
    for _ in range(TIMES):
        Ledger(store, MODEL).state()
    return _figures("read", entries, store, TIMES, time.process_time() - started)


def _appends(entries: int, ledger: Ledger, store: Counting) -> list[Figure]:
    """Whole cycles, each by somebody who has read the ledger before it."""
    count, seconds = 0, 0.0
    store.requests.clear()
    for cycle in range(200_000, 200_000 + TIMES):
        state = ledger.state()
        before = state.champion.number if state.champion else None
        started = time.process_time()
        for body in cycle_bodies(cycle, state.number + 1, before):
            ledger.append(lambda _, body=body: body)  # type: ignore[misc]
            count += 1
        seconds += time.process_time() - started
    return _figures("append", entries, store, count, seconds)


def _figures(what: str, entries: int, store: Counting, count: int, seconds: float) -> list[Figure]:
    sizes = [size for _, _, size in store.requests]
    values = {
        "requests": (len(sizes) / count, "requests"),
        "bytes": (sum(sizes) / count, "bytes"),
        "processor": (1_000 * seconds / count, "ms"),
    }
    return [
        Figure(f"{what}_{name}_{entries}", value, unit, entries, round(seconds, 3))
        for name, (value, unit) in values.items()
    ]


def main() -> None:
    """Print the figures, one line for each size."""
    console = Console()
    table = Table("entries", "figure", "requests", "bytes", "ms of a processor")
    found = {one.name: one.value for one in measure_ledger(SIZES, console)}
    for what in ("read", "append"):
        for size in SIZES:
            requests, sent, spent = (
                found[f"{what}_{name}_{size}"] or 0.0 for name in ("requests", "bytes", "processor")
            )
            table.add_row(f"{size:,}", what, f"{requests:.1f}", f"{sent:,.0f}", f"{spent:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
