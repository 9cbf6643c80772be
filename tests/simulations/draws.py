"""Samples of a world in clusters, with an exact intra-cluster correlation."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.special import ndtri
from simulations.worlds import World

from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import Codes

# Spreads the groups evenly over the rows, so that each cluster has some of each.
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows lie in clusters: always the same sizes, lognormal with sigma `spread`.

    `correlation` is the intra-cluster correlation, within a group, of whatever is computed from a row.
    """

    clusters: int
    rows_per_cluster: int = 1
    spread: float = 0.0
    correlation: float = 0.0

    @property
    def name(self) -> str:
        """What a table calls it."""
        rows = f"{len(self.codes):,} rows"
        if self.rows_per_cluster == 1:
            return f"{rows}, independent"
        sizes = "unequal" if self.spread else "equal"
        return f"{rows}, {self.clusters} {sizes} clusters, correlation {self.correlation:g}"

    @property
    def codes(self) -> Codes:
        """The cluster (n,) of each row: sizes are the quantiles of their distribution."""
        quantiles = (np.arange(self.clusters) + 0.5) / self.clusters
        sizes = self.rows_per_cluster * np.exp(self.spread * ndtri(quantiles))
        return np.repeat(np.arange(self.clusters), np.maximum(1, sizes.round()).astype(np.int64))


class Draws:
    """Samples of a world in a layout; the clusters and groups of rows are the same in each.

    The cells of a cluster's rows are drawn from its own probabilities, which are drawn from a Dirichlet
    distribution around the world's: any function of a row then has intra-cluster correlation
    1 / (1 + concentration) (Mosimann, Biometrika 49 (1962)).
    """

    def __init__(self, world: World, layout: Layout) -> None:
        self.world, self.layout = world, layout
        self.clusters = layout.codes
        place = (np.arange(len(self.clusters)) * _GOLDEN) % 1 * len(world.groups)
        group = place.astype(np.int64)
        self.groups = pd.Series(np.array(world.groups)[group])
        together = self.clusters * len(world.groups) + group if layout.correlation else group
        members, self._stratum = np.unique(together, return_inverse=True)
        self._chances = world.chances[members % len(world.groups)]
        self._first = group * world.chances.shape[1]

    def draw(self, rng: Generator) -> Comparison:
        """One sample."""
        chances = self._chances
        if self.layout.correlation:
            chances = rng.standard_gamma((1 / self.layout.correlation - 1) * chances)
            chances = chances / chances.sum(axis=1, keepdims=True)
        strata, cells = chances.shape
        # One search for all strata: stratum s lies between s and s + 1.
        edges = np.cumsum(chances, axis=1) + np.arange(strata)[:, None]
        found = np.searchsorted(edges.ravel(), rng.random(len(self._stratum)) + self._stratum, side="right")
        inside = np.clip(found - cells * self._stratum, 0, cells - 1)
        return self.world.comparison(self._first + inside, self.groups, self.clusters)
