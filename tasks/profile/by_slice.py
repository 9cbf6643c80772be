"""From rows to what the features are by the values of a slice: three sums for each feature."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.profile.histogram import LARGEST
from tasks.profile.slices import Floats, Integers, Slices, slices


def by_slice(values: pa.Array, features: Mapping[str, pa.Array], text: frozenset[str]) -> Slices:
    """Rows by the slice's `values`; `features` as they were known then, those in `text` being categories."""
    found = pc.cast(values, pa.large_string()).fill_null("(missing)").dictionary_encode()
    names, codes = found.dictionary.to_pylist(), found.indices.to_numpy().astype(np.int64)
    columns = [
        _by_code(one, codes, len(names), is_text=name in text) for name, one in sorted(features.items())
    ]
    rows = np.bincount(codes, minlength=len(names))
    return slices(names, rows, *(np.stack(field, axis=1) for field in zip(*columns, strict=True)))


def _by_code(
    values: pa.Array, codes: Integers, groups: int, *, is_text: bool
) -> tuple[Integers, Floats, Floats]:
    if is_text:
        there = values.is_valid().to_numpy(zero_copy_only=False)
        return np.bincount(codes[there], minlength=groups), np.zeros(groups), np.zeros(groups)
    numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    usual = np.abs(numbers) <= LARGEST
    codes, numbers = codes[usual], numbers[usual]
    counts = np.bincount(codes, minlength=groups)
    means = np.bincount(codes, numbers, groups) / np.maximum(counts, 1)
    squares = np.bincount(codes, np.square(numbers - means[codes]), groups)
    return counts, means, squares.astype(np.float64)
