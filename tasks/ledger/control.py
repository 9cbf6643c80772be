"""Entries by which people steer what is promoted: hold, release, approval, rejection."""

from typing import Literal

from pydantic import Field

from tasks.documents import Document, Hash


class Held(Document):
    """From here on nothing is promoted."""

    kind: Literal["hold"] = "hold"
    reason: str = Field(min_length=1)


class Released(Document):
    """The hold of entry `hold` has ended."""

    kind: Literal["release"] = "release"
    hold: int = Field(ge=1)
    reason: str = Field(min_length=1)


class Approved(Document):
    """Somebody agrees that a decision's challenger takes office, over the champion and contract named."""

    kind: Literal["approval"] = "approval"
    decision: int = Field(ge=1)
    candidate: Hash
    before: int | None
    contract: Hash
    reason: str = Field(min_length=1)


class Rejected(Document):
    """A decision's challenger does not take office, though its verdict is to promote."""

    kind: Literal["rejection"] = "rejection"
    decision: int = Field(ge=1)
    candidate: Hash
    reason: str = Field(min_length=1)
