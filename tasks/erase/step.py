"""The step: find somebody's rows, say in the ledger what goes, and then let it go.

The entry comes before anything is removed, and all that is left to do follows from it: after a crash the
same command, another erasure or `evergreen reconcile` goes on. Before the entry nothing has changed.
"""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.corrections import used
from tasks.documents import Document, digest
from tasks.erase.finish import Say, finish
from tasks.erase.keys import keys_of, silent_reason
from tasks.erase.search import Found, Search
from tasks.errors import Refused
from tasks.intake import intake, read_catalogue
from tasks.intake.delimited import terms
from tasks.intake.names import incoming_prefix
from tasks.ledger import Body, Decided, Erased, ErasedBatch, Ledger, Promoted, State
from tasks.opening import open_ledger
from tasks.run.at_work import at_rest
from tasks.workspace import Workspace


class Erasing(Document):
    """What was found, and is gone unless this was a `dry_run`; `entry` is the ledger's.

    `decisions` and `champions` are entries that were made from these rows, drills too. `unsearched` is
    what may hold more rows. `finished` are earlier erasures that a crash had left.
    """

    schema_version: int = 1
    model: str
    dry_run: bool
    entry: int | None
    rows: int
    batches: tuple[ErasedBatch, ...]
    decisions: tuple[int, ...]
    champions: tuple[int, ...]
    in_office: bool
    searched: int
    unsearched: tuple[str, ...]
    orphans: tuple[str, ...]
    finished: tuple[int, ...]


def erase(
    folder: Path,
    keys: tuple[str, ...],
    *,
    reason: str,
    whole: bool = False,
    dry_run: bool = False,
    say: Say = lambda _: None,
) -> Erasing:
    """Take the rows with these keys out of every batch; with `whole`, what cannot be searched goes too.

    Raises `Refused` while a run is at work, `BadInput` for keys that cannot be and a reason that names one.
    """
    home, ledger = open_ledger(folder)
    wanted = keys_of(keys, home.params)
    said = silent_reason(reason, wanted)
    with nullcontext() if dry_run else at_rest(home):
        finished: tuple[int, ...] = ()
        if not dry_run:
            _refuse_if_at_work(home, ledger)
            finished = finish(home, ledger, say)
            # What has arrived counts, too: its copies are found by what the catalogue says of them.
            intake(home.params, ledger.store)
        found = Search(home, ledger, wanted, whole=whole, keep=not dry_run).run(say)
        found.unsearched += _waiting(home, ledger, remove=not dry_run)
        resting = _resting(ledger, found.batches, say) if found.batches else ((), ())
        entry = None if dry_run else _carried_out(home, ledger, found, said, say)
    champion = ledger.state().champion
    return Erasing(
        model=ledger.model,
        dry_run=dry_run,
        entry=entry,
        rows=sum(one.rows for one in found.batches),
        batches=tuple(found.batches),
        decisions=resting[0],
        champions=resting[1],
        in_office=champion is not None and champion.number in resting[1],
        searched=found.searched,
        unsearched=tuple(found.unsearched),
        orphans=tuple(found.orphans),
        finished=finished,
    )


def _carried_out(home: Workspace, ledger: Ledger, found: Found, reason: str, say: Say) -> int | None:
    for key in found.orphans:
        ledger.store.delete(key)
    if not found.batches:
        return None

    def body(state: State) -> Body:
        return Erased(before=state.erased, reason=reason, batches=tuple(found.batches))

    entry = ledger.append(body).number
    finish(home, ledger, say)
    return entry


def _refuse_if_at_work(home: Workspace, ledger: Ledger) -> None:
    """A registration without a decision may be a run's on another machine, which has the batches in hand."""
    grace = timedelta(hours=home.params.retention.grace_hours)
    for one in ledger.state().open:
        if datetime.now(UTC) - datetime.fromisoformat(one.time) < grace:
            raise Refused(
                f"registration {one.number} has no decision yet: its run may be at work elsewhere; nothing "
                f"was done. Try again after it, or after {grace.total_seconds() / 3600:g} hours if it died "
                "(retention.grace_hours)"
            )


def _waiting(home: Workspace, ledger: Ledger, *, remove: bool) -> list[str]:
    """What lies where producers put batches, and was not taken in; what was erased once is removed again."""
    catalogue, left = read_catalogue(ledger.store, ledger.model), []
    listed = list(ledger.store.list(incoming_prefix(home.params.model)))
    for one in catalogue.unhandled(listed, terms(home.params.validation)):
        found = ledger.store.get(one.key)
        if found is not None and digest(found[0]) in catalogue.erased and remove:
            ledger.store.delete(one.key)
        else:
            left.append(f"{one.key}: not taken in")
    return left


def _resting(ledger: Ledger, batches: list[ErasedBatch], say: Say) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Decisions, and promotions, whose window held one of these contents. It reads the whole ledger."""
    say("looking for what was made from these rows")
    gone = {one.old for one in batches}
    rests: dict[int, bool] = {}
    decisions: list[int] = []
    champions: list[int] = []
    for entry, _ in ledger.entries():
        if not isinstance(entry.body, Decided | Promoted):
            continue
        registered = entry.body.registered
        if registered not in rests:
            rests[registered] = not gone.isdisjoint(used(ledger, registered).values())
        if rests[registered]:
            (decisions if isinstance(entry.body, Decided) else champions).append(entry.number)
    return tuple(decisions), tuple(champions)
