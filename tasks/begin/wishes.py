"""What a person says of their table; all else is looked up in it."""

from dataclasses import dataclass, replace

from tasks.objectives import ObjectiveName
from tasks.periods import Length

DAY = "day"
"""As a cluster: the rows of one day belong together."""


@dataclass(frozen=True)
class Wishes:
    """The options of `evergreen init`; columns by their names in the table.

    `known_after` are the days after a row's time by which its label is known. `positive` is the text of a
    label of two values that is 1. None: to be found out.
    """

    label: str
    time: str
    model: str | None = None
    id: str | None = None
    cluster: str | None = None
    period: Length = "month"
    zone: str = "UTC"
    known_after: int = 0
    objective: ObjectiveName | None = None
    positive: str | None = None
    leave_out: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the table that are named, but for those left out."""
        cluster = None if self.cluster == DAY else self.cluster
        return tuple(one for one in (self.label, self.time, self.id, cluster) if one is not None)

    def renamed(self, names: dict[str, str]) -> "Wishes":
        """The same with the names that the columns have from now on."""
        id_, cluster = (names.get(one, one) if one else one for one in (self.id, self.cluster))
        return replace(
            self, label=names[self.label], time=names[self.time], id=id_, cluster=cluster, leave_out=()
        )
