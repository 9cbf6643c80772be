"""Clauses that are easy to pass, a world in which a good challenger passes them, and their evidence."""

import numpy as np
import pandas as pd
from data_factories import declared, small_params
from metric_factories import COSTS

from tasks.evaluate.answers import Answers, constant
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.findings import ClauseEvidence
from tasks.params import Clause
from tasks.train.uncertainty import Sets

PARAMS = small_params()
CONTRACT = PARAMS.contract
ROWS, DAYS = 600, 30

EASY: dict[str, Clause] = {
    f"{one.kind} {getattr(one, 'metric', getattr(one, 'measure', ''))}".strip(): one
    for one in (
        *(
            declared(kind="not_worse", metric=metric, margin=margin)
            for metric, margin in (
                ("log_loss", 10.0),
                ("brier", 10.0),
                ("auc", 0.2),
                ("value", 10.0),
                ("precision", 0.2),
                ("recall", 10.0),
            )
        ),
        *(
            declared(kind="floor", metric=metric, threshold=bar)
            for metric, bar in (
                ("log_loss", 9.0),
                ("brier", 0.9),
                ("auc", 0.1),
                ("value", -90.0),
                ("precision", 0.01),
                ("recall", 0.01),
            )
        ),
        declared(kind="beats_baseline", metric="auc"),
        declared(kind="beats_baseline", baseline="linear", metric="log_loss"),
        declared(kind="beats_champion", metric="log_loss"),
        *(
            declared(kind="slice", metric=metric, column="kind", margin=50.0)
            for metric in ("log_loss", "brier", "value")
        ),
        *(
            declared(kind="fairness", measure=measure, column="kind", margin=0.4)
            for measure in ("selection_rate", "true_positive_rate", "false_positive_rate", "calibration")
        ),
        declared(kind="representation", column="kind", values=("a", "b"), threshold=0.01),
        declared(kind="calibration", margin=0.9),
        declared(kind="churn", threshold=0.99),
        declared(kind="abstention", risk=0.5, answered=0.1),
        declared(kind="coverage", threshold=0.5),
        declared(kind="net_value", horizon_rows=1000),
    )
}
"""Clauses of each kind that rows decide, each so easy that a world in order passes it."""
SETS = Sets(coverage=0.9, most_doubt=0.7)


def world(seed: int = 0, **changes: object) -> Comparison:
    """600 rows on 30 days that move together, a good challenger, a champion of chance, two groups."""
    draw = np.random.default_rng(seed)
    days = np.repeat(np.arange(DAYS), ROWS // DAYS)
    signal = draw.normal(size=ROWS) + 0.7 * draw.normal(size=DAYS)[days]
    labels = (draw.random(ROWS) < 1 / (1 + np.exp(-2 * signal))).astype(float)
    plain = {
        "labels": labels,
        "clusters": days,
        "costs": COSTS,
        "challenger": Answers(1 / (1 + np.exp(-2 * signal)), 0.5, SETS),
        "champion": Answers(draw.random(ROWS), 0.5),
        "baseline": constant(0.5, ROWS),
        "linear": Answers(1 / (1 + np.exp(-0.5 * signal)), 0.4),
        "columns": {"kind": pd.Series(draw.choice(["a", "b"], ROWS))},
        "settings": PARAMS.evaluate,
    }
    return Comparison(**{**plain, **changes})


def found(clause: Clause, seen: Comparison) -> ClauseEvidence:
    evidence = clause_evidence(clause, CONTRACT, seen)
    assert evidence is not None
    return evidence


SAME = world().challenger
