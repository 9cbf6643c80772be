"""Rows by the value of a column, where there are enough of them. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.evaluate.evidence import Codes
from tasks.params import EvaluateParams

REST = "rest"


@dataclass(frozen=True)
class Group:
    """Rows (n,) that share a value, or that have one of the `pooled` ones.

    `supported`: it has the rows and clusters that the settings ask for; only the pooled rest may not.
    """

    value: str
    rows: NDArray[np.bool_]
    pooled: tuple[str, ...] = ()
    supported: bool = True


def names_of(values: pd.Series) -> pd.Series:
    """A column's values as text, those that are missing under a name of their own."""
    return values.astype("str").mask(values.isna(), "(missing)")


def groups(values: pd.Series, clusters: Codes, settings: EvaluateParams) -> tuple[Group, ...]:
    """The values of a column, widest support first; those with too little are pooled into `REST`, last."""
    names = names_of(values)
    support = (
        pd.DataFrame({"value": names, "cluster": clusters})
        .groupby("value")
        .agg(rows=("cluster", "size"), clusters=("cluster", "nunique"))
    )
    enough = (support["rows"] >= settings.min_slice_rows) & (
        support["clusters"] >= settings.min_slice_clusters
    )
    found = [
        Group(str(value), (names == value).to_numpy(dtype=np.bool_))
        for value in support[enough].sort_values("rows", ascending=False, kind="stable").index
    ]
    if rare := tuple(sorted(str(value) for value in support.index[~enough])):
        rest = names.isin(rare).to_numpy(dtype=np.bool_)
        enough_rows = int(rest.sum()) >= settings.min_slice_rows
        enough_clusters = len(np.unique(clusters[rest])) >= settings.min_slice_clusters
        found.append(Group(REST, rest, rare, supported=enough_rows and enough_clusters))
    return tuple(found)
