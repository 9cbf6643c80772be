"""What validation found, as a page in the store: `validation/<model>/docs/index.html`."""

from dataclasses import dataclass
from pathlib import Path

from tasks.errors import BadInput
from tasks.intake import read_catalogue
from tasks.params import Params
from tasks.store import Store
from tasks.validate import rules_hash
from tasks.validate.shelf import read_report
from tasks.workspace import BatchFile

_MOST = 48
"""Batches on the page, the newest ones."""


@dataclass(frozen=True)
class Docs:
    """Where the page lies, the page, and how many batches it shows and of them are blocked."""

    url: str
    page: bytes
    batches: int
    blocked: int


def publish_docs(store: Store, params: Params) -> Docs:
    """Draw the page from the reports in the store, and put it there.

    Raises `BadInput` where nothing has been taken in.
    """
    # Whoever publishes nothing needs no templates.
    from tasks.report.validation import Judged, render_validation
    from tasks.validate.suite import in_words

    catalogue, rules = read_catalogue(store, params.model), rules_hash(params)
    newest = {one.period: one for one in catalogue.revisions}
    if not newest:
        raise BadInput(f"{params.model}: no batch has been taken in: run `evergreen intake`")
    periods = sorted(newest)[-_MOST:]
    shown = [newest[period] for period in periods]
    batches = [
        Judged(one, read_report(store, params.model, BatchFile.named(one.file, Path()), one.sha256, rules))
        for one in shown
    ]
    page = render_validation(
        params.model, rules, batches, in_words(params, periods[-1]), len(newest) - len(periods)
    ).encode()
    key = f"validation/{params.model}/docs/index.html"
    store.put(key, page)
    blocked = sum(one.verdict == "blocked" for one in batches)
    return Docs(f"{store.url}/{key}", page, len(batches), blocked)
