"""gc: what nobody will ask for again, with its size; removed where `retention` says so.

Nothing that the ledger leads to is in it: artifacts are listed only under keys from before the newest
abandonment, which no later registration can name, and only if no registration that was not abandoned
names them. Reports and profiles are caches: a batch that is asked about again gets new ones.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from tasks.documents import Document
from tasks.intake import read_catalogue
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.reconcile.abandon import named_keys
from tasks.run.at_work import dead_runs
from tasks.run.publishing import has_intent
from tasks.store import Object
from tasks.validate import rules_hash
from tasks.workspace import Workspace, discard

_REPORT = re.compile(r"([0-9a-f]{64})\.([0-9a-f]{64})\.json")
_PROFILE = re.compile(r"([0-9a-f]{64})\.[0-9a-f]{12}\.profile\.json")


class Garbage(Document):
    """Something that could go, why, and whether it does: `removed`, or `kept` by what setting."""

    kind: Literal["artifact", "report", "profile", "workspace"]
    name: str
    size: int
    why: str
    kept: str | None = None
    removed: bool = False


class Collected(Document):
    """What could go; `size` is in bytes, of all, and `removed_size` of what is gone."""

    schema_version: int = 1
    model: str
    dry_run: bool
    garbage: tuple[Garbage, ...]
    size: int
    removed_size: int


def collect(folder: Path, *, dry_run: bool = False, now: datetime | None = None) -> Collected:
    """List what could go, and remove what `retention` keeps no longer unless this is a dry run."""
    home, ledger = open_ledger(folder)
    now = now or datetime.now(UTC)
    found = []
    for one in (*_artifacts(home, ledger, now), *_beside_batches(home, ledger, now)):
        removed = not dry_run and one.kept is None
        if removed:
            ledger.store.delete(one.name)
        found.append(one.model_copy(update={"removed": removed}))
    found += _workspaces(home, dry_run=dry_run)
    return Collected(
        model=ledger.model,
        dry_run=dry_run,
        garbage=tuple(found),
        size=sum(one.size for one in found),
        removed_size=sum(one.size for one in found if one.removed),
    )


def _artifacts(home: Workspace, ledger: Ledger, now: datetime) -> Iterator[Garbage]:
    """Objects under keys that can be named no more, and that nothing names which was not abandoned."""
    newest = ledger.state().abandoned
    if newest is None:
        return
    days = home.params.retention.artifacts_days
    named = named_keys(ledger)
    prefix = f"artifacts/{ledger.model}/"
    for one in list(ledger.store.list(prefix)):
        after, _, _ = one.key.removeprefix(prefix).rpartition("/")
        if one.key not in named and (not after or (after.isdigit() and int(after) < newest)):
            kept = _kept(one, now, "artifacts_days", days)
            yield Garbage(
                kind="artifact", name=one.key, size=one.size, why="no registration names it", kept=kept
            )


def _beside_batches(home: Workspace, ledger: Ledger, now: datetime) -> Iterator[Garbage]:
    """Reports and profiles of content that the catalogue does not know, and reports by other rules."""
    known = {one.sha256 for one in read_catalogue(ledger.store, ledger.model).revisions}
    rules, days = rules_hash(home.params), home.params.retention.reports_days
    prefix = f"batches/{ledger.model}/"
    for one in list(ledger.store.list(prefix)):
        name = one.key.removeprefix(prefix)
        report, profile = _REPORT.fullmatch(name), _PROFILE.fullmatch(name)
        found = report or profile
        if found is None:
            continue
        by_other_rules = report is not None and report[2] != rules
        if found[1] in known and not by_other_rules:
            continue
        why = "the catalogue has no such batch" if found[1] not in known else "by rules that have changed"
        yield Garbage(
            kind="report" if report else "profile",
            name=one.key,
            size=one.size,
            why=why,
            kept=_kept(one, now, "reports_days", days),
        )


def _workspaces(home: Workspace, *, dry_run: bool) -> list[Garbage]:
    """Of killed runs that had nothing to publish: the next run would remove them too."""
    found = []
    for one in dead_runs(home):
        if has_intent(one):
            continue
        size = sum(path.lstat().st_size for path in one.root.rglob("*") if path.is_file())
        name = str(one.root.relative_to(home.root))
        found.append(Garbage(kind="workspace", name=name, size=size, why="its run died", removed=not dry_run))
        if not dry_run:
            discard(one)
    return found


def _kept(one: Object, now: datetime, setting: str, days: float | None) -> str | None:
    """Which setting keeps it, if one does."""
    if days is None:
        return f"retention.{setting} is not set"
    if now - one.modified <= timedelta(days=days):
        return f"retention.{setting}: {days:g}"
    return None
