"""From columns to the matrix that a model sees: one code path for training, batches and one row.

Categories are fixed on the training rows. A category that training never saw is a missing value,
and is counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.documents import Document
from tasks.errors import BadInput


class Feature(Document):
    """One column; `categories` (sorted) for a categorical one, else None."""

    name: str
    categories: tuple[str, ...] | None = None


class Schema(Document):
    """The features in the order of the matrix' columns."""

    features: tuple[Feature, ...]

    @property
    def types(self) -> list[str]:
        """XGBoost's feature types: `c` for categories, `q` for quantities."""
        return ["q" if feature.categories is None else "c" for feature in self.features]


def fix_schema(train: pd.DataFrame, features: Sequence[str], categorical: frozenset[str]) -> Schema:
    """The schema that training rows define; later rows never change it."""

    def categories(name: str) -> tuple[str, ...] | None:
        return tuple(sorted(train[name].dropna().unique())) if name in categorical else None

    return Schema(features=tuple(Feature(name=name, categories=categories(name)) for name in features))


def encode(
    columns: Mapping[str, Any] | pd.DataFrame, schema: Schema
) -> tuple[NDArray[np.float32], dict[str, int]]:
    """Columns as a matrix of float32, rows by features, and unseen categories counted by feature.

    `columns` maps each feature's name to a sequence of one value per row (a pandas column, or a
    list for a single row). A category becomes its place in the schema's list; missing values and
    unseen categories become NaN. Raises `BadInput` for a missing column or a value of another type.
    """
    encoded, unseen = [], {}
    for feature in schema.features:
        if feature.name not in columns:
            raise BadInput(f"feature {feature.name} is missing; expected {[f.name for f in schema.features]}")
        values = columns[feature.name]
        if feature.categories is None:
            encoded.append(_numbers(feature.name, values))
        else:
            codes, strangers = _codes(feature, values)
            encoded.append(codes)
            if strangers:
                unseen[feature.name] = strangers
    return np.column_stack(encoded), unseen


def _numbers(name: str, values: Any) -> NDArray[np.float32]:
    if isinstance(values, pd.Series):
        values = values.to_numpy(dtype="float64", na_value=np.nan)
    listed = [np.nan if value is None else value for value in values] if isinstance(values, list) else values
    try:
        numbers = np.asarray(listed)
    except (TypeError, ValueError) as error:
        raise BadInput(f"feature {name}: expected numbers, found {str(values)[:80]}") from error
    if numbers.dtype.kind not in "fiub":
        raise BadInput(f"feature {name}: expected numbers, found {str(values)[:80]}")
    with np.errstate(over="ignore"):
        # A value beyond float32 becomes infinite; XGBoost would refuse it, so it counts as missing.
        single = numbers.astype(np.float32)
    return np.where(np.isfinite(single), single, np.float32(np.nan))


def _codes(feature: Feature, values: Any) -> tuple[NDArray[np.float32], int]:
    column = values if isinstance(values, pd.Series) else None
    if column is None:
        place = {category: float(code) for code, category in enumerate(feature.categories or ())}
        wrong = [value for value in values if value is not None and not isinstance(value, str)]
        if wrong:
            raise BadInput(f"feature {feature.name}: expected text, found {wrong[0]!r}")
        codes = [np.nan if value is None else place.get(value, np.nan) for value in values]
        strangers = sum(value is not None and value not in place for value in values)
        return np.array(codes, dtype=np.float32), strangers
    known = pd.Categorical(column, categories=list(feature.categories or ())).codes
    missing = known < 0
    strangers = int((missing & column.notna().to_numpy()).sum())
    return np.where(missing, np.float32(np.nan), known.astype(np.float32)), strangers
