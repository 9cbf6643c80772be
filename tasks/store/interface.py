"""What the rest of Evergreen may ask of an object store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tasks.errors import Conflict


class Precondition(Conflict):
    """The object exists already (`create`) or is no longer the version named (`replace`)."""


@dataclass(frozen=True)
class Object:
    """An object as a listing shows it.

    `etag` changes whenever the content does; it is a version, not a hash of the content.
    """

    key: str
    etag: str
    size: int
    modified: datetime


class Documents(Protocol):
    """The little of a store that is asked for what never changes."""

    def get(self, key: str) -> tuple[bytes, str] | None:
        """As `Store.get`."""

    def put(self, key: str, data: bytes) -> str:
        """As `Store.put`."""


class Store(Protocol):
    """Keys are `/`-separated relative paths of `[A-Za-z0-9._=-]` segments; values are bytes.

    Every method raises `StoreUnavailable` when the store cannot be reached or cannot serve,
    after its own bounded time-outs and retries. A write that ends so may have happened:
    make the same call again.
    """

    @property
    def url(self) -> str:
        """Where it is, without credentials: fit for logs and for the ledger."""

    @property
    def rehearsal(self) -> bool:
        """True for a local directory: decisions made against it are rehearsals."""

    def get(self, key: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """Bytes and etag, or None where there is no such object.

        With `etag`, raises `Precondition` if the object is another version by now.
        """

    def create(self, key: str, data: bytes) -> str:
        """Write a new object and return its etag; raises `Precondition` if the key is taken.

        A lost answer is resolved by reading back: if the key holds exactly `data`,
        the call succeeded. Callers that must tell their own write from an equal one of
        somebody else put a transaction id into `data`: creating equal bytes twice succeeds twice.
        """

    def replace(self, key: str, data: bytes, *, etag: str) -> str:
        """Write over the version named by `etag`; raises `Precondition` if it is not current.

        As with `create`, a key that holds exactly `data` already means success, whoever wrote it:
        a counter that two writers raise to the same number needs a transaction id too.
        """

    def put(self, key: str, data: bytes) -> str:
        """Write without a condition: for caches, and for content-addressed keys."""

    def exists(self, key: str) -> bool:
        """Whether there is an object at `key`."""

    def delete(self, key: str) -> None:
        """Remove the object; no error if there is none."""

    def list(self, prefix: str) -> Iterator[Object]:
        """Objects whose key starts with `prefix`, in key order. A hint, never a proof."""

    def probe(self) -> None:
        """Raise `UnsafeStore` unless concurrent creation has one winner and stale etags are refused."""
