"""Where somebody's rows are: every content that the catalogue names is read, also what is not in use."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.documents import digest
from tasks.errors import Corrupt
from tasks.intake import Catalogue, Revision, batch_bytes, bytes_key, read_catalogue
from tasks.ledger import ErasedBatch, Ledger
from tasks.workspace import Workspace

Say = Callable[[str], None]


@dataclass
class Found:
    """`batches` hold rows; `unsearched` says what may, as it cannot be read, and why.

    `present` are the keys of people that have rows. `orphans` are keys of bytes that the catalogue does not
    know, old enough to be a crash's.
    """

    searched: int = 0
    present: set[str] = field(default_factory=set)
    batches: list[ErasedBatch] = field(default_factory=list)
    unsearched: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Search:
    """What to look for, and what to do with it.

    With `keep`, what is left of each batch is put into the store, under its hash. With `whole`, content
    that cannot be searched is to go as a whole.
    """

    home: Workspace
    ledger: Ledger
    keys: frozenset[str]
    whole: bool
    keep: bool

    def run(self, say: Say) -> Found:
        """Look at every revision, and at what lies beside them."""
        found, catalogue = Found(), read_catalogue(self.ledger.store, self.ledger.model)
        known: dict[str, ErasedBatch | None] = {}
        # Below the runs while none lives: what a crash leaves of it goes with the next run.
        place = self.home.runs if self.keep else None
        with tempfile.TemporaryDirectory(dir=place, prefix="erase-") as folder:
            for at, one in enumerate(catalogue.revisions, 1):
                say(f"searching {one.period}, {at} of {len(catalogue.revisions)}")
                if one.sha256 not in known:
                    known[one.sha256] = self._searched(one, Path(folder), found)
                if (batch := known[one.sha256]) is not None:
                    found.batches.append(batch.model_copy(update={"period": one.period}))
        found.searched = len(known)
        _orphans(self.home, self.ledger, catalogue, found)
        return found

    def _searched(self, one: Revision, folder: Path, found: Found) -> ErasedBatch | None:
        from tasks.erase.rows import Unsearchable

        target = folder / "left.parquet"
        try:
            counts = self._without(one, folder / "batch.parquet", target)
        except (Unsearchable, Corrupt) as why:
            if self.whole:
                return ErasedBatch(period=one.period, old=one.sha256, new=None, rows=0, size=0)
            found.unsearched.append(f"{one.period} (revision {one.revision}, {one.status}): {why}")
            return None
        if not counts:
            return None
        found.present |= counts.keys()
        data = target.read_bytes()
        if self.keep:
            self.ledger.store.put(bytes_key(self.ledger.model, digest(data)), data)
        return ErasedBatch(
            period=one.period, old=one.sha256, new=digest(data), rows=counts.total(), size=len(data)
        )

    def _without(self, one: Revision, path: Path, target: Path) -> Counter[str]:
        """Write what is left of a batch to `target` if rows are to go, and say how many of each key."""
        from tasks.erase.rows import Unsearchable, count, without

        if one.unread:
            raise Unsearchable(str(one.reason))
        path.write_bytes(batch_bytes(self.ledger.store, self.ledger.model, one))
        rules, column = self.home.params.validation, self.home.params.person
        counts = count(path, column, self.keys, rules)
        if counts:
            without(path, target, column, self.keys, rules)
        return counts


def _orphans(home: Workspace, ledger: Ledger, catalogue: Catalogue, found: Found) -> None:
    """Bytes that no revision names: of an intake or an erasure that a crash ended, or of one at work."""
    grace = timedelta(hours=home.params.retention.grace_hours)
    known = {one.sha256 for one in catalogue.revisions}
    known |= {one.original.sha256 for one in catalogue.revisions if one.original}
    known |= {one.new for one in found.batches if one.new}
    for key, modified in _bytes(ledger):
        name = key.rpartition("/")[2].partition(".")[0]
        if name in known:
            continue
        if datetime.now(UTC) - modified > grace:
            found.orphans.append(key)
        else:
            found.unsearched.append(f"{key}: no batch yet, and younger than retention.grace_hours")


def _bytes(ledger: Ledger) -> Iterator[tuple[str, datetime]]:
    for one in list(ledger.store.list(f"batches/{ledger.model}/")):
        if one.key.endswith((".parquet", ".csv", ".csv.gz")):
            yield one.key, one.modified
