"""A person's rows, on their request: erase."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from tasks.commands.common import stderr
from tasks.commands.group import command

if TYPE_CHECKING:
    from tasks.erase.step import Erasing


@command()
@click.option("--key", help="Whose rows: the value of prepare.id, or of erase.column, in params.yaml.")
@click.option(
    "--key-file",
    type=click.File(encoding="utf-8"),
    help="Keys, one a line; `-` is stdin. A --key can be seen by all who see this machine's processes.",
)
@click.option("--reason", required=True, help="Why, and not for whom: it goes into the ledger.")
@click.option("--unreadable", is_flag=True, help="What cannot be searched is removed as a whole.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def erase(
    folder: Path, key: str | None, key_file: TextIO | None, reason: str, unreadable: bool, dry_run: bool
) -> tuple[Any, ...]:
    """Take a person's rows out of every batch, and say what was made from them.

    What is left of a batch is a new revision; the old bytes go, from the store and from here. Models stay:
    the next `evergreen run` learns without the rows. Exit status 1 if something could not be searched.
    """
    from tasks.erase.step import erase as step

    if (key is None) == (key_file is None):
        raise click.UsageError("whose rows: give --key or --key-file, one of the two")
    keys = (key,) if key is not None else tuple(_lines(key_file))
    with stderr().status("erase") as status:
        done = step(folder, keys, reason=reason, whole=unreadable, dry_run=dry_run, say=status.update)
    return done, _text(done), int(bool(done.unsearched))


def _lines(file: TextIO | None) -> list[str]:
    from tasks.errors import BadInput

    try:
        return file.read().splitlines() if file else []
    except UnicodeDecodeError as error:
        raise BadInput(f"--key-file: expected keys in UTF-8, one a line: {error.reason}") from error


def _text(done: "Erasing") -> str:
    from tasks.periods import spanned

    would = "would be" if done.dry_run else "now"
    lines = [f"entry {one}: an erasure that was interrupted is finished" for one in done.finished]
    if not done.batches:
        lines.append(f"no row has such a key: {done.searched} contents searched, nothing to erase")
    else:
        place = f"entry {done.entry}: " if done.entry else ""
        periods = spanned(sorted({one.period for one in done.batches}))
        lines.append(f"{place}{done.rows:,} row{'s' * (done.rows != 1)} of {periods} {would} erased")
        lines += [_made(done)]
    lines += [f"{would} removed, a crash had left it: {key}" for key in done.orphans]
    lines += [f"NOT SEARCHED: {one}" for one in done.unsearched]
    if done.unsearched:
        lines.append("these may hold more; --unreadable removes batches that cannot be searched as a whole")
    return "\n".join(lines)


def _made(done: "Erasing") -> str:
    """What rests on the rows."""
    if not done.decisions:
        return "no decision was made from them"
    said = f"made from them: decisions {_list(done.decisions)}"
    if done.champions:
        said += f"; champions of entries {_list(done.champions)}"
    if done.in_office:
        said += ", one of them in office: the next `evergreen run` trains without these rows"
    return said


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
