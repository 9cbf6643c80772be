"""Features by the values of a declared slice: counts, means and spreads that merge. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.documents import Document, digest
from tasks.profile.categories import short_name

MOST_SLICES = 32

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Slices(Document):
    """One slice's values with what each feature is where the slice has that value.

    `rows` (k,) are the rows of each of the k `names`, `counts` (k, features) how many of them have a value,
    the features in alphabetical order. Of numbers `means` and `squares`, the sum of squared distances from
    the mean, both (k, features); of text they are 0. Of more than 32 values those with the smallest hashes
    of their names are told apart, so that merging does not depend on an order (as `Categories`). The others
    are one: where `rest` says so they are the last row, without a name.
    """

    names: tuple[str, ...] = ()
    rest: bool = False
    rows: tuple[int, ...] = ()
    counts: tuple[tuple[int, ...], ...] = ()
    means: tuple[tuple[float, ...], ...] = ()
    squares: tuple[tuple[float, ...], ...] = ()

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
        return _joined(told, *sides)


_FIELDS = ("rows", "counts", "means", "squares")


def slices(names: Sequence[str], rows: Integers, counts: Integers, means: Floats, squares: Floats) -> Slices:
    """The slices of these values (k,), with rows (k,) and the others (k, features)."""
    return _joined([short_name(name) for name in names], rows, counts, means, squares)


def _joined(names: Sequence[str | None], *fields: NDArray[Any]) -> Slices:
    """One row for each name, the 32 with the smallest hashes; all others, and those without one, together.

    With groups g of n_g values, means m_g and squares s_g: n = sum n_g, m = sum n_g m_g / n and
    squares = sum s_g + sum n_g (m_g - m)^2: the sum of squares within and between groups (Chan, Golub &
    LeVeque, American Statistician 37 (1983), of any number of groups).
    """
    told = sorted({name for name in names if name is not None}, key=_place)[:MOST_SLICES]
    place = {name: n for n, name in enumerate(told)}
    at = np.array([place.get(name, len(told)) if name is not None else len(told) for name in names], np.int64)
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
    )


def _summed(at: Integers, values: NDArray[Any], groups: int) -> NDArray[Any]:
    sums = np.zeros((groups, *values.shape[1:]), values.dtype)
    np.add.at(sums, at, values)
    return sums


def _place(name: str) -> str:
    return digest(name.encode())
