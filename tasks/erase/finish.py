"""What follows an `erased` entry: the catalogue names what is left, and the bytes that were go.

It needs the entry and not the keys, so that whoever comes after a crash can do it. Again changes nothing.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Callable
from functools import partial

from tasks.docs import publish_docs
from tasks.documents import digest
from tasks.errors import BadInput
from tasks.intake import (
    Catalogue,
    Revision,
    bytes_key,
    incoming_prefix,
    original_key,
    read_catalogue,
    update_catalogue,
)
from tasks.intake.catalogue import version_of
from tasks.intake.names import TEXT, placed
from tasks.intake.replaced import cleared, replaced
from tasks.ledger import Ledger
from tasks.ledger.erasures import Erasure, erasures
from tasks.store import Object, Precondition
from tasks.workspace import BatchFile, Workspace

Say = Callable[[str], None]


def finish(home: Workspace, ledger: Ledger, say: Say = lambda _: None) -> tuple[int, ...]:
    """Do what is left of every erasure in the ledger; the entries that something was left of.

    To be called while nothing runs in the folder.
    """
    done = read_catalogue(ledger.store, ledger.model).cleared or 0
    left = tuple(erasures(ledger, done))[::-1]
    for erasure in left:
        _finish(home, ledger, erasure, say)
    return tuple(one.number for one in left)


def _finish(home: Workspace, ledger: Ledger, erasure: Erasure, say: Say) -> None:
    store, model = ledger.store, ledger.model
    rest = {one.old: (one.new, one.size) if one.new else None for one in erasure.body.batches}
    catalogue = update_catalogue(store, model, lambda newest: replaced(newest, rest))
    gone = _incoming(home, ledger, catalogue, {one.period for one in erasure.body.batches})
    for at, one in enumerate(catalogue.erasing, 1):
        say(f"removing {one.period}, {at} of {len(catalogue.erasing)}")
        _remove(home, ledger, one)
    # Copies of rows, by each step that ever ran here: the store has all that is to be kept.
    shutil.rmtree(home.dvc_cache / "files", ignore_errors=True)
    shutil.rmtree(home.prepared, ignore_errors=True)
    shutil.rmtree(home.near, ignore_errors=True)
    if store.exists(f"validation/{model}/docs/index.html"):
        with contextlib.suppress(BadInput):
            publish_docs(store, home.params)
    done = partial(cleared, number=erasure.number, gone=gone, removed=catalogue.erasing)
    update_catalogue(store, model, done)


def _incoming(home: Workspace, ledger: Ledger, catalogue: Catalogue, periods: set[str]) -> frozenset[str]:
    """Remove objects of these periods that were taken in, but what a revision that stays was made from.

    Returns the keys of these periods at which there is nothing any more.
    """
    stays = {one.sha256 for one in catalogue.revisions}
    stays |= {one.original.sha256 for one in catalogue.revisions if one.original}
    listed = list(ledger.store.list(incoming_prefix(ledger.model)))
    for period, one in placed(listed, home.params.intake.calendar)[0]:
        taken_in = catalogue.handled.get(one.key, "").startswith(version_of(one))
        data = _listed(ledger, one) if period in periods and taken_in else None
        if data is not None and digest(data) not in stays:
            ledger.store.delete(one.key)
    mine = (key for key in catalogue.handled if key.rpartition("/")[2].partition(".")[0] in periods)
    return frozenset(key for key in mine if not ledger.store.exists(key))


def _listed(ledger: Ledger, one: Object) -> bytes | None:
    """The bytes that were listed; None if they are gone, or a producer has written others since."""
    try:
        found = ledger.store.get(one.key, etag=one.etag)
    except Precondition:
        return None
    return found[0] if found else None


def _remove(home: Workspace, ledger: Ledger, old: Revision) -> None:
    """Everything that holds rows of this content; its bytes last, for they say what DVC calls them."""
    store, model = ledger.store, ledger.model
    for prefix in (f"quarantine/{model}/{old.period}.{old.sha256[:12]}.", f"batches/{model}/{old.sha256}."):
        for one in list(store.list(prefix)):
            if one.key != bytes_key(model, old.sha256):
                store.delete(one.key)
    if old.original is not None:
        for ending in TEXT:
            store.delete(original_key(model, old.original.sha256, ending))
    if (found := store.get(bytes_key(model, old.sha256))) is not None:
        store.delete(_in_dvc(found[0]))
        store.delete(bytes_key(model, old.sha256))
    batch = BatchFile(old.period, old.sha256[:12])
    (home.batches / batch.name).unlink(missing_ok=True)
    (home.validation / batch.report).unlink(missing_ok=True)


def _in_dvc(data: bytes) -> str:
    """Where DVC keeps these bytes in its remote, which is the store: its documented layout."""
    name = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return f"dvc/files/md5/{name[:2]}/{name[2:]}"
