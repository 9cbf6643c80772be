"""Counts of categories in little room: of a few each for itself, of many in heaps. Pure."""

import zlib
from collections import Counter
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

HEAPS = 32
"""So many categories are told apart; more are dealt into so many heaps."""
_HEAP = 27
"""By so many bits a number is shifted to be that of its heap."""

Heaps = dict[int, int] | Annotated[tuple[int, ...], Field(min_length=HEAPS, max_length=HEAPS)]
"""Rows by the number of their category or, of more than 32 of these, by heap.

A category goes by the CRC-32 of its name, a fifth of the work of a SHA-256, and its heap by the first 5 bits
of that: which form there is, and what it says, depends on the rows alone, so that joining is associative and
commutative. No name is kept, and none can make the document large. Two of 32 categories share a number with a
chance of one in ten million.
"""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def number_of(name: str) -> int:
    """The number by which a category goes, of 32 bits."""
    return zlib.crc32(name.encode())


def heaps(numbers: Integers, counts: Integers) -> Heaps:
    """The counts (k,) of categories with these numbers (k,), among which one may be twice."""
    found = Counter[int]()
    if len(numbers) <= HEAPS or len(np.unique(numbers)) <= HEAPS:
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            found[number] += count
        return dict(found)
    dealt = np.zeros(HEAPS, np.int64)
    np.add.at(dealt, numbers >> _HEAP, counts)
    return tuple(dealt.tolist())


def joined(one: Heaps, other: Heaps) -> Heaps:
    """The counts of both's rows."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = Counter(one)
        both.update(other)
        return dict(both) if len(both) <= HEAPS else _dealt(both)
    return tuple(a + b for a, b in zip(_dealt(one), _dealt(other), strict=True))


def aligned(one: Heaps, other: Heaps) -> tuple[Floats, Floats]:
    """Both's counts (k,) of the same categories in the same order; where one has heaps, of the same heaps."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = one.keys() | other.keys()
        sides = ([side.get(name, 0) for name in names] for side in (one, other))
    else:
        sides = (list(_dealt(side)) for side in (one, other))
    first, second = (np.array(side, np.float64) for side in sides)
    return first, second


def _dealt(one: Heaps) -> tuple[int, ...]:
    if isinstance(one, tuple):
        return one
    found = [0] * HEAPS
    for number, count in one.items():
        found[number >> _HEAP] += count
    return tuple(found)
