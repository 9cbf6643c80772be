"""What has changed since the champion learned."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened, stderr
from tasks.commands.group import command
from tasks.commands.saving import SavedFile


@command()
@click.option(
    "--page",
    type=SavedFile(),
    help="Save a page there: a heat map of columns by period, the labels, the champion's loss.",
)
def drift(folder: Path, page: Path | None) -> tuple[Any, ...]:
    """What has changed since the champion learned: the inputs, the labels, or what ties the two."""
    from rich.console import Group
    from rich.text import Text

    from tasks.documents import write_atomically
    from tasks.drift.step import drift as look
    from tasks.drift.terminal import drift_text
    from tasks.report.drift import render_drift

    home, ledger = opened(folder)
    with stderr().status("drift"):
        found = look(home.params, ledger, home.near)
    if page is not None:
        write_atomically(page, render_drift(found).encode())
    saved = [Text(f"page saved: {page}")] if page is not None else []
    return found, Group(drift_text(found), *saved)
