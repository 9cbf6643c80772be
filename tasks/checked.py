"""What `evergreen validate` finds goes where a run puts its reports, for every other machine and page."""

import logging
from collections.abc import Iterable

from tasks.documents import digest_file
from tasks.errors import EvergreenError
from tasks.intake import read_catalogue
from tasks.ledger import Ledger
from tasks.validate import BatchReport
from tasks.validate.shelf import keep, report_key
from tasks.workspace import Workspace

_log = logging.getLogger(__name__)


def keep_reports(home: Workspace, ledger: Ledger, reports: Iterable[BatchReport]) -> int:
    """Put the reports that the store lacks beside their batches, and say how many.

    Only of batches that the catalogue knows, with its very bytes. A store that cannot be reached stops
    nothing: the reports are in the folder, and the next `evergreen validate` or run puts them there.
    """
    try:
        return _kept(home, ledger, reports)
    except EvergreenError as error:
        _log.warning("validate: the reports are in this folder alone: %s", error)
        return 0


def _kept(home: Workspace, ledger: Ledger, reports: Iterable[BatchReport]) -> int:
    store, model = ledger.store, ledger.model
    known = {one.file: one.sha256 for one in read_catalogue(store, model).revisions}
    lacking = [
        one
        for one in reports
        if one.file in known and not store.exists(report_key(model, known[one.file], one.rules))
    ]
    same = [one for one in lacking if digest_file(home.batches / one.file) == known[one.file]]
    keep(store, model, same, known)
    return len(same)
