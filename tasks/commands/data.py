"""What the data are like, and what validation found in them."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened, stderr
from tasks.commands.group import command
from tasks.commands.saving import SavedFile


@command()
@click.option("--page", type=SavedFile(), help="Save the page there as well.")
def docs(folder: Path, page: Path | None) -> tuple[Any, ...]:
    """Publish what validation found in each batch, as a page in the store."""
    from tasks.docs import publish_docs
    from tasks.documents import write_atomically

    home, ledger = opened(folder)
    with stderr().status("docs"):
        found = publish_docs(ledger.store, home.params)
    if page is not None:
        write_atomically(page, found.page)
    document = {"schema_version": 1, "docs": found.url, "batches": found.batches, "blocked": found.blocked}
    return document, f"{found.url}: {found.batches} batches, {found.blocked} blocked"


@command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--batches", type=click.IntRange(1, 1000), default=3, help="Of the store's, the first so many.")
@click.option(
    "--write", is_flag=True, help="Write it to proposal.yaml in the model folder, if there is none."
)
@click.option("--overwrite", is_flag=True, help="Write it to proposal.yaml, also over one that is there.")
def propose(
    folder: Path, files: tuple[Path, ...], batches: int, write: bool, overwrite: bool
) -> tuple[Any, ...]:
    """Propose what `validate:` could say, from the first batches or from FILES, with the evidence.

    FILES are Parquet, .csv or .csv.gz. With them, params.yaml need not be complete yet.
    """
    from rich.console import Group
    from rich.text import Text

    from tasks.documents import write_atomically
    from tasks.errors import BadInput
    from tasks.propose import propose as from_store
    from tasks.propose import propose_files
    from tasks.workspace import open_folder

    home = open_folder(folder)
    target = home.root / "proposal.yaml"
    if write and not overwrite and target.exists():
        raise BadInput(f"{target}: is there already; --overwrite replaces it")
    with stderr().status("propose") as status:
        found = (
            propose_files(files, status.update)
            if files
            else from_store(opened(folder)[1], batches, status.update)
        )
    if write or overwrite:
        write_atomically(target, found.text.encode())
    document = {"schema_version": 1, "validate": found.text, "rows": found.rows, "batches": found.batches}
    document |= {"columns": found.columns, "declared": found.declared}
    document["written"] = str(target) if write or overwrite else None
    said = f"{found.declared} of {found.columns} columns, from {found.rows:,} rows: {target}"
    # Not wrapped (a group keeps its texts as they are): what is printed can be put into a file.
    printed = Group(Text(found.text, no_wrap=True, overflow="ignore", end=""))
    return document, said if write or overwrite else printed
