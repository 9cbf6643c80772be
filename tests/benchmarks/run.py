"""`make bench`: what evidence, validation, drift and a cycle cost beside bare ones, on real SeaweedFS."""

import click
from benchmarks.cycle import measure_cycle
from benchmarks.deployment import measure_deployment
from benchmarks.drift import QUICK_ROWS as QUICK_DRIFT_ROWS
from benchmarks.drift import ROWS as DRIFT_ROWS
from benchmarks.drift import measure_drift
from benchmarks.evidence import QUICK_ROWS, ROWS, measure_evidence
from benchmarks.figures import Figure, publish
from benchmarks.history import BATCH_ROWS as HISTORY_ROWS
from benchmarks.history import QUICK_BATCH_ROWS as QUICK_HISTORY_ROWS
from benchmarks.history import measure_history, measure_runs
from benchmarks.ledger import QUICK_SIZES, SIZES, measure_ledger
from benchmarks.slices import measure_slices
from benchmarks.validation import QUICK_ROWS as QUICK_BATCH_ROWS
from benchmarks.validation import ROWS as BATCH_ROWS
from benchmarks.validation import measure_validation
from rich.console import Console
from rich.table import Table

PACKAGES = ("dvc", "great-expectations", "numpy", "pandas", "prefect", "pyarrow", "scipy", "xgboost")


def show(records: list[dict[str, object]], console: Console) -> None:
    """All figures, with their goals."""
    table = Table("figure", "value", "unit", "goal", "holds", "rows", "against")
    for record in records:
        value = record["value"]
        table.add_row(
            str(record["name"]),
            f"{value:.2f}" if isinstance(value, float) else "none",
            str(record["unit"]),
            str(record["goal"] or ""),
            {None: "", True: "yes", False: "NO"}[record["holds"]],  # type: ignore[index]
            f"{record['rows']:,}",
            str(record["against"]),
        )
    console.print(table)


@click.command(help=__doc__)
@click.option(
    "--quick", is_flag=True, help="One repetition instead of five, a tenth of the rows, and no deployment."
)
@click.option("--repeat", type=int, default=5, help="Repetitions; medians are reported.")
@click.option(
    "--batch-rows", type=int, help="Rows of the batch that is validated; a million, or a tenth of it."
)
def main(quick: bool, repeat: int, batch_rows: int | None) -> None:
    """Measure, judge, write build/figures/bench-*.json."""
    console = Console(width=None if Console().is_terminal else 150)
    repeat = 1 if quick else repeat
    rows = QUICK_ROWS if quick else ROWS
    tables: dict[str, list[Figure]] = {
        "evidence": measure_evidence(repeat, console, rows=rows),
        "validation": measure_validation(
            repeat, console, rows=batch_rows or (QUICK_BATCH_ROWS if quick else BATCH_ROWS)
        ),
        "history": [
            *measure_history(max(repeat, 3), console),
            *measure_runs(max(repeat, 3), console, rows=QUICK_HISTORY_ROWS if quick else HISTORY_ROWS),
        ],
        "ledger": measure_ledger(QUICK_SIZES if quick else SIZES, console),
        "drift": measure_drift(max(repeat, 3), console, rows=QUICK_DRIFT_ROWS if quick else DRIFT_ROWS),
        "slices": measure_slices(max(repeat, 3), console),
        "cycle": measure_cycle(repeat, console),
    }
    if not quick:
        tables["deployment"] = measure_deployment(repeat, console)
    records = publish("bench", tables, PACKAGES)
    show(records, console)
    if any(record["holds"] is False for record in records if not (quick and record["value"] is None)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
