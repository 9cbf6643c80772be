"""The catalogue: every batch revision that ever arrived, and what became of it.

One small object in the store, replaced by compare-and-swap. The bytes lie beside it, named by
their hash, from before the catalogue mentions them: what it acknowledges, it can bring back.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from tasks.documents import Document, Hash, digest
from tasks.errors import Conflict, Corrupt
from tasks.intake.names import is_text
from tasks.intake.revision import Note, Release, Revision, Text
from tasks.store import Documents, Object, Precondition, Store

_ATTEMPTS = 50


class Catalogue(Document):
    """All revisions in the order of arrival, and the version of each incoming object that was handled.

    Of erasures: `erased` says by hash what took the place of content that is gone, `erasing` are old
    revisions whose bytes may still be there, and `cleared` is the newest erasure that is finished.
    """

    revisions: tuple[Revision, ...] = ()
    handled: dict[str, str] = Field(default_factory=dict)
    erased: dict[Hash, Hash | None] = Field(default_factory=dict, exclude_if=lambda erased: not erased)
    erasing: Annotated[tuple[Revision, ...], Field(exclude_if=lambda erasing: not erasing)] = ()
    cleared: Annotated[int | None, Field(exclude_if=lambda cleared: cleared is None)] = None

    @property
    def corrects(self) -> bool:
        """Whether any period has more than one revision."""
        return any(one.revision > 1 for one in self.revisions)

    def newest(self, period: str) -> Revision | None:
        """The newest revision of a period, whatever its status."""
        return next((one for one in reversed(self.revisions) if one.period == period), None)

    def next_revision(self, period: str) -> int:
        """The number of the period's next revision."""
        return 1 + max((one.revision for one in self.revisions if one.period == period), default=0)

    def unhandled(self, objects: Iterable[Object], terms: str = "") -> list[Object]:
        """Incoming objects whose present version has not been handled.

        Text that became the newest revision of its period is read again under other `terms`.
        """
        newest = {one.period: one.source for one in self.revisions}
        sources = set(newest.values())

        def handled(one: Object) -> bool:
            if self.handled.get(one.key) == version_of(one, terms):
                return True
            return self.was_read(one) and one.key not in sources

        return [one for one in objects if not handled(one)]

    def was_read(self, one: Object) -> bool:
        """Whether this is text whose bytes were handled, on whatever terms."""
        return self.handled.get(one.key, "").rpartition(":")[0] == version_of(one)

    def usable(self, rules: str) -> tuple[Revision, ...]:
        """For each period, in order, its newest revision that these rules have not blocked."""
        chosen: dict[str, Revision] = {}
        for one in self.revisions:
            if not one.blocked_under(rules):
                chosen[one.period] = one
        return tuple(chosen[period] for period in sorted(chosen))

    def pending(self, rules: str) -> tuple[Revision, ...]:
        """Usable revisions that have not been accepted yet."""
        return tuple(one for one in self.usable(rules) if one.status != "accepted")

    def blocked(self, rules: str) -> tuple[Revision, ...]:
        """The periods' newest revisions, of those that these rules have blocked."""
        newest = {one.period: one for one in self.revisions}
        return tuple(one for one in newest.values() if one.blocked_under(rules))

    def with_arrival(
        self, period: str, sha256: str, source: Object, arrived: str, text: Text | None = None
    ) -> "Catalogue":
        """After one more arrival; content that the period already has is no new revision.

        `text` says what became of an object that was not Parquet; text that is refused again may be so for
        another reason. Content that comes back brings its release along.
        """
        handled = {**self.handled, source.key: version_of(source, text.terms if text else "")}
        newest = self.newest(period)
        reason = f"{period}: {text.unfit}" if text is not None and text.unfit is not None else None
        if newest is not None and newest.sha256 == sha256:
            kept = tuple(
                one.model_copy(update={"reason": reason}) if reason and one is newest else one
                for one in self.revisions
            )
            return self.model_copy(update={"revisions": kept, "handled": handled})
        before = [one for one in self.revisions if (one.period, one.sha256) == (period, sha256)]
        one = Revision(
            period=period,
            revision=self.next_revision(period),
            sha256=sha256,
            size=text.size if text else source.size,
            source=source.key,
            arrived=arrived,
            original=text.original if text else None,
            released=before[-1].released if before else None,
        )
        if reason is not None:
            one = one.model_copy(update={"status": "blocked", "reason": reason, "unread": True})
        return self.model_copy(update={"revisions": (*self.revisions, one), "handled": handled})

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


def version_of(one: Object, terms: str = "") -> str:
    """What changes when an incoming object does; of text, also when the `terms` do that it is read on."""
    return f"{one.etag}:{one.size}" + (f":{terms}" if terms and is_text(one.key) else "")


def catalogue_key(model: str) -> str:
    """Where a model's catalogue lies."""
    return f"batches/{model}/catalogue.json"


def bytes_key(model: str, sha256: str) -> str:
    """Where a revision's bytes lie."""
    return f"batches/{model}/{sha256}.parquet"


def original_key(model: str, sha256: str, ending: str) -> str:
    """Where the text that became a revision lies."""
    return f"batches/{model}/{sha256}{ending}"


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


def batch_bytes(store: Documents, model: str, revision: Revision) -> bytes:
    """A revision's bytes, hashed again; raises `Corrupt` if they are missing or not what arrived."""
    return content(store, model, revision.sha256, f"revision {revision.revision} of {revision.period}")


def content(store: Documents, model: str, sha256: str, what: str) -> bytes:
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
