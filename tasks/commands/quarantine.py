"""Rows that are kept aside, and their release."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tasks.commands.common import opened
from tasks.commands.group import command

if TYPE_CHECKING:
    from tasks.quarantine import Aside


@command()
@click.argument("what", type=click.Choice(["list", "show", "release"]))
@click.argument("period", required=False)
@click.option("--reason", help="Of a release: why these rows are good. It is kept beside the batch.")
def quarantine(folder: Path, what: str, period: str | None, reason: str | None) -> tuple[Any, ...]:
    """Rows that break a rule and are kept aside: list batches, show PERIOD's, release PERIOD's.

    A release holds for this content under today's rules. The next `evergreen run` counts the rows;
    for `dvc repro`, `evergreen fetch` brings the release.
    """
    from tasks import quarantine as step

    if (what == "list") != (period is None):
        raise click.UsageError("`list` is of all periods; `show` and `release` want one, such as 2013-04")
    if (what == "release") != (reason is not None):
        raise click.UsageError("--reason says why rows are released: `release` wants it, nothing else does")
    home, ledger = opened(folder)
    if period is None:
        listed = step.listing(home, ledger)
        lines = [line for one in listed.batches for line in _lines(one)]
        lines += (
            [f"not checked by today's rules yet: {', '.join(listed.unchecked)}"] if listed.unchecked else []
        )
        return listed, "\n".join(lines) or "no rows are in quarantine"
    if reason is None:
        shown = step.show(home, ledger, period)
        return shown, "\n".join([*_lines(shown.batch), *(_row(one) for one in shown.first)])
    done = step.release(home, ledger, period, reason=reason)
    return done, f"{period}: {done.batch.rows:,} rows count again from the next `evergreen run` on"


def _lines(one: "Aside") -> list[str]:
    lines = [f"{one.period}: {one.rows:,} of {one.of:,} rows, in {one.key}"]
    lines += [f"  {rule.message}" for rule in one.rules]
    if one.released:
        lines += [f"  released by {one.released.actor} ({one.released.time}): {one.released.reason}"]
    return lines


def _row(row: dict[str, Any]) -> str:
    from tasks.params.columns import ROW, RULES

    values = ", ".join(f"{name}={value}" for name, value in row.items() if name not in (ROW, RULES))
    return f"row {row[ROW]} ({row[RULES]}): {values}"
