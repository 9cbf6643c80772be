"""The catalogue: every batch revision that ever arrived, and what became of it.

One small object in the store, replaced by compare-and-swap. The bytes lie beside it, named by
their hash, from before the catalogue mentions them: what it acknowledges, it can bring back.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from tasks.documents import Document, Hash, digest
from tasks.errors import Conflict, Corrupt
from tasks.store import Object, Precondition, Store

_ATTEMPTS = 50


class Note(Document):
    """What validation told of a batch that it accepted: rows in quarantine, warnings."""

    quarantined: str | None = None
    warning: str | None = None


class Release(Document):
    """A person's word that the rows which these rules keep in quarantine are good."""

    rules: Hash
    rows: int
    reason: str
    actor: str
    time: str


class Revision(Document):
    """One content of one period: `source` is the key that brought it, `blocked_by` the rules' hash."""

    period: str
    revision: int = Field(ge=1)
    sha256: Hash
    size: int
    source: str
    arrived: str
    status: Literal["arrived", "accepted", "blocked"] = "arrived"
    blocked_by: Hash | None = None
    reason: str | None = None
    note: Annotated[Note | None, Field(exclude_if=lambda note: note is None)] = None
    released: Annotated[Release | None, Field(exclude_if=lambda release: release is None)] = None

    def release_under(self, rules: str) -> Release | None:
        """The release that is in force under these rules: rules that have changed keep rows aside again."""
        return self.released if self.released is not None and self.released.rules == rules else None

    @property
    def file(self) -> str:
        """Its file's name in a workspace."""
        return f"{self.period}.{self.sha256[:12]}.parquet"


class Catalogue(Document):
    """All revisions in the order of arrival, and the version of each incoming object that was handled."""

    revisions: tuple[Revision, ...] = ()
    handled: dict[str, str] = Field(default_factory=dict)

    def newest(self, period: str) -> Revision | None:
        """The newest revision of a period, whatever its status."""
        return next((one for one in reversed(self.revisions) if one.period == period), None)

    def unhandled(self, objects: Iterable[Object]) -> list[Object]:
        """Incoming objects whose present version has not been handled."""
        return [one for one in objects if self.handled.get(one.key) != version_of(one)]

    def usable(self, rules: str) -> tuple[Revision, ...]:
        """For each period, in order, its newest revision that these rules have not blocked."""
        chosen: dict[str, Revision] = {}
        for one in self.revisions:
            if not (one.status == "blocked" and one.blocked_by == rules):
                chosen[one.period] = one
        return tuple(chosen[period] for period in sorted(chosen))

    def pending(self, rules: str) -> tuple[Revision, ...]:
        """Usable revisions that have not been accepted yet."""
        return tuple(one for one in self.usable(rules) if one.status != "accepted")

    def with_arrival(self, period: str, sha256: str, source: Object, arrived: str) -> "Catalogue":
        """After one more arrival; content that the period already has is no new revision."""
        handled = {**self.handled, source.key: version_of(source)}
        newest = self.newest(period)
        if newest is not None and newest.sha256 == sha256:
            return self.model_copy(update={"handled": handled})
        one = Revision(
            period=period,
            revision=newest.revision + 1 if newest else 1,
            sha256=sha256,
            size=source.size,
            source=source.key,
            arrived=arrived,
        )
        return Catalogue(revisions=(*self.revisions, one), handled=handled)

    def with_verdicts(
        self,
        accepted: Iterable[str],
        blocked: dict[str, str],
        rules: str,
        notes: Mapping[str, Note] = MappingProxyType({}),
    ) -> "Catalogue":
        """After validation: files that were accepted, with notes, and those blocked with their reasons."""
        names = set(accepted)

        def judged(one: Revision) -> Revision:
            if one.file in names:
                update = {"status": "accepted", "blocked_by": None, "reason": None}
                return one.model_copy(update=update | {"note": notes.get(one.file)})
            if one.file in blocked:
                update = {"status": "blocked", "blocked_by": rules, "reason": blocked[one.file]}
                return one.model_copy(update=update | {"note": None})
            return one

        return self.model_copy(update={"revisions": tuple(judged(one) for one in self.revisions)})

    def with_release(self, revision: Revision, release: Release) -> "Catalogue":
        """After somebody has released this revision's rows from quarantine."""
        same = (revision.period, revision.sha256)
        revisions = (
            one.model_copy(update={"released": release}) if (one.period, one.sha256) == same else one
            for one in self.revisions
        )
        return self.model_copy(update={"revisions": tuple(revisions)})


def released_files(revisions: Iterable[Revision], rules: str) -> dict[str, Hash]:
    """The rules under which rows of these batches count all the same, today's, by the file's name."""
    return {one.file: rules for one in revisions if one.release_under(rules)}


def version_of(one: Object) -> str:
    """What changes when an incoming object does."""
    return f"{one.etag}:{one.size}"


def catalogue_key(model: str) -> str:
    """Where a model's catalogue lies."""
    return f"batches/{model}/catalogue.json"


def bytes_key(model: str, sha256: str) -> str:
    """Where a revision's bytes lie."""
    return f"batches/{model}/{sha256}.parquet"


def read_catalogue(store: Store, model: str) -> Catalogue:
    """The catalogue as of now; empty where nothing has arrived."""
    return _read(store, model)[0]


def update_catalogue(store: Store, model: str, change: Callable[[Catalogue], Catalogue]) -> Catalogue:
    """Apply a pure `change` by compare-and-swap, again on the newest catalogue if others were faster."""
    for _ in range(_ATTEMPTS):
        catalogue, etag = _read(store, model)
        changed = change(catalogue)
        if changed == catalogue:
            return catalogue
        data = changed.to_bytes()
        try:
            if etag is None:
                store.create(catalogue_key(model), data)
            else:
                store.replace(catalogue_key(model), data, etag=etag)
        except Precondition:
            continue
        return changed
    raise Conflict(f"{catalogue_key(model)}: {_ATTEMPTS} others were faster in a row; try again")


def batch_bytes(store: Store, model: str, revision: Revision) -> bytes:
    """A revision's bytes, hashed again; raises `Corrupt` if they are missing or not what arrived."""
    return content(store, model, revision.sha256, f"revision {revision.revision} of {revision.period}")


def content(store: Store, model: str, sha256: str, what: str) -> bytes:
    """The bytes of this hash, hashed again; raises `Corrupt`, saying `what` they are, as `batch_bytes`."""
    key = bytes_key(model, sha256)
    found = store.get(key)
    if found is None:
        raise Corrupt(f"{key}: expected {what}, found nothing")
    if digest(found[0]) != sha256:
        raise Corrupt(f"{key}: its bytes hash to {digest(found[0])[:12]}…, not to its name")
    return found[0]


def _read(store: Store, model: str) -> tuple[Catalogue, str | None]:
    found = store.get(catalogue_key(model))
    if found is None:
        return Catalogue(), None
    return Catalogue.parse(found[0], catalogue_key(model)), found[1]
