"""Which rows of later batches are in quarantine, and so are none that a model would learn from."""

from collections.abc import Iterable

from tasks.intake import Revision
from tasks.params import Params
from tasks.store import Documents
from tasks.validate import rules_hash
from tasks.validate.shelf import read_report
from tasks.workspace import BatchFile


def in_quarantine(
    store: Documents, params: Params, revisions: Iterable[Revision]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The rows that today's rules keep aside and nobody has released, by period; and what is not checked.

    A period is not checked where the store has no report on it under today's rules.
    """
    if params.validation.quarantine is None:
        return {}, ()
    rules, aside, unchecked = rules_hash(params), dict[str, str](), list[str]()
    for one in revisions:
        if one.release_under(rules):
            continue
        batch = BatchFile(one.period, one.sha256[:12])
        report = read_report(store, params.model, batch, one.sha256, rules)
        if report is None:
            unchecked.append(one.period)
        elif report.quarantine is not None:
            aside[one.period] = report.quarantine.places
    return aside, tuple(unchecked)
