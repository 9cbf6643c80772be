"""Exact counts of categories, of which only so many are told apart. Pure."""

from collections import Counter
from collections.abc import Mapping

from pydantic import Field

from tasks.documents import Document, digest

MOST_CATEGORIES = 1000
_LONGEST = 100


class Categories(Document):
    """The rows of each category that is told apart, and of all `other` ones together; both are exact.

    Of more than 1,000 categories those with the smallest hashes of their names are told apart: which ones
    does not depend on the order in which they were met, so that merging is associative and commutative, and
    what is told apart in the whole is told apart in each part (bottom-k sampling: Cohen & Kaplan, PODC 2007).
    """

    counts: dict[str, int] = Field(default_factory=dict)
    other: int = 0

    @property
    def total(self) -> int:
        """All rows that have a category."""
        return sum(self.counts.values()) + self.other

    def merge(self, other: "Categories") -> "Categories":
        """The counts of both's rows."""
        counts = Counter(self.counts)
        counts.update(other.counts)
        if not self.other and not other.other:
            return _kept(counts, 0)
        # A full side has put into `other` whatever hashes beyond its last name.
        full = [one.counts for one in (self, other) if one.other]
        last = min(max(map(_place, names)) for names in full)
        beyond = {name for name in counts if _place(name) > last}
        rest = self.other + other.other + sum(counts.pop(name) for name in beyond)
        return _kept(counts, rest)


def categories(counts: Mapping[str, int]) -> Categories:
    """The categories with these counts of rows by name; names in the short form of `short_name`."""
    return _kept(Counter(counts), 0)


def short_name(name: str) -> str:
    """The name itself; of a name of more than 100 characters its beginning and its hash."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 13]}…{digest(name.encode())[:12]}"


def _kept(counts: Counter[str], other: int) -> Categories:
    if len(counts) <= MOST_CATEGORIES:
        return Categories(counts=dict(counts), other=other)
    kept = sorted(counts, key=_place)[:MOST_CATEGORIES]
    chosen = {name: counts[name] for name in kept}
    return Categories(counts=chosen, other=other + counts.total() - sum(chosen.values()))


def _place(name: str) -> str:
    return digest(name.encode())
