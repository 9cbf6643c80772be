"""The intervals of ratios are those of resampling whole clusters."""

import numpy as np
import pandas as pd
import pytest
from easy_clauses import EASY, found, world

from tasks.evaluate.answers import Answers, constant
from tasks.evaluate.comparison import Comparison


class TestBootstrap:
    """The intervals of ratios are those of resampling whole clusters."""

    DAYS, RESAMPLES = 80, 2000

    def parted(self, seed: int = 3) -> tuple[Comparison, np.ndarray]:
        """Days of 5 to 30 rows whose labels and both models' errors move together, in two groups."""
        draw = np.random.default_rng(seed)
        days = np.repeat(np.arange(self.DAYS), draw.integers(5, 31, self.DAYS))
        n, shared = len(days), draw.normal(size=(3, self.DAYS))[:, days]
        signal = draw.normal(size=n) + shared[0]
        labels = (draw.random(n) < 1 / (1 + np.exp(-signal))).astype(float)
        first, second = (1 / (1 + np.exp(-signal - shared[k] - draw.normal(size=n))) for k in (1, 2))
        kind = draw.choice(["a", "b"], n)
        seen = world(
            labels=labels,
            clusters=days,
            challenger=Answers(second, 0.6),
            champion=Answers(first, 0.5),
            baseline=constant(0.5, n),
            columns={"kind": pd.Series(kind)},
        )
        return seen, kind

    def resampled(self, seen: Comparison, *ratios: tuple[np.ndarray, np.ndarray]) -> float:
        """The standard error of the first ratio of sums, less the second, over resampled days."""
        weights = np.random.default_rng(11).multinomial(
            self.DAYS, np.full(self.DAYS, 1 / self.DAYS), self.RESAMPLES
        )
        drawn = [
            (weights @ np.bincount(seen.clusters, above)) / (weights @ np.bincount(seen.clusters, below))
            for above, below in ratios
        ]
        return float(np.std(drawn[0] - (drawn[1] if len(drawn) > 1 else 0), ddof=1))

    @pytest.mark.parametrize("metric", ["precision", "recall"])
    @pytest.mark.parametrize("kind", ["floor", "not_worse"])
    def test_precision_and_recall(self, metric, kind):
        """Within 10% of 2,000 resamples, of one model and of the difference of two; rows alone are not."""
        seen, _ = self.parted()
        alarms = [one.probabilities >= one.threshold for one in (seen.challenger, seen.champion)]
        ratios = [(one * seen.labels, one if metric == "precision" else seen.labels) for one in alarms]
        interval = found(EASY[f"{kind} {metric}"], seen).parts[0]
        wanted = self.resampled(seen, *ratios[: 1 if kind == "floor" else 2])
        assert interval.interval.standard_error == pytest.approx(wanted, rel=0.1)
        assert interval.independent.standard_error < 0.9 * wanted

    @pytest.mark.parametrize("measure", ["selection_rate", "true_positive_rate", "false_positive_rate"])
    def test_fairness(self, measure):
        """So is the difference of two groups' rates, which share their days."""
        seen, kind = self.parted()
        alarms = (seen.challenger.probabilities >= 0.6).astype(float)
        rows = {"selection_rate": 1 + 0 * alarms, "true_positive_rate": seen.labels}.get(
            measure, 1 - seen.labels
        )
        ratios = [(alarms * rows * (kind == one), rows * (kind == one)) for one in ("b", "a")]
        (part,) = (one for one in found(EASY[f"fairness {measure}"], seen).parts if one.of == "a less b")
        assert part.interval.standard_error == pytest.approx(self.resampled(seen, *ratios), rel=0.1)
        assert part.interval.estimate == pytest.approx(
            ratios[0][0].sum() / ratios[0][1].sum() - ratios[1][0].sum() / ratios[1][1].sum()
        )
