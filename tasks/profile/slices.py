"""Features by the values of a declared slice: counts, means, spreads and categories that merge. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from tasks.documents import Document, digest
from tasks.profile.categories import short_name
from tasks.profile.heaps import Heaps, joined

MOST_SLICES = 32

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Slices(Document):
    """One slice's values with what each feature is where the slice has that value.

    `rows` (k,) are the rows of each of the k `names`, `counts` (k, features) how many of them have a value,
    the features in alphabetical order. Of numbers `means` and `squares`, the sum of squared distances from
    the mean, both (k, features); of text they are 0. Of more than 32 values those with the smallest hashes
    of their names are told apart, so that merging does not depend on an order (as `Categories`). The others
    are one: where `rest` says so they are the last row, without a name. `categories` has for each feature of
    text its counts by category where the slice has each of the names; of the rest nobody asks for them.
    Profiles that were kept before there were any have none.
    """

    names: tuple[str, ...] = ()
    rest: bool = False
    rows: tuple[int, ...] = ()
    counts: tuple[tuple[int, ...], ...] = ()
    means: tuple[tuple[float, ...], ...] = ()
    squares: tuple[tuple[float, ...], ...] = ()
    categories: dict[str, tuple[Heaps, ...]] = Field(default_factory=dict, exclude_if=lambda found: not found)

    def merge(self, other: "Slices") -> "Slices":
        """The slices of both's rows."""
        if not self.rows or not other.rows:
            return self if self.rows else other
        names = [*self.names, *([None] * self.rest), *other.names, *([None] * other.rest)]
        # A full side has put into the rest whatever hashes beyond its last name.
        full = [max(map(_place, one.names)) for one in (self, other) if one.rest and one.names]
        last = min(full, default=None)
        told = [None if name is None or (last and _place(name) > last) else name for name in names]
        sides = [
            np.concatenate([np.asarray(getattr(one, field)) for one in (self, other)]) for field in _FIELDS
        ]
        rests: tuple[list[Heaps], ...] = ([{}] * self.rest, [{}] * other.rest)
        categories = {
            name: [*self.categories[name], *rests[0], *other.categories[name], *rests[1]]
            for name in self.categories.keys() & other.categories.keys()
        }
        return _joined(told, categories, *sides)


_FIELDS = ("rows", "counts", "means", "squares")


def slices(
    names: Sequence[str | None],
    rows: Integers,
    counts: Integers,
    means: Floats,
    squares: Floats,
    categories: Mapping[str, Sequence[Heaps]] | None = None,
) -> Slices:
    """The slices of these values (k,), None for the rest: rows (k,), sums (k, features) and `categories`.

    Each of the categories' sequences has k counts, of which those of values that fall to the rest go.
    """
    short = [None if name is None else short_name(name) for name in names]
    return _joined(short, categories or {}, rows, counts, means, squares)


def told_apart(names: Sequence[str]) -> tuple[list[str | None], Integers]:
    """Those of these values (n,) that are told apart, None for the rest, if any; and for each its place."""
    short = [short_name(name) for name in names]
    told = _smallest(short)
    places = np.array([told.get(name, len(told)) for name in short], np.int64)
    return [*told, *([None] * bool((places == len(told)).any()))], places


def _smallest(names: Sequence[str | None]) -> dict[str, int]:
    """The 32 of these names with the smallest hashes, in this order, with their places in it."""
    told = sorted({name for name in names if name is not None}, key=_place)[:MOST_SLICES]
    return {name: place for place, name in enumerate(told)}


def _joined(
    names: Sequence[str | None], categories: Mapping[str, Sequence[Heaps]], *fields: NDArray[Any]
) -> Slices:
    """One row for each name, the 32 with the smallest hashes; all others, and those without one, together.

    With groups g of n_g values, means m_g and squares s_g: n = sum n_g, m = sum n_g m_g / n and
    squares = sum s_g + sum n_g (m_g - m)^2: the sum of squares within and between groups (Chan, Golub &
    LeVeque, American Statistician 37 (1983), of any number of groups).
    """
    told = _smallest(names)
    at = np.array([len(told) if name is None else told.get(name, len(told)) for name in names], np.int64)
    rest, rows, counts, means, squares = bool((at == len(told)).any()), *fields
    total, n = (_summed(at, one, len(told) + rest) for one in (rows, counts))
    mean = _summed(at, counts * means, len(n)) / np.maximum(n, 1)
    within = _summed(at, squares + counts * np.square(means - mean[at]), len(n))
    return Slices(
        names=tuple(told),
        rest=rest,
        rows=tuple(total.astype(np.int64).tolist()),
        counts=tuple(map(tuple, n.astype(np.int64).tolist())),
        means=tuple(map(tuple, mean.tolist())),
        squares=tuple(map(tuple, within.tolist())),
        categories={name: _summed_heaps(at, one, len(told)) for name, one in categories.items()},
    )


def _summed_heaps(at: Integers, parts: Sequence[Heaps], told: int) -> tuple[Heaps, ...]:
    sums: list[Heaps] = [{}] * told
    for part in np.flatnonzero(at < told).tolist():
        sums[at[part]] = joined(sums[at[part]], parts[part]) if sums[at[part]] else parts[part]
    return tuple(sums)


def _summed(at: Integers, values: NDArray[Any], groups: int) -> NDArray[Any]:
    sums = np.zeros((groups, *values.shape[1:]), values.dtype)
    np.add.at(sums, at, values)
    return sums


def _place(name: str) -> str:
    return digest(name.encode())
