"""A person's rows, on their request: erase."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from tasks.commands.common import stderr
from tasks.commands.group import command

if TYPE_CHECKING:
    from tasks.erase.step import Erasing


@command()
@click.option("--key", help="Whose rows: the value of prepare.id, or of erase.column, in params.yaml.")
@click.option(
    "--key-file",
    type=click.File("rb"),
    help="Keys, one a line; `-` is stdin. A --key can be seen by all who see this machine's processes.",
)
@click.option("--reason", required=True, help="Why, and not for whom: it goes into the ledger.")
@click.option("--unreadable", is_flag=True, help="What cannot be searched is removed as a whole.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
def erase(
    folder: Path, key: str | None, key_file: BinaryIO | None, reason: str, unreadable: bool, dry_run: bool
) -> tuple[Any, ...]:
    """Take a person's rows out of every batch, and say what was made from them.

    What is left of a batch is a new revision; the old bytes go, from the store and from here. Models stay:
    the next `evergreen run` that has a fresh holdout learns without the rows. Exit status 1 if something
    could not be searched, or nobody can tell what a decision was made from.
    """
    from tasks.erase.keys import lines_of
    from tasks.erase.step import erase as step

    if (key is None) == (key_file is None):
        raise click.UsageError("whose rows: give --key or --key-file, one of the two")
    keys = tuple(lines_of(key_file.read())) if key_file is not None else (str(key),)
    with stderr().status("erase") as status:
        done = step(folder, keys, reason=reason, whole=unreadable, dry_run=dry_run, say=status.update)
    return done, _text(done), int(bool(done.unsearched or done.unknown))


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
        if done.absent:
            lines.append(f"{done.absent:,} of the keys that were given have no row in what was searched")
    if done.unknown:
        which = f"entries {_list(done.unknown)}: which batches they rest on cannot be told"
        lines.append(f"NOT KNOWN: {which}, for their dataset.json or prepared.json is missing or damaged")
    lines += [f"{would} removed, a crash had left it: {key}" for key in done.orphans]
    lines += [f"NOT SEARCHED: {one}" for one in done.unsearched]
    if done.unsearched:
        lines.append("these may hold more; --unreadable removes batches that cannot be searched as a whole")
    return "\n".join(lines)


def _made(done: "Erasing") -> str:
    """What rests on the rows."""
    if not done.decisions:
        return "no decision was made from them" + (", of those that can be told" if done.unknown else "")
    said = f"made from them: decisions {_list(done.decisions)}"
    if done.champions:
        said += f"; champions of entries {_list(done.champions)}"
    if done.in_office:
        next_one = "the next `evergreen run` that has a fresh holdout"
        said += f", one of them in office: {next_one} trains without these rows"
    return said


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
