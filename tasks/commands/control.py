"""Who is in office, by hand: rollback, hold, release, approve, reject."""

from pathlib import Path
from typing import Any

import click

from tasks.commands.common import opened
from tasks.commands.group import command


@command()
@click.option(
    "--to", type=int, help="Return to the champion that this entry put in office (default: the previous)."
)
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def rollback(folder: Path, to: int | None, reason: str) -> tuple[Any, ...]:
    """Return to an earlier champion, without retraining. A second rollback undoes the first."""
    from tasks.errors import Unavailable
    from tasks.promote import rollback_in

    try:
        done = rollback_in(folder, to=to, reason=reason)
    except KeyboardInterrupt as interrupt:
        raise Unavailable(
            "interrupted, and the rollback's entry may be in all the same: look at `evergreen history` "
            "before you repeat it, for a second rollback undoes the first"
        ) from interrupt
    return done, f"entry {done.entry}: champion is {done.champion.candidate[:12]} again"


@command()
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def hold(folder: Path, reason: str) -> tuple[Any, ...]:
    """Promote nothing until `evergreen release`: for an incident. Runs still decide, rollback still works."""
    from tasks.hold import hold as step

    done = step(opened(folder)[1], reason=reason)
    return done, _control(done.entry, "promotions are held", done.promotion_waits)


@command()
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def release(folder: Path, reason: str) -> tuple[Any, ...]:
    """End a hold. What waited is promoted by the next run, if nothing has changed by then."""
    from tasks.hold import release as step

    done = step(opened(folder)[1], reason=reason)
    return done, _control(done.entry, "promotions are released", done.promotion_waits)


def _control(entry: int, said: str, waits: str | None) -> str:
    return f"entry {entry}: {said}" + (f"\n{waits}" if waits else "")


@command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def approve(folder: Path, number: int, reason: str) -> tuple[Any, ...]:
    """Agree to decision NUMBER, which waits for it, and put its challenger in office."""
    from tasks.approve import approve_in

    done = approve_in(folder, number, reason=reason)
    before = "" if done.written else "; it stood before, and this reason was not written"
    if done.promotion is None:
        said = f"entry {done.approval} approved decision {number}, and nothing was promoted: "
        return done, f"{said}{done.promotion_waits}", 1
    return (
        done,
        f"entry {done.promotion}: the challenger is champion now, by approval {done.approval}{before}",
    )


@command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why: it goes into the ledger.")
def reject(folder: Path, number: int, reason: str) -> tuple[Any, ...]:
    """Keep the challenger of decision NUMBER out of office, though its verdict is to promote."""
    from tasks.approve import reject as step

    done = step(opened(folder)[1], number, reason=reason)
    return done, f"entry {done.rejection}: decision {number} is rejected; the champion stays"
