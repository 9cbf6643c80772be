"""What has moved where a slice has one value, and not in the whole. Pure.

There are many slices times features, so they share one limit: what no training period has reached.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.drift.covariates import Compared
from tasks.drift.effects import shares_apart
from tasks.drift.findings import MovedSlice
from tasks.drift.usual import LEAST_EFFECT, LEAST_HISTORY, LEAST_MISSING, luck
from tasks.profile.heaps import Heaps, aligned
from tasks.profile.slices import Slices

_ROUNDING = 1e-12
"""Of the mean: equal values have a deviation of less, and would be told as having moved."""
_Key = tuple[str, str]
"""A slice's column and a feature."""


@dataclass(frozen=True)
class _Place:
    """A feature where a slice has one value: `size` is 1 where it is as far off as luck may bring it."""

    moved: MovedSlice
    size: float


def moved_slices(compared: Sequence[Compared], drifted: Collection[str]) -> tuple[MovedSlice, ...]:
    """Of each feature that is not among the `drifted`, the slice that is farthest beyond usual, if one is.

    A period has a size for each slice column and feature: the largest of its slices, over its mean in the
    other training periods (1, where that is less). The largest of these sizes is the period's. If the newest
    is one more of the same kind as n training periods, its own exceeds theirs with a chance of about
    1 / (n + 1), whatever the number of slices and features: ranks of exchangeable values, as in
    `usual.usual`. With fewer than four such periods nothing is told.
    """
    trained = [_largest(one) for one in compared if one.trained]
    if len(trained) < LEAST_HISTORY or not trained[0]:
        return ()
    limit = max(
        max(_beyond(one, [*trained[:n], *trained[n + 1 :]]).values(), default=1.0)
        for n, one in enumerate(trained)
    )
    newest = _largest(compared[-1])
    beyond = {key: size / max(limit, 1.0) for key, size in _beyond(newest, trained).items()}
    found = [
        newest[key].moved.model_copy(update={"beyond": times})
        for key, times in beyond.items()
        if times > 1 and key[1] not in drifted
    ]
    return tuple(sorted(found, key=lambda one: (-one.beyond, one.column, one.slice)))


def _beyond(one: Mapping[_Key, _Place], others: Sequence[Mapping[_Key, _Place]]) -> dict[_Key, float]:
    def usually(key: _Key) -> float:
        known = [other[key].size for other in others if key in other]
        return max(1.0, sum(known) / len(known)) if known else 1.0

    return {key: place.size / usually(key) for key, place in one.items()}


def _largest(one: Compared) -> dict[_Key, _Place]:
    """Of each slice column and feature the slice in which it is farthest off."""
    features, found = sorted(one.new.columns), dict[_Key, _Place]()
    for column, new in one.new.slices.items():
        for place in _places(column, new, one.reference.slices[column], features):
            key = (column, place.moved.column)
            if key not in found or place.size > found[key].size:
                found[key] = place
    return found


def _places(column: str, new: Slices, old: Slices, features: Sequence[str]) -> Iterator[_Place]:
    before = {name: row for row, name in enumerate(old.names)}
    for row, name in enumerate(new.names):
        if name in before:
            for at, feature in enumerate(features):
                cells = (_Cell.of(one, line, at, feature) for one, line in ((new, row), (old, before[name])))
                yield _place(column, name, feature, *cells)


@dataclass(frozen=True)
class _Cell:
    rows: int
    count: int
    mean: float
    squares: float
    categories: Heaps | None

    @classmethod
    def of(cls, one: Slices, row: int, at: int, feature: str) -> "_Cell":
        told = one.categories.get(feature)
        of_text = told[row] if told else None
        return cls(one.rows[row], one.counts[row][at], one.means[row][at], one.squares[row][at], of_text)

    @property
    def deviation(self) -> float:
        deviation = math.sqrt(self.squares / self.count) if self.count else 0.0
        return deviation if deviation > _ROUNDING * abs(self.mean) else 0.0

    @property
    def missing(self) -> float:
        return 1 - self.count / self.rows if self.rows else 0.0


def _place(column: str, value: str, feature: str, new: _Cell, old: _Cell) -> _Place:
    """How far off one feature is.

    Of numbers sqrt(d_mean^2 + d_deviation^2) in standard deviations of the reference: no two distributions
    of such means and deviations have a smaller Wasserstein-2 distance (Gelbrich, Mathematische Nachrichten
    147 (1990)). Of categories their Jensen-Shannon distance as in `effects.jensen_shannon`; where there are
    more than 32 that of their heaps, which is no larger. Shares of missing values of n and m like rows differ
    by up to sqrt(1/n + 1/m) / 2 of one standard error; three are allowed for.
    """
    far = _far(new, old)
    rise, by_luck = new.missing - old.missing, luck(new.rows, old.rows)
    size = max(
        (far or 0.0) / (LEAST_EFFECT + luck(new.count, old.count)),
        abs(rise) / (LEAST_MISSING + by_luck / 2),
    )
    moved = MovedSlice(
        slice=column,
        value=value,
        column=feature,
        effect=far,
        missing=rise,
        rows=new.rows,
        beyond=size,
        categorical=new.categories is not None,
    )
    return _Place(moved, size)


def _far(new: _Cell, old: _Cell) -> float | None:
    if not new.count or not old.count:
        return None
    if new.categories and old.categories:
        p, q = aligned(new.categories, old.categories)
        return shares_apart(p / p.sum(), q / q.sum())
    if old.deviation:
        return math.hypot(new.mean - old.mean, new.deviation - old.deviation) / old.deviation
    return None
