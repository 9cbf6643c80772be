"""Equal challengers: rows on which neither model is better, and how often each method says one is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.special import betaincinv, expit, stdtrit

from tasks.evaluate.answers import Answers, Costs
from tasks.evaluate.evidence import Codes, Floats, clustered_mean, independent_mean
from tasks.evaluate.leads import advantage
from tasks.evaluate.metrics import METRICS

LEVEL = 0.05
METHODS = ("clustered", "rows", "CR1", "CR2")
COSTS = Costs(true_positive=6, false_positive=-2, false_negative=-4, true_negative=0)


@dataclass(frozen=True, slots=True)
class Case:
    """One way in which nothing is better.

    `spread` is the sigma of lognormal cluster sizes, `correlation` the intra-cluster correlation.
    With a `metric`, two equally good models with noise of their own for each cluster are compared;
    without, the differences are Gaussian, or `skewed`: many small gains and rare large losses, of mean 0.
    """

    clusters: int
    spread: float = 0.0
    correlation: float = 0.0
    metric: str = ""
    skewed: bool = False
    rows_per_cluster: int = 25

    @property
    def name(self) -> str:
        """What the table calls it."""
        what = self.metric or ("skewed differences" if self.skewed else "differences")
        sizes = "unequal" if self.spread else "equal"
        return f"{what}, {self.clusters} {sizes} clusters, correlation {self.correlation:g}"

    def draw(self, rng: Generator) -> tuple[Floats, Codes]:
        """Per-row differences (n,) and cluster codes (n,) of one null."""
        sizes = self.rows_per_cluster * np.exp(self.spread * rng.standard_normal(self.clusters))
        codes = np.repeat(np.arange(self.clusters), np.maximum(1, sizes.round()).astype(np.int64))
        return (self._of_models(rng, codes) if self.metric else self._plain(rng, codes)), codes

    def _plain(self, rng: Generator, codes: Codes) -> Floats:
        if self.skewed:
            shocks = 1 - rng.exponential(size=self.clusters)
        else:
            shocks = rng.standard_normal(self.clusters)
        rows = rng.standard_normal(len(codes))
        values: Floats = np.sqrt(self.correlation) * shocks[codes] + np.sqrt(1 - self.correlation) * rows
        return values

    def _of_models(self, rng: Generator, codes: Codes) -> Floats:
        signal = rng.standard_normal(len(codes)) - 1
        labels = (rng.random(len(codes)) < expit(signal)).astype(np.float64)
        champion, challenger = (self._model(rng, signal, codes) for _ in range(2))
        return advantage(METRICS[self.metric], labels, champion, challenger, COSTS)

    def _model(self, rng: Generator, signal: Floats, codes: Codes) -> Answers:
        day, row = rng.standard_normal(self.clusters)[codes], rng.standard_normal(len(codes))
        error = np.sqrt(self.correlation) * day + np.sqrt(1 - self.correlation) * row
        return Answers(expit(signal + 0.7 * error), threshold=0.3)


def promotions(case: Case, nulls: int, rng: Generator) -> Iterator[Floats]:
    """For each null, which of `METHODS` promote (4,): whether its lower bound is above 0."""
    for _ in range(nulls):
        values, codes = case.draw(rng)
        ours = clustered_mean(values, codes, level=LEVEL).low
        rows = independent_mean(values, level=LEVEL).low
        lows = (ours, rows, *rivals(values, codes))
        yield np.array([low is not None and low > 0 for low in lows], dtype=np.float64)


def rivals(values: Floats, codes: Codes) -> tuple[float, float]:
    """Lower bounds of CR1 with t(G - 1), and of CR2 with Bell and McCaffrey's degrees of freedom."""
    sizes = np.bincount(codes).astype(np.float64)
    share, mean, groups = sizes / len(values), values.mean(), len(sizes)
    moves = np.bincount(codes, values - mean) / len(values)
    cr1 = np.sqrt(groups / (groups - 1) * np.square(moves).sum())
    cr2 = np.sqrt((np.square(moves) / (1 - share)).sum())
    # P_gg = n_g / n^2, P_gh = -n_g n_h / n^3 / sqrt((1 - h_g)(1 - h_h)); here times n.
    outside = np.square(share) / (1 - share)
    freedom = 1 / (np.square(share).sum() + outside.sum() ** 2 - np.square(outside).sum())
    return (
        float(mean - stdtrit(groups - 1, 1 - LEVEL) * cr1),
        float(mean - stdtrit(freedom, 1 - LEVEL) * cr2),
    )


def bound(rate: float, nulls: int, confidence: float) -> float:
    """Clopper and Pearson's one-sided bound of a rate: upper for a confidence above one half, else lower."""
    count = round(rate * nulls)
    upper = confidence > 0.5
    if count == (nulls if upper else 0):
        return float(upper)
    return float(betaincinv(count + upper, nulls - count + (not upper), confidence))
