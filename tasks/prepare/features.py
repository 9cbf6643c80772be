"""From columns to the matrix that a model sees: one code path for training, batches and one row.

Categories are fixed on the training rows. A category that training never saw is a missing value,
and is counted.
"""

import math
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
    list for a single row). A category becomes its place in the schema's list; missing values,
    unseen categories and numbers beyond float32 become NaN. Raises `BadInput` for a missing column
    or a value of another type.
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
    if isinstance(values, list):
        numbers = np.array([_number(name, value) for value in values], dtype="float64")
    else:
        column = pd.Series(values)
        if not _holds(column, _NUMBERS):
            raise BadInput(f"feature {name}: expected numbers, found {_found(column)}")
        numbers = column.to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(over="ignore"):
        # A value beyond float32 becomes infinite; XGBoost would refuse it, so it counts as missing.
        single = numbers.astype(np.float32)
    return np.where(np.isfinite(single), single, np.float32(np.nan))


def _number(name: str, value: Any) -> float:
    if _is_missing(value):
        return np.nan
    if not isinstance(value, int | float | np.number | np.bool_):
        raise BadInput(f"feature {name}: expected a number, found {str(value)[:80]!r}")
    try:
        return float(value)
    except OverflowError:
        return np.nan


def _codes(feature: Feature, values: Any) -> tuple[NDArray[np.float32], int]:
    categories = feature.categories or ()
    if isinstance(values, list):
        wrong = [value for value in values if not (isinstance(value, str) or _is_missing(value))]
        if wrong:
            raise BadInput(f"feature {feature.name}: expected text, found {str(wrong[0])[:80]}")
        place = {category: float(code) for code, category in enumerate(categories)}
        present = [None if _is_missing(value) else value for value in values]
        codes = [np.nan if value is None else place.get(value, np.nan) for value in present]
        return np.array(codes, dtype=np.float32), sum(v is not None and v not in place for v in present)
    column = pd.Series(values)
    if not _holds(column, _TEXT):
        raise BadInput(f"feature {feature.name}: expected text, found {_found(column)}")
    known = pd.Index(categories, dtype="str").get_indexer(pd.Index(column))
    missing = known < 0
    strangers = int((missing & column.notna().to_numpy()).sum())
    return np.where(missing, np.float32(np.nan), known.astype(np.float32)), strangers


_NUMBERS = frozenset({"floating", "integer", "mixed-integer-float", "boolean"})
_TEXT = frozenset({"string"})


def _holds(column: pd.Series, kinds: frozenset[str]) -> bool:
    """Whether every value that is there is of one of the kinds, by pandas' names for them."""
    values = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    return pd.api.types.infer_dtype(values, skipna=True) in kinds or bool(column.isna().all())


def _is_missing(value: Any) -> bool:
    """None, NaN, or pandas' own: what a missing value of a column is in a single row."""
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _found(column: pd.Series) -> str:
    present = column[column.notna()]
    return f"{column.dtype}, such as {str(present.iloc[0])[:80]!r}"
