"""Labels that are classes, by cluster: what an interval of each class's share needs, and no row. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pydantic import Field

from tasks.documents import Document, digest
from tasks.profile.labels import DIGITS, FEWER, MOST_CLUSTERS, Labels


class ClassLabels(Document):
    """How many labelled rows each cluster has, and how many of them are of each class.

    Clusters are kept as `Labels` keeps them; one without a row of a class is not named under it.
    """

    digits: int = DIGITS
    rows: dict[str, int] = Field(default_factory=dict)
    of: dict[str, dict[str, int]]

    @property
    def total(self) -> int:
        """All labelled rows."""
        return sum(self.rows.values())

    @property
    def shares(self) -> dict[str, float]:
        """The share of each class among the labelled rows; nothing where there are none."""
        total = self.total
        return {name: sum(counts.values()) / total for name, counts in self.of.items()} if total else {}

    def labels(self, name: str) -> Labels:
        """A label for each row: 1 where it is of this class, else 0."""
        counts = self.of[name]
        sums = {cluster: float(counts.get(cluster, 0)) for cluster in self.rows}
        return Labels(digits=self.digits, rows=self.rows, sums=sums)

    def merge(self, other: "ClassLabels") -> "ClassLabels":
        """The labels of both's rows, of the same classes; a cluster that both have is one."""
        digits = min(self.digits, other.digits)
        found = ClassLabels(
            digits=digits,
            rows=_summed(digits, self.rows, other.rows),
            of={name: _summed(digits, counts, other.of[name]) for name, counts in self.of.items()},
        )
        if len(found.rows) <= MOST_CLUSTERS or digits == FEWER:
            return found
        return found.merge(ClassLabels(digits=FEWER, of={name: {} for name in self.of}))


def class_labels(names: Sequence[str], found: Iterable[tuple[str, Sequence[int]]]) -> ClassLabels:
    """The labels of clusters, each a name and its rows of each of the classes `names`, in their order."""
    rows: Counter[str] = Counter()
    of: dict[str, Counter[str]] = {name: Counter() for name in names}
    for cluster, counts in found:
        key = digest(cluster.encode())[:DIGITS]
        for name, count in zip(names, counts, strict=True):
            if count:
                rows[key] += count
                of[name][key] += count
    plain = {name: dict(counts) for name, counts in of.items()}
    return ClassLabels(rows=dict(rows), of=plain).merge(ClassLabels(of={name: {} for name in names}))


def _summed(digits: int, *sides: Mapping[str, int]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for side in sides:
        for name, count in side.items():
            found[name[:digits]] += count
    return dict(found)
