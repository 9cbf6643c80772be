"""Reports beside the batches in the store: who has checked a batch has checked it for every run and machine.

`batches/<model>/<SHA-256 of the bytes>.<hash of the rules>.json`: a report is of one content under one
set of rules, and never changes.
"""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from tasks.documents import write_atomically
from tasks.store import Documents, Store
from tasks.validate.result import BatchReport, KnownReports, rules_hash
from tasks.workspace import BatchFile, Workspace


def report_key(model: str, sha256: str, rules: str) -> str:
    """Where the report on these bytes under these rules lies."""
    return f"batches/{model}/{sha256}.{rules}.json"


def bring(store: Store, workspace: Workspace, hashes: Mapping[str, str]) -> int:
    """Bring the reports that the workspace lacks, and say how many there were.

    `hashes` has the SHA-256 of each batch by its file's name.
    """
    rules, model = rules_hash(workspace.params), workspace.params.model
    there, brought = KnownReports(workspace.validation), 0
    for batch in workspace.batch_files():
        known = there.of(batch)
        if batch.name in hashes and (known is None or known.rules != rules):
            report = read_report(store, model, batch, hashes[batch.name], rules)
            if report is not None:
                write_atomically(workspace.validation / batch.report, report.to_bytes())
                brought += 1
    return brought


def keep(store: Store, model: str, reports: Iterable[BatchReport], hashes: Mapping[str, str]) -> None:
    """Put these reports beside their batches; one that is there already is the same."""
    for report in reports:
        store.put(report_key(model, hashes[report.file], report.rules), report.to_bytes())


def read_report(
    store: Documents, model: str, batch: BatchFile, sha256: str, rules: str
) -> BatchReport | None:
    """The report on a batch under these rules; one that is damaged or speaks of something else is none."""
    found = store.get(report_key(model, sha256, rules))
    if found is None:
        return None
    try:
        report = BatchReport.model_validate_json(found[0])
    except ValidationError:
        return None
    return report if (report.file, report.period, report.rules) == (batch.name, batch.period, rules) else None
