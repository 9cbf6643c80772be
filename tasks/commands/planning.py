"""How many rows a lead takes."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened
from tasks.commands.group import command


def _number(_: click.Context, option: click.Parameter, given: Any) -> Any:
    """What was given, unless it is no number: a range lets NaN pass."""
    for one in given if isinstance(given, tuple) else (given,):
        if one is not None and one != one:  # noqa: PLR0124 - only NaN differs from itself
            raise click.BadParameter("expected a number, found NaN", param=option)
    return given


@command()
@click.option(
    "--gain",
    "gains",
    type=click.FloatRange(0, 10, min_open=True),
    multiple=True,
    callback=_number,
    help="A lead, as a share of the incumbent's metric: 0.005 is half a per cent. May be repeated.",
)
@click.option(
    "--differ",
    type=click.FloatRange(0.001, 10),
    callback=_number,
    help="Plan from the labels of the batches alone, and this guess: by how much the log odds of champion "
    "and challenger differ, as a root mean square over rows. At 0.3 one says 50% where the other says 57%; "
    "models that are months apart often differ by more. Without a decision it is 0.3.",
)
def plan(folder: Path, gains: tuple[float, ...], differ: float | None) -> tuple[Any, ...]:
    """The smallest lead that N batches would show, and how many a lead takes.

    How much a lead moves from cluster to cluster is measured by the newest decision whose numbers are
    open. Before there is one it is guessed from the labels that have arrived, and the answer says so: for
    leads of a binary model over the champion in log loss. Of all others only a decision tells.
    """
    from tasks.plan import GAINS
    from tasks.plan import plan as make
    from tasks.plan.words import plan_text

    home, ledger = opened(folder)
    found = make(ledger, home.params, gains or GAINS, differ)
    return found, plan_text(found, home.params.intake.period, home.params.evaluate.currency)
