"""quarantine: which rows are kept aside, what they are, and a person's word that they are good after all."""

import io
from datetime import UTC, datetime

from tasks.documents import Document
from tasks.errors import BadInput, Refused
from tasks.intake import Catalogue, Release, Revision, batch_bytes, read_catalogue, update_catalogue
from tasks.ledger import Ledger
from tasks.ledger.reason import actor, reason_of
from tasks.validate import BatchReport, rules_hash
from tasks.validate.quarantined import quarantine_key, rows_in_quarantine
from tasks.validate.result import Quarantine
from tasks.validate.shelf import read_report
from tasks.validate.told import Told, told_rows
from tasks.workspace import BatchFile, Workspace

SHOWN = 20
"""As many rows as `show` tells; the object in the store has all."""


class Rule(Document):
    """A rule that rows break."""

    column: str
    rule: str
    message: str
    rows: int


class Aside(Document):
    """The rows of one batch that today's rules keep aside: how many of how many, why, and under which key.

    Where `released` is there, they count all the same.
    """

    period: str
    file: str
    rows: int
    of: int
    rules: tuple[Rule, ...]
    key: str
    released: Release | None = None


class Listing(Document):
    """Batches with rows in quarantine; `unchecked` are periods that no run has judged by today's rules."""

    schema_version: int = 1
    batches: tuple[Aside, ...]
    unchecked: tuple[str, ...]


class Shown(Document):
    """A batch's quarantine with its first rows, each by column; what is no JSON is told as text."""

    schema_version: int = 1
    batch: Aside
    first: tuple[dict[str, Told], ...]


class Done(Document):
    """A release that was written."""

    schema_version: int = 1
    batch: Aside


def listing(home: Workspace, ledger: Ledger) -> Listing:
    """What runs have kept aside of the batches in use."""
    rules = rules_hash(home.params)
    accepted = [one for one in _usable(home, ledger) if one.status == "accepted"]
    reports = [(one, _report(ledger, one, rules)) for one in accepted]
    return Listing(
        batches=tuple(
            _aside(ledger, one, report, report.quarantine)
            for one, report in reports
            if report and report.quarantine
        ),
        unchecked=tuple(one.period for one, report in reports if report is None),
    )


def show(home: Workspace, ledger: Ledger, period: str) -> Shown:
    """The first rows of a period that are kept aside; raises `BadInput` where there are none.

    Raises `Corrupt` where the batch's bytes are missing or others.
    """
    import pyarrow.parquet as pq

    revision, report, found = _in_quarantine(home, ledger, period)
    # From the batch itself: what lies under `key` is a copy, and anybody's to delete.
    file = pq.ParquetFile(io.BytesIO(batch_bytes(ledger.store, ledger.model, revision)))
    rows = rows_in_quarantine(file, found, list(home.params.validation.columns)).slice(0, SHOWN)
    return Shown(batch=_aside(ledger, revision, report, found), first=tuple(told_rows(rows)))


def release(home: Workspace, ledger: Ledger, period: str, *, reason: str) -> Done:
    """Have the rows of a period count after all, under today's rules and for this content only.

    Raises `BadInput` where none is kept aside, and `Refused` if they are released already, if a label is
    what is bad, or if another batch came meanwhile.
    """
    said, label = reason_of(reason), home.params.prepare.label.column
    revision, report, found = _in_quarantine(home, ledger, period)
    rules = report.rules
    if revision.release_under(rules):
        raise Refused(f"{period}: its rows in quarantine are released already; this reason was not written")
    if any(one.column == label for one in found.broken):
        raise Refused(
            f"{period}: {label} is the label, and no model can learn one that is none; correct the batch, or "
            f"change validate.columns.{label} in params.yaml"
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    word = Release(rules=rules, rows=found.rows, reason=said, actor=actor(), time=now)

    def change(newest: Catalogue) -> Catalogue:
        today = {one.period: one for one in newest.usable(rules)}.get(period)
        if today is None or today.sha256 != revision.sha256:
            raise Refused(f"{period}: another batch came meanwhile, and nothing was released")
        return newest.with_release(revision, word)

    update_catalogue(ledger.store, ledger.model, change)
    return Done(batch=_aside(ledger, revision.model_copy(update={"released": word}), report, found))


def _usable(home: Workspace, ledger: Ledger) -> tuple[Revision, ...]:
    return read_catalogue(ledger.store, ledger.model).usable(rules_hash(home.params))


def _report(ledger: Ledger, one: Revision, rules: str) -> BatchReport | None:
    batch = BatchFile(one.period, one.sha256[:12])
    return read_report(ledger.store, ledger.model, batch, one.sha256, rules)


def _in_quarantine(home: Workspace, ledger: Ledger, period: str) -> tuple[Revision, BatchReport, Quarantine]:
    revision = {one.period: one for one in _usable(home, ledger)}.get(period)
    report = _report(ledger, revision, rules_hash(home.params)) if revision else None
    if revision is None or report is None or report.quarantine is None:
        raise BadInput(
            f"{period}: expected a batch with rows in quarantine, as a run under today's rules has left it, "
            "found none; see `evergreen quarantine list`"
        )
    return revision, report, report.quarantine


def _aside(ledger: Ledger, one: Revision, report: BatchReport, found: Quarantine) -> Aside:
    return Aside(
        period=one.period,
        file=one.file,
        rows=found.rows,
        of=report.rows or 0,
        rules=tuple(Rule(**each.model_dump(exclude={"places"})) for each in found.broken),
        key=quarantine_key(ledger.model, report),
        released=one.release_under(report.rules),
    )
