"""Does a store keep the promises that the ledger rests on? Tried on it, not read in its manual."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tasks.errors import UnsafeStore
from tasks.store.interface import Precondition, Store

CREATORS = 4
"""At once. SeaweedFS makes losers of a close race wait in line, a second each, so not more."""


def probe(store: Store) -> None:
    """Raise `UnsafeStore` unless `store` has one winner per key and refuses stale versions.

    Works on a fresh key under `probe/` and removes it: about ten small requests.
    """
    with _fresh_key(store) as key:
        _one_creator_wins(store, key)
        _stale_versions_are_refused(store, key)


def _one_creator_wins(store: Store, key: str) -> None:
    offers = [f"{key} {number}".encode() for number in range(CREATORS)]
    together = threading.Barrier(CREATORS)

    def created(offer: bytes) -> bool:
        together.wait()
        try:
            store.create(key, offer)
        except Precondition:
            return False
        return True

    with ThreadPoolExecutor(CREATORS) as pool:
        winners = [offer for offer, won in zip(offers, pool.map(created, offers), strict=True) if won]
    if len(winners) != 1:
        raise _unsafe(
            store, f"one of {CREATORS} concurrent creators of one object to win", f"{len(winners)} winners"
        )
    _holds(store, key, winners[0])


def _stale_versions_are_refused(store: Store, key: str) -> None:
    first = store.get(key)
    if first is None:
        raise _unsafe(store, "an object to be there after it was created", "no object")
    content, etag = first
    store.replace(key, content + b" replaced", etag=etag)
    _holds(store, key, content + b" replaced")
    try:
        store.replace(key, content + b" stale", etag=etag)
    except Precondition:
        _holds(store, key, content + b" replaced")
        return
    raise _unsafe(store, "a write over a version that is not current to be refused", "that it was accepted")


def _holds(store: Store, key: str, expected: bytes) -> None:
    found = store.get(key)
    if found is None or found[0] != expected:
        what = "no object" if found is None else "other bytes"
        raise _unsafe(store, "a read to see the last accepted write", what)


@contextmanager
def _fresh_key(store: Store) -> Iterator[str]:
    key = f"probe/{uuid.uuid4().hex}"
    try:
        yield key
    finally:
        store.delete(key)


def _unsafe(store: Store, expected: str, found: str) -> UnsafeStore:
    return UnsafeStore(
        f"The object store {store.url} does not keep its promises: expected {expected}, found {found}. "
        "Evergreen refuses to promote on it: use a store that enforces If-None-Match and If-Match.",
    )
