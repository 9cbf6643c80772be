"""What an entry of the ledger can say."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from tasks.documents import Document, Hash
from tasks.errors import Corrupt
from tasks.ledger.control import Approved, Held, Rejected, Released

Number = Annotated[int, Field(ge=1)]
"""Of an entry."""


class ArtifactRef(Document):
    """Immutable bytes in the store, named by their hash.

    `after` is the newest abandonment when they were registered: keys from before it are never named
    again, so that whoever sweeps them, however late, removes nothing that a later run has put there.
    """

    sha256: Hash
    size: int = Field(ge=0)
    after: int | None = Field(default=None, ge=1, exclude_if=lambda value: value is None)


class Champion(Document):
    """A model in office: the entry that put it there, and the registration that names its bytes."""

    number: int = Field(ge=1)
    registered: int = Field(ge=1)
    candidate: Hash


class ContractFrozen(Document):
    """The requirements in force from here on; frozen before the challenger exists."""

    kind: Literal["contract"] = "contract"
    contract: Hash
    text: str
    approval: Literal["required"] | None = Field(default=None, exclude_if=lambda value: value is None)


class Looked(Document):
    """One challenger meets one holdout: written before any evidence exists.

    It spends one of `shared_by` equal shares of a level. A look that names none spends the whole level:
    earlier versions of Evergreen wrote none.
    """

    kind: Literal["look"] = "look"
    look: Hash
    periods: tuple[str, ...]
    challenger: Hash
    champion: Hash | None
    contract: Hash
    drill: bool
    shared_by: int = Field(default=1, ge=1, exclude_if=lambda looks: looks == 1)


class Registered(Document):
    """Artifacts that are about to be uploaded, by the name they have in a workspace."""

    kind: Literal["registered"] = "registered"
    candidate: Hash
    artifacts: dict[str, ArtifactRef]


class Abandoned(Document):
    """What was registered at entry `registered` is given up: nobody will decide on it."""

    kind: Literal["abandoned"] = "abandoned"
    registered: int = Field(ge=1)
    candidate: Hash
    reason: str = Field(min_length=1)


class Swept(Document):
    """What only the abandonment of entry `abandoned` had named is removed: so many objects and bytes."""

    kind: Literal["swept"] = "swept"
    abandoned: int = Field(ge=1)
    objects: int = Field(ge=0)
    size: int = Field(ge=0)


class Decided(Document):
    """The verdict on a challenger; `champion` is the entry number it was compared with."""

    kind: Literal["decision"] = "decision"
    decision: Hash
    verdict: Literal["promote", "keep", "undecided"]
    headline: str
    look: Hash
    candidate: Hash
    registered: Number
    champion: Number | None
    contract: Hash
    inputs: Hash
    drill: bool


class Promoted(Document):
    """A challenger becomes champion; valid only over the champion and contract it names."""

    kind: Literal["promotion"] = "promotion"
    decision: Number
    registered: Number
    candidate: Hash
    before: Number | None
    contract: Hash


class RolledBack(Document):
    """An earlier champion returns."""

    kind: Literal["rollback"] = "rollback"
    to: Number
    registered: Number
    candidate: Hash
    before: Number
    reason: str


class ErasedBatch(Document):
    """Content of a period that so many rows were taken out of.

    `new`, of `size` bytes, has the others; it is None where the whole content went.
    """

    period: str
    old: Hash
    new: Hash | None
    rows: int = Field(ge=0)
    size: int = Field(ge=0)


class Erased(Document):
    """Somebody's rows are taken out of batches; `before` is the erasure before this one.

    It says nothing of whose rows they were.
    """

    kind: Literal["erased"] = "erased"
    before: int | None
    reason: str = Field(min_length=1)
    batches: tuple[ErasedBatch, ...] = Field(min_length=1)


Body = Annotated[
    ContractFrozen
    | Looked
    | Registered
    | Abandoned
    | Swept
    | Decided
    | Promoted
    | RolledBack
    | Held
    | Released
    | Approved
    | Rejected
    | Erased,
    Field(discriminator="kind"),
]


class Entry(Document):
    """A body with its place in the chain. `transaction` tells one's own write from an equal one."""

    number: int = Field(ge=1)
    model: str
    previous: Hash | None
    transaction: str
    time: str
    actor: str
    code: str
    body: Body

    @property
    def place(self) -> str:
        """What messages call it."""
        return f"ledger of {self.model}: {self.body.kind} {self.number}"


_ENTRY = TypeAdapter(Entry)


def parse_entry(data: bytes, *, key: str, number: int) -> Entry:
    """The entry in `data`; raises `Corrupt` naming `key` if it is none, or has another number.

    An entry has one form: bytes that a lenient reader would take for one are none.
    """
    try:
        entry = _ENTRY.validate_json(data)
    except (ValidationError, RecursionError) as error:
        first = " ".join(str(error).split())[:300]
        raise Corrupt(
            f"{key}: not a ledger entry that this version of Evergreen writes: another version wrote it "
            f"(then use that one), or it is damaged: {first}"
        ) from error
    if entry.number != number:
        raise Corrupt(f"{key}: expected entry {number}, found one that says it is {entry.number}")
    if entry.to_bytes() != data:
        raise Corrupt(f"{key}: expected an entry in the form in which Evergreen writes it, found another")
    return entry
