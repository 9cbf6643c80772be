"""`make demo`: the year 2013 arrives month by month, and a real deployment handles each month.

The year is run once. A second `make demo` goes on where the first stopped, or shows the table
again; `make demo ARGS=--fresh` starts over.
"""

import os
import shutil
from pathlib import Path

import click
from example.cycles import Cycle, Cycles, Deployment
from example.flights import PERIODS, build_months, corrupted
from example.flights import encode as parquet
from example.table import alarms, year_table
from rich.console import Console

from tasks.errors import BadInput, EvergreenError
from tasks.opening import open_ledger
from tasks.store import Store

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "demo" / "flights"
CORRUPTED = "2013-05"
SEED = 2013


def model_folder(fresh: bool) -> Path:
    """A copy of the example's model folder, so that the clone stays clean."""
    if fresh and FOLDER.exists():
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("params.yaml", "dvc.yaml"):
        if not (FOLDER / name).exists():
            shutil.copyfile(ROOT / name, FOLDER / name)
    return FOLDER


def wipe(store: Store, model: str) -> None:
    """Remove what an earlier demo left in the store: the demo's own model, and nothing else."""
    for prefix in (f"incoming/{model}/", f"batches/{model}/", f"ledger/{model}/", f"artifacts/{model}/",
                   f"pointers/{model}.json"):  # fmt: skip
        for one in list(store.list(prefix)):
            store.delete(one.key)


def plan() -> list[tuple[str, str]]:
    """The cycles in order: (name, what happens). Fixed beforehand; nothing depends on a result."""
    months: list[tuple[str, str]] = []
    for period in PERIODS:
        if period == CORRUPTED:
            months.append((f"{period} corrupted", "corrupted"))
        months.append((period, "arrives"))
    beside = [("null challenger", "drill"), ("rollback", "rollback"), ("undo", "undo")]
    return months + beside


def play(cycles: Cycles, store: Store, months: dict[str, Path], console: Console) -> None:
    """Every cycle of the plan that has not been played yet."""
    retrain, rollback = Deployment("retrain/flights", console), Deployment("rollback/flights", console)
    total = len(plan())
    for number, (name, what) in enumerate(plan(), start=1):
        if cycles.has(name):
            continue
        period = name.split()[0]
        title = f"[{number}/{total}] {name}"
        match what:
            case "arrives":
                store.put(f"incoming/flights/{period}.parquet", months[period].read_bytes())
                cycles.add(Cycle.of(name, period, retrain.run(title)))
            case "corrupted":
                store.put(f"incoming/flights/{period}.parquet", corrupted_month(months[period]))
                cycles.add(Cycle.of(name, period, retrain.run(f"{title} copy, on purpose")))
            case "drill":
                run = retrain.run(f"{title}: trained on shuffled labels", drill=True)
                cycles.add(Cycle.of(name, "nothing", run))
            case "rollback":
                run = rollback.run(title, reason="demo: shows that a champion can be undone")
                cycles.add(Cycle.of(name, "nothing", run))
            case "undo":
                run = rollback.run(title, reason="demo: undoes the rollback")
                cycles.add(Cycle.of(name, "nothing", run))


def corrupted_month(path: Path) -> bytes:
    """The month as a broken delivery: a sensor's 9999 in `temp`, and `carrier` missing."""
    import pyarrow.parquet as pq

    return parquet(corrupted(pq.read_table(path), SEED))


@click.command(help=__doc__)
@click.option("--fresh", is_flag=True, help="Forget the year that was run, and run it again.")
def main(fresh: bool) -> None:
    """Play the year, then show it."""
    console = Console(width=None if Console().is_terminal else 150)
    if not os.environ.get("PREFECT_API_URL"):
        raise BadInput("the stack's environment is not loaded: run this with `make demo`")
    folder = model_folder(fresh)
    home, ledger = open_ledger(folder)
    cycles = Cycles(folder.parent / "cycles.jsonl")
    if fresh:
        cycles.forget()
        wipe(ledger.store, home.params.model)
    with console.status("the months of 2013"):
        months = build_months(ROOT / "build" / "flights")
    play(cycles, ledger.store, months, console)
    reports = folder.parent / "reports"
    console.print(year_table(cycles.all(), ledger, reports))
    console.print(alarms(cycles.all()))
    ui = os.environ["PREFECT_API_URL"].removesuffix("/api")
    console.print(f"\nPrefect: {ui}")
    console.print(f"What each gate would have done, month by month: {reports.relative_to(ROOT)}/index.html")
    console.print("The ledger: . build/stack/env && .venv/bin/evergreen history -C build/demo/flights")
    console.print("The stack goes on running: `make down` stops it, `make up` brings it back with its data.")


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except EvergreenError as error:
        Console(stderr=True).print(f"demo: {error}", style="red", soft_wrap=True)
        raise SystemExit(error.exit_status) from None
