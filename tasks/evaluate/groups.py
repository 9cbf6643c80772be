"""Rows by the value of a column, where there are enough of them. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.evaluate.clusters import numbered
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
    codes, names = pd.factorize(names_of(values), sort=True)
    clusters, sizes = numbered(clusters)
    rows = np.bincount(codes, minlength=len(names))
    # One number for each cluster of each value: a product, and no table, which may be large.
    pairs = pd.unique(codes * len(sizes) + clusters)
    held = np.bincount(pairs // max(len(sizes), 1), minlength=len(names))
    enough = (rows >= settings.min_slice_rows) & (held >= settings.min_slice_clusters)
    widest = [one for one in np.argsort(-rows, kind="stable").tolist() if enough[one]]
    found = [Group(str(names[one]), codes == one) for one in widest]
    if rare := tuple(sorted(str(names[one]) for one in np.flatnonzero(~enough).tolist())):
        rest = ~enough[codes]
        enough_rows = int(rest.sum()) >= settings.min_slice_rows
        enough_clusters = len(numbered(clusters[rest])[1]) >= settings.min_slice_clusters
        found.append(Group(REST, rest, rare, supported=enough_rows and enough_clusters))
    return tuple(found)
