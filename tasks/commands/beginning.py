"""From a table of one's own to a model folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.common import stderr
from tasks.commands.group import command

if TYPE_CHECKING:
    from rich.console import Group

    from tasks.begin import Begun

_LENGTHS = ("month", "week", "day")


@command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...",
                type=click.Path(path_type=Path, exists=True))  # fmt: skip
@click.option("--label", required=True, metavar="COLUMN", help="What is to be foretold.")
@click.option("--time", required=True, metavar="COLUMN", help="When each row's question is asked.")
@click.option("--into", type=click.Path(path_type=Path), help="The new folder (default: named as the model).")
@click.option("--model", metavar="NAME", help="The model's name (default: from the label's).")
@click.option("--id", metavar="COLUMN", help="What names each row (default: looked for, or made).")
@click.option(
    "--cluster", metavar="COLUMN", help="Rows with equal values belong together; `day`: those of a day."
)
@click.option("--period", type=click.Choice(_LENGTHS), default="month", help="What one file covers.")
@click.option("--zone", default="UTC", help="Of times without an offset, and of days; Europe/Berlin.")
@click.option(
    "--known-after", type=click.IntRange(0, 36500), default=0, metavar="DAYS",
    help="Days after its time until a row's label is known.",
)  # fmt: skip
@click.option("--objective", type=click.Choice(["binary", "multiclass", "regression"]),
              help="What is asked for (default: by the label's values).")  # fmt: skip
@click.option("--positive", metavar="TEXT", help="Of a label of two values, the one that counts as 1.")
@click.option("--leave-out", multiple=True, metavar="COLUMN", help="Not taken into the folder; repeatable.")
def init(folder: Path, tables: tuple[Path, ...], into: Path | None, **options: Any) -> tuple[Any, ...]:
    """Make a model folder from TABLE: settings, and its rows by period.

    TABLE is a .parquet, .csv or .csv.gz file, or a folder of them; several are read as one. The new
    folder is made in --folder. Nothing is overwritten.
    """
    from tasks.begin import Wishes, begin

    with stderr().status("init") as status:
        begun = begin(tables, folder, into, Wishes(**options), lambda said: status.update(f"init: {said}"))
    document = {
        "schema_version": 1, "folder": str(begun.folder), "model": begun.model, "objective": begun.objective,
        "label": begun.label, "periods": begun.periods, "needed": begun.needed, "changes": begun.changes,
        "notes": begun.notes, "next": _next(begun), "columns": [vars(one) for one in begun.columns],
    }  # fmt: skip
    return document, _told(begun)


def _told(begun: "Begun") -> "Group":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table("column", "taken for", "why")
    for one in begun.columns:
        table.add_row(one.column, one.taken, begun.label if one.taken == "label" else one.why)
    periods, rows = list(begun.periods), sum(begun.periods.values())
    lines = [f"{begun.folder}: {rows:,} rows in {len(periods)} files, {periods[0]} to {periods[-1]}"]
    lines += [f"changed: {one}" for one in begun.changes]
    told = [Text(one) for one in lines] + [Text(f"note: {one}", style="yellow") for one in begun.notes]
    following = [Text(f"  {one}", no_wrap=True, overflow="ignore") for one in _next(begun)]
    return Group(table, *told, Text("Read params.yaml: each guess says what was seen. Then:"), *following)


def _next(begun: "Begun") -> list[str]:
    return [f"cd {_quoted(begun.folder)} && evergreen run", "evergreen status", "evergreen show N"]


def _quoted(folder: Path) -> str:
    import shlex

    try:
        return shlex.quote(str(folder.relative_to(Path.cwd())))
    except ValueError:
        return shlex.quote(str(folder))
