"""Labels, scores and costs for tests of metrics, and the textbook's AUC."""

import numpy as np
from hypothesis import strategies as st

from tasks.evaluate.answers import Costs

COSTS = Costs(true_positive=10, false_positive=-4, false_negative=-7, true_negative=1)


# Few distinct values, so that ties are the rule.
scored = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=40).map(
    lambda rows: (np.array([float(y) for y, _ in rows]), np.array([p / 8 for _, p in rows]))
)


def holdout(seed: int, rows: int = 400, clusters: int = 20):
    """Labels, two models' probabilities that share one signal, and cluster codes."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=rows)
    labels = (rng.random(rows) < 1 / (1 + np.exp(-signal))).astype(float)
    models = [1 / (1 + np.exp(-(signal + rng.normal(0, 0.7, rows)))) for _ in range(2)]
    return labels, models[0], models[1], rng.integers(0, clusters, rows)


def naive_auc(labels, scores):
    """AUC by counting every pair."""
    one, zero = scores[labels == 1], scores[labels == 0]
    return ((one[:, None] > zero) + 0.5 * (one[:, None] == zero)).mean()
