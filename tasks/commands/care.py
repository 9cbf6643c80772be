"""After crashes and over the years: reconcile, gc."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.common import stderr
from tasks.commands.group import command

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tasks.reconcile import Collected, Reconciled

_DRY = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


@command()
@_DRY
def reconcile(folder: Path, dry_run: bool) -> tuple[Any, ...]:
    """Finish or sweep what a crash left. Safe at any time, also beside a run; again changes nothing."""
    from tasks.reconcile import reconcile as step

    with stderr().status("looking for what a crash left"):
        found = step(folder, dry_run=dry_run)
    return found, _reconciled_text(found)


@command()
@_DRY
def gc(folder: Path, dry_run: bool) -> tuple[Any, ...]:
    """What nobody will ask for again, with sizes; removed as `retention` in params.yaml says."""
    from tasks.reconcile import collect

    with stderr().status("looking for what could go"):
        found = collect(folder, dry_run=dry_run)
    return found, _collected_text(found)


def _reconciled_text(found: "Reconciled") -> "RenderableType":
    if not found.found:
        return "nothing is left of a crash"
    lines = []
    for one in found.found:
        said = f"left: {one.left}" if one.left else one.action if one.done else f"would be {one.action}"
        lines.append(f"{one.what}: {said}")
    return "\n".join(lines)


def _collected_text(found: "Collected") -> "RenderableType":
    from rich.console import Group
    from rich.table import Table

    if not found.garbage:
        return "there is nothing that could go"
    table = Table("what", "bytes", "why", "", box=None)
    for one in found.garbage:
        gone = "removed" if one.removed else f"kept: {one.kept}" if one.kept else "would be removed"
        table.add_row(one.name, f"{one.size:,}", one.why, gone)
    return Group(table, f"{found.size:,} bytes could go, {found.removed_size:,} are gone")
