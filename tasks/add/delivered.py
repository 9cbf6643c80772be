"""What has been delivered of each period: the object that lies there, or what intake took in before."""

from dataclasses import dataclass

from tasks.errors import Conflict
from tasks.intake import Catalogue, Revision, batch_bytes, incoming_prefix
from tasks.intake.catalogue import version_of
from tasks.intake.names import is_text, placed
from tasks.params import Params
from tasks.store import Object, Store


@dataclass(frozen=True)
class Delivered:
    """One period: the Parquet object that lies there, if one does, and its newest revision, if it has one.

    `text` is the key of what was delivered as CSV, which is not compared; `sha256` the hash of the content,
    where it is known unread; `erased` whether rows were erased from what counts now.
    """

    object: Object | None
    revision: Revision | None
    text: str | None
    sha256: str | None
    erased: bool

    def read(self, store: Store, model: str) -> bytes:
        """The content, of the version that was listed; raises `Precondition` if it is another by now."""
        if self.object is not None:
            found = store.get(self.object.key, etag=self.object.etag)
            if found is None:
                raise Conflict(f"{self.object.key}: was taken away meanwhile: run the same command again")
            return found[0]
        assert self.revision is not None  # noqa: S101 - one of the two is there
        return batch_bytes(store, model, self.revision)


def delivered(store: Store, params: Params, catalogue: Catalogue) -> dict[str, Delivered]:
    """By period, in order: what lies there, and what the catalogue has."""
    found, _ = placed(store.list(incoming_prefix(params.model)), params.intake.calendar)
    lying: dict[str, list[Object]] = {}
    for period, one in found:
        lying.setdefault(period, []).append(one)
    newest = {one.period: one for one in catalogue.revisions}
    return {
        period: _delivered(lying.get(period, []), newest.get(period), catalogue)
        for period in sorted(lying.keys() | newest.keys())
    }


def _delivered(objects: list[Object], newest: Revision | None, catalogue: Catalogue) -> Delivered:
    text = next((one.key for one in objects if is_text(one.key)), None)
    if not objects and newest is not None and (newest.original or newest.unread):
        text = newest.source
    parquet = next((one for one in objects if not is_text(one.key)), None)
    erased = newest is not None and newest.sha256 in catalogue.erased.values()
    return Delivered(parquet, newest, text, _known_hash(parquet, newest, catalogue), erased)


def _known_hash(one: Object | None, newest: Revision | None, catalogue: Catalogue) -> str | None:
    if newest is None or one is None:
        return newest.sha256 if newest else None
    handled = catalogue.handled.get(one.key) == version_of(one)
    return newest.sha256 if handled and newest.source == one.key else None
