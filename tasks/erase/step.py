"""The step: find somebody's rows, say in the ledger what goes, and then let it go.

The entry comes before anything is removed, and all that is left to do follows from it: after a crash the
same command, another erasure or `evergreen reconcile` goes on. Before the entry nothing goes that the
catalogue names: only bytes that a crash left long ago, and incoming objects that were erased once already.
"""

from contextlib import nullcontext
from pathlib import Path

from tasks.documents import Document, digest
from tasks.erase.entry import refuse_if_at_work, write_entry
from tasks.erase.finish import Say, finish
from tasks.erase.keys import keys_of, silent_reason
from tasks.erase.resting import Resting, resting_on
from tasks.erase.search import Found, Search
from tasks.intake import intake, read_catalogue
from tasks.intake.delimited import terms
from tasks.intake.names import incoming_prefix
from tasks.ledger import ErasedBatch, Ledger, State
from tasks.opening import open_ledger
from tasks.run.at_work import at_rest
from tasks.workspace import Workspace


class Erasing(Document):
    """What was found, and is gone unless this was a `dry_run`; `entry` is the ledger's.

    `absent` counts keys of which no row was found. `decisions` and `champions` are entries that were made
    from these rows, drills and rollbacks too; of the `unknown` nobody can tell. `unsearched` is what may hold
    more rows. `finished` are earlier erasures that a crash had left.
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
    unknown: tuple[int, ...]
    absent: int
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
    # As they were given, too: 007 is another name of 7.
    said = silent_reason(reason, wanted.union(keys))
    with nullcontext() if dry_run else at_rest(home):
        finished: tuple[int, ...] = ()
        # Before the earlier ones are finished: one that comes after that is in no catalogue that is searched.
        seen = ledger.state()
        if not dry_run:
            refuse_if_at_work(seen, home.params.retention.grace_hours)
            finished = finish(home, ledger, say)
            # What has arrived counts, too: its copies are found by what the catalogue says of them.
            intake(home.params, ledger.store)
        found = Search(home, ledger, wanted, whole=whole, keep=not dry_run).run(say)
        found.unsearched += _waiting(home, ledger, remove=not dry_run)
        resting = Resting()
        if found.batches:
            say("looking for what was made from these rows")
            resting = resting_on(ledger, found.batches)
        entry = None if dry_run else _carried_out(home, ledger, found, said, seen, say)
    champion = ledger.state().champion
    return Erasing(
        model=ledger.model,
        dry_run=dry_run,
        entry=entry,
        rows=sum(one.rows for one in found.batches),
        batches=tuple(found.batches),
        decisions=resting.decisions,
        champions=resting.champions,
        in_office=champion is not None and champion.number in resting.champions,
        unknown=resting.unknown,
        absent=len(wanted - found.present),
        searched=found.searched,
        unsearched=tuple(found.unsearched),
        orphans=tuple(found.orphans),
        finished=finished,
    )


def _carried_out(
    home: Workspace, ledger: Ledger, found: Found, reason: str, seen: State, say: Say
) -> int | None:
    for key in found.orphans:
        ledger.store.delete(key)
    if not found.batches:
        return None
    entry = write_entry(ledger, found, reason, seen, home.params.retention.grace_hours)
    finish(home, ledger, say)
    return entry


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
