"""One content of one period, as it arrived, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from tasks.documents import Document, Hash


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


class Original(Document):
    """The text that became a batch, as it arrived: kept beside it."""

    sha256: Hash
    size: int


class Revision(Document):
    """One content of one period: `source` is the key that brought it, `blocked_by` the rules' hash.

    `original` is there where that was CSV. `unread` is one that could not become a batch, under any
    rules: it was blocked at the door, and its own bytes are the original's.
    """

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
    original: Annotated[Original | None, Field(exclude_if=lambda one: one is None)] = None
    unread: Annotated[bool, Field(exclude_if=lambda unread: not unread)] = False

    def release_under(self, rules: str) -> Release | None:
        """The release that is in force under these rules: rules that have changed keep rows aside again."""
        return self.released if self.released is not None and self.released.rules == rules else None

    def blocked_under(self, rules: str) -> bool:
        """Whether these rules have blocked it, or whatever rules would."""
        return self.status == "blocked" and (self.unread or self.blocked_by == rules)

    @property
    def file(self) -> str:
        """Its file's name in a workspace."""
        return f"{self.period}.{self.sha256[:12]}.parquet"


@dataclass(frozen=True)
class Text:
    """What became of text that arrived: a batch of `size` bytes, or nothing, and `unfit` says why.

    `terms` are those that it was read on, beside its own bytes.
    """

    original: Original
    size: int
    terms: str
    unfit: str | None = None


def released_files(revisions: Iterable[Revision], rules: str) -> dict[str, Hash]:
    """The rules under which rows of these batches count all the same, today's, by the file's name."""
    return {one.file: rules for one in revisions if one.release_under(rules)}
