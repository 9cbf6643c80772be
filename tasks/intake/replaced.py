"""What an erasure does to the catalogue: in the place of each old content stands what is left of it. Pure.

Not behind the others: which revision of a period counts must not change by it.
"""

from collections.abc import Collection, Mapping

from tasks.intake.catalogue import Catalogue
from tasks.intake.revision import Revision


def replaced(catalogue: Catalogue, left: Mapping[str, tuple[str, int] | None]) -> Catalogue:
    """After an erasure: `left` has by old hash the hash and size of what is left, or None for nothing.

    The old revisions are `erasing` until `cleared` says that their bytes are gone. Again changes nothing.
    """
    old = [one for one in catalogue.revisions if one.sha256 in left]
    after = catalogue
    for one in old:
        after = after.model_copy(update={"revisions": _in_its_place(after, one, left[one.sha256])})
    new = {sha256: rest[0] if rest else None for sha256, rest in left.items()}
    originals = {one.original.sha256: new[one.sha256] for one in old if one.original}
    # What was left by an earlier erasure, and is erased from again, leads to what is left now.
    before = {sha256: new.get(one, one) if one else None for sha256, one in catalogue.erased.items()}
    erased = before | originals | new
    return after.model_copy(update={"erased": erased, "erasing": (*catalogue.erasing, *old)})


def cleared(
    catalogue: Catalogue, number: int, gone: Collection[str], removed: Collection[Revision]
) -> Catalogue:
    """After the bytes of every erasure up to `number` are gone: these revisions, these incoming objects.

    What a later erasure is about to remove stays `erasing`. Whoever delivers one of the objects again is to
    be told, so it does not count as handled.
    """
    left = tuple(one for one in catalogue.erasing if one not in removed)
    handled = {key: version for key, version in catalogue.handled.items() if key not in gone}
    last = max(number, catalogue.cleared or 0)
    return catalogue.model_copy(update={"erasing": left, "cleared": last, "handled": handled})


def _in_its_place(catalogue: Catalogue, old: Revision, rest: tuple[str, int] | None) -> tuple[Revision, ...]:
    """The revisions with what is left of `old` where it stands; it is to be judged anew.

    A release from quarantine stays: what is left are rows that whoever gave it knew.
    """
    at = catalogue.revisions.index(old)
    new: tuple[Revision, ...] = ()
    if rest is not None:
        one = Revision(
            period=old.period,
            revision=catalogue.next_revision(old.period),
            sha256=rest[0],
            size=rest[1],
            source=old.source,
            arrived=old.arrived,
            released=old.released,
        )
        new = (one,)
    return (*catalogue.revisions[:at], *new, *catalogue.revisions[at + 1 :])
