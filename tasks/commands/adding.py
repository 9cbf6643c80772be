"""The next tables of a model folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.common import stderr
from tasks.commands.group import command

if TYPE_CHECKING:
    from rich.console import Group

    from tasks.add import Added

_NEXT = "evergreen run"


@command()
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...",
                type=click.Path(path_type=Path, exists=True))  # fmt: skip
@click.option(
    "--replace", is_flag=True, help="Deliver periods whose rows have changed again, as corrections."
)
@click.option("--append", is_flag=True, help="TABLE is a part of its periods: its rows join those delivered.")
@click.option("--remove", is_flag=True, help="With --replace: rows that TABLE has no more are taken out.")
@click.option("--dry-run", is_flag=True, help="Say what would be delivered, and write nothing.")
def add(
    folder: Path, tables: tuple[Path, ...], replace: bool, append: bool, remove: bool, dry_run: bool
) -> tuple[Any, ...]:
    """Deliver the periods of TABLE, cut as table.yaml says, that are not delivered yet.

    TABLE has the columns of the one that `evergreen init` was given: only what is new, or the whole
    history again. Nothing is written unless all of it can be.
    """
    from tasks.add import Wishes
    from tasks.add import add as deliver

    wishes = Wishes(replace=replace, append=append, remove=remove)
    with stderr().status("add") as status:
        added = deliver(tables, folder, wishes, lambda said: status.update(f"add: {said}"), dry_run=dry_run)
    document = {
        "schema_version": 1, "folder": str(added.folder), "model": added.model, "incoming": added.place,
        "dry_run": dry_run, "periods": [_period(one) for one in added.periods], "notes": added.notes,
        "next": _NEXT,
    }  # fmt: skip
    return document, _told(added, dry_run=dry_run)


def _period(one: Any) -> dict[str, Any]:
    found = one.difference
    return {
        "period": one.period, "rows": one.rows, "labelled": one.labelled, "became": one.became,
        "told": one.told, "added": found.added if found else 0, "removed": found.removed if found else 0,
        "changed": found.changed if found else 0, "labels_filled": found.filled if found else 0,
    }  # fmt: skip


def _told(added: "Added", *, dry_run: bool) -> "Group":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from tasks.periods import spanned

    table = Table("period", "rows", "labelled", "", "what")
    already = [one.period for one in added.periods if one.became == "already"]
    for one in added.periods:
        if one.became != "already":
            table.add_row(one.period, f"{one.rows:,}", f"{one.labelled:,}", one.became, one.told)
    count, way = len(added.written), "would go" if dry_run else "went"
    lines = [f"{len(already)} delivered already: {spanned(already)}"] if already else []
    lines += [f"{count} {way} to {added.place}" if count else "nothing new: nothing is written"]
    told = [Text(one) for one in lines] + [Text(f"note: {one}", style="yellow") for one in added.notes]
    following = [Text("Then:"), Text(f"  {_NEXT}")] if count else []
    return Group(*([table] if table.row_count else []), *told, *following)
