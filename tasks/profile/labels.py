"""Labels by cluster: what an interval of their mean needs, and no row. Pure."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from pydantic import Field

from tasks.documents import Document, digest
from tasks.evaluate.evidence import Interval, clustered_mean, no_mean

MOST_CLUSTERS = 4096
DIGITS, FEWER = 12, 3
"""The digits of its hash by which a cluster goes; fewer make heaps."""


class Labels(Document):
    """How many labelled rows each cluster has, and the sum of their labels; clusters go by their hashes.

    More than 4,096 clusters are dealt into heaps by the first digits of these. Clusters that are independent
    make heaps that are, so an interval over heaps holds; it is a little wider than one over clusters.
    """

    digits: int = DIGITS
    rows: dict[str, int] = Field(default_factory=dict)
    sums: dict[str, float] = Field(default_factory=dict)

    @property
    def total(self) -> int:
        """All labelled rows."""
        return sum(self.rows.values())

    def merge(self, other: "Labels") -> "Labels":
        """The labels of both's rows; a cluster that both have is one."""
        digits = min(self.digits, other.digits)
        rows: Counter[str] = Counter()
        sums: dict[str, float] = {}
        for one in (self, other):
            for name, count in one.rows.items():
                key = name[:digits]
                rows[key] += count
                sums[key] = sums.get(key, 0.0) + one.sums[name]
        found = Labels(digits=digits, rows=dict(rows), sums=sums)
        return found if len(rows) <= MOST_CLUSTERS or digits == FEWER else found.merge(Labels(digits=FEWER))

    def mean(self, *, level: float = 0.05) -> Interval:
        """The mean label with its clustered interval.

        The interval needs each cluster's rows and sum alone (`evidence.clustered_mean`), so each row may
        stand at the mean of its cluster.
        """
        names = sorted(self.rows)
        counts = np.array([self.rows[name] for name in names], dtype=np.int64)
        sums = np.array([self.sums[name] for name in names], dtype=np.float64)
        codes = np.repeat(np.arange(len(names)), counts)
        if not len(codes):
            return no_mean(codes, 0, level=level, note="no labelled rows")
        return clustered_mean(np.repeat(sums / counts, counts), codes, level=level)


def labels(found: Iterable[tuple[str, int, float]]) -> Labels:
    """The labels of clusters, each a name, its labelled rows and the sum of their labels."""
    rows: Counter[str] = Counter()
    sums: dict[str, float] = {}
    for name, count, total in found:
        key = digest(name.encode())[:DIGITS]
        rows[key] += count
        sums[key] = sums.get(key, 0.0) + total
    return Labels(rows=dict(rows), sums=sums).merge(Labels())
