"""From rows to what the features are by the values of a slice: three sums, and of text its categories."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.profile.heaps import Heaps, heaps, number_of
from tasks.profile.histogram import LARGEST
from tasks.profile.slices import Floats, Integers, Slices, slices, told_apart


@dataclass(frozen=True)
class Coded:
    """Text: for each row the place of its category (n,), -1 for none; and the categories' numbers (k,)."""

    places: Integers
    numbers: Integers


def coded(values: pa.Array) -> Coded:
    """A feature of categories, made ready once for all slices."""
    found = pc.cast(values, pa.large_string()).dictionary_encode()
    places = found.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    names = found.dictionary.to_pylist()
    return Coded(places, np.fromiter(map(number_of, names), np.int64, len(names)))


def by_slice(values: pa.Array, features: Mapping[str, pa.Array | Coded]) -> Slices:
    """Rows by the slice's `values`; `features` as they were known then.

    Values that are not told apart are one before anything is counted: memory does not grow with them.
    """
    found = pc.cast(values, pa.large_string()).fill_null("(missing)").dictionary_encode()
    names, rows = told_apart(found.dictionary.to_pylist())
    codes = rows[found.indices.to_numpy().astype(np.int64)]
    columns = [_by_code(one, codes, len(names)) for _, one in sorted(features.items())]
    counts, means, squares = (np.stack(field, axis=1) for field in zip(*columns, strict=True))
    text = {name: one for name, one in features.items() if isinstance(one, Coded)}
    categories = {name: _categories(one, codes, len(names)) for name, one in text.items()}
    return slices(names, np.bincount(codes, minlength=len(names)), counts, means, squares, categories)


def _by_code(values: pa.Array | Coded, codes: Integers, groups: int) -> tuple[Integers, Floats, Floats]:
    if isinstance(values, Coded):
        there = values.places >= 0
        return np.bincount(codes[there], minlength=groups), np.zeros(groups), np.zeros(groups)
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    usual = np.abs(numbers) <= LARGEST
    codes, numbers = codes[usual], numbers[usual]
    counts = np.bincount(codes, minlength=groups)
    means = np.bincount(codes, numbers, groups) / np.maximum(counts, 1)
    squares = np.bincount(codes, np.square(numbers - means[codes]), groups)
    return counts, means, squares.astype(np.float64)


def _categories(feature: Coded, codes: Integers, groups: int) -> list[Heaps]:
    """Of each group its counts by category."""
    there, wide = feature.places >= 0, len(feature.numbers)
    joint = np.bincount(codes[there] * wide + feature.places[there], minlength=groups * wide)
    of_each = ((counts, np.flatnonzero(counts)) for counts in joint.reshape(groups, wide))
    return [heaps(feature.numbers[some], counts[some]) for counts, some in of_each]
