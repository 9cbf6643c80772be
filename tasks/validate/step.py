"""The step: each batch is checked once per content and rules; its report stays beside it."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.documents import write_atomically
from tasks.params import Params
from tasks.validate.found import Expectation, Found
from tasks.validate.own import refuse_if_unseen
from tasks.validate.result import BatchReport, KnownReports, changes, rules_document, rules_hash
from tasks.workspace import BatchFile, Workspace

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from tasks.validate.verdict import Verdict

_log = logging.getLogger(__name__)

Check = Callable[[Path, BatchFile, Params, str], BatchReport]
"""Judges one file: (path, batch, params, rules' hash)."""


@dataclass(frozen=True)
class Validation:
    """Reports of every batch at hand, and those of them that had to be made now.

    `again` says how many had been checked under other rules before, and what changed in the rules.
    """

    reports: tuple[BatchReport, ...]
    made: tuple[BatchReport, ...]
    again: str | None = None

    @property
    def checked(self) -> int:
        """How many were checked now."""
        return len(self.made)

    @property
    def blocked(self) -> tuple[BatchReport, ...]:
        """The batches that break a rule."""
        return tuple(report for report in self.reports if not report.passed)

    def told(self, arrived: Collection[str]) -> tuple[BatchReport, ...]:
        """The good batches that are of these periods, or were checked now."""
        made = {one.file for one in self.made}
        good = (one for one in self.reports if one.passed)
        return tuple(one for one in good if one.file in made or one.period in arrived)


def validate(workspace: Workspace, check: Check | None = None) -> Validation:
    """Check every batch of the workspace that these rules have not checked, and write its report.

    Blocked batches are in the result, for the caller to act on; their reports are written too.
    `check` is `check_batch`, or a `Checker`, which does the same in a process of its own.
    """
    check = check or check_batch
    params = workspace.params
    refuse_if_unseen(workspace)
    rules = rules_hash(params)
    workspace.validation.mkdir(parents=True, exist_ok=True)
    batches = workspace.batch_files()
    there = KnownReports(workspace.validation)
    known = [there.of(batch) for batch in batches]
    again = _again(workspace, [one.rules != rules for one in known if one is not None].count(True))
    reports, made = list[BatchReport](), list[BatchReport]()
    for batch, before in zip(batches, known, strict=True):
        if before is not None and before.rules == rules:
            reports.append(before)
            continue
        report = check(workspace.batches / batch.name, batch, params, rules)
        write_atomically(workspace.validation / batch.report, report.to_bytes())
        reports.append(report)
        made.append(report)
    _tidy(workspace, there.others({batch.report for batch in batches}))
    return Validation(tuple(reports), tuple(made), again)


def _again(workspace: Workspace, count: int) -> str | None:
    """How many batches are checked once more, and why."""
    if not count:
        return None
    before = workspace.rules.read_bytes() if workspace.rules.exists() else b""
    what = "; ".join(changes(before, rules_document(workspace.params)))
    said = f"the rules have changed ({what}): {count} batch{'es' * (count > 1)} checked again"
    _log.warning("validate: %s", said)
    return said


def _tidy(workspace: Workspace, others: Iterable[str]) -> None:
    """Leave the reports that count, and the rules by which they judge."""
    for name in {*others} - {workspace.rules.name, workspace.released.name}:
        (workspace.validation / name).unlink(missing_ok=True)
    document = rules_document(workspace.params)
    if not workspace.rules.exists() or workspace.rules.read_bytes() != document:
        write_atomically(workspace.rules, document)


def check_batch(path: Path, batch: BatchFile, params: Params, rules: str) -> BatchReport:
    """Judge one file: first what the file itself says, then the suite on its rows."""
    from tasks.validate.reach import beyond
    from tasks.validate.schema import Unreadable, open_batch
    from tasks.validate.suite import expectations
    from tasks.validate.verdict import Verdict

    def report(rows: int | None, checks: int, found: "Verdict") -> BatchReport:
        return BatchReport(
            period=batch.period,
            file=batch.name,
            rules=rules,
            rows=rows,
            checks=checks,
            failures=found.failures,
            warnings=found.warnings,
            quarantine=found.quarantine,
        )

    file, failures = open_batch(path, params.validation)
    declared = len(params.validation.columns)
    if file is None:
        return report(None, declared, Verdict(tuple(failures)))
    suite = expectations(params, batch.period)
    rows = file.metadata.num_rows
    _log.info("validate %s: %d rows, %d checks", batch.period, rows, len(suite) + declared)
    try:
        with file:
            if failures := list(beyond(file, params.validation.columns)):
                return report(rows, declared, Verdict(tuple(failures)))
            return report(rows, len(suite) + declared, judge(path, file, suite, params))
    except Unreadable as unreadable:
        return report(None, declared, Verdict((unreadable.failure,)))


def judge(path: Path, file: "pq.ParquetFile", suite: list[Expectation], params: Params) -> "Verdict":
    """Run the suite here, and in Great Expectations what only that knows; raises `Unreadable`."""
    import pyarrow as pa

    from tasks.validate.engine import run
    from tasks.validate.known import knows
    from tasks.validate.reading import reading
    from tasks.validate.schema import scan
    from tasks.validate.suite import in_great_expectations
    from tasks.validate.verdict import rows_aside, verdict

    columns = params.validation.columns
    ours = [one for one in suite if knows(one, columns)]
    rows, theirs = file.metadata.num_rows, list[Found]()
    aside = rows_aside(ours, params, rows)
    own, threads = reading(path, file, params.validation)
    found = list(run(own, ours, aside, file.schema_arrow.names, threads))
    if rest := [one for one in suite if not knows(one, columns)]:
        table = pa.Table.from_batches(scan(file, list(columns)))
        # Without what pandas wrote of itself: it would make an index of a column that is asked for.
        theirs = in_great_expectations(table.replace_schema_metadata(None).to_pandas(), rest)
    return verdict(found, theirs, aside, params, rows)
