"""What evidence costs: against a bootstrap of clusters, and against the prediction of both models."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xgboost as xgb
from benchmarks.figures import Figure
from data_factories import contender, declared, small_params
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.stats import rankdata

from tasks.evaluate import resampling
from tasks.evaluate.answers import Answers
from tasks.evaluate.evidence import Codes, Floats
from tasks.evaluate.leads import paired
from tasks.evaluate.metrics import AUC
from tasks.evaluate.step import compare
from tasks.params import Params
from tasks.train.uncertainty import Sets

ROWS, CLUSTERS = 1_000_000, 1_000
QUICK_ROWS = 100_000
FEATURES, TREES, DEPTH = 16, 200, 6
TRAINED_ON = 100_000
RESAMPLES, TIMED = 1_000, 2
_SEED = 20130101

Matrix = NDArray[np.float32]

CLAUSES = (
    {"kind": "beats_baseline", "metric": "log_loss"},
    {"kind": "beats_champion", "metric": "auc"},
    {"kind": "not_worse", "metric": "brier", "margin": 0.01},
    {"kind": "floor", "metric": "auc", "threshold": 0.6},
    {"kind": "floor", "metric": "precision", "threshold": 0.5},
    {"kind": "floor", "metric": "recall", "threshold": 0.5},
    {"kind": "slice", "metric": "log_loss", "column": "region", "margin": 0.01},
    {"kind": "slice", "metric": "value", "column": "shop", "margin": 0.01},
    {"kind": "fairness", "measure": "selection_rate", "column": "region", "margin": 0.1},
    {"kind": "fairness", "measure": "true_positive_rate", "column": "region", "margin": 0.1},
    {"kind": "representation", "column": "region", "values": ("north", "south"), "threshold": 0.1},
    {"kind": "calibration", "margin": 0.05},
    {"kind": "churn", "threshold": 0.2},
    {"kind": "abstention", "risk": 0.2, "answered": 0.3},
    {"kind": "coverage", "threshold": 0.8},
    {"kind": "net_value", "horizon_rows": 1_000_000, "cost": 1_000.0},
)
"""Every kind that rows decide; 3 regions and 8 shops are 48 parts in all."""

BOOTSTRAP = (
    f"{RESAMPLES:,} resamples of whole clusters, both AUCs by scipy.stats.rankdata (scikit-learn is no "
    f"dependency), extrapolated from {TIMED} timed beside each interval"
)
PREDICTION = (
    f"inplace_predict of both models, {TREES} trees of depth {DEPTH}, {FEATURES} features, all threads; "
    f"evidence: {len(CLAUSES)} clauses, 11 slices, metrics and reliability, once the models have answered"
)


@dataclass(frozen=True)
class World:
    """Rows, two models, and what both say of them."""

    features: Matrix
    holdout: pd.DataFrame
    clusters: Codes
    models: tuple[xgb.Booster, xgb.Booster]
    said: tuple[Floats, Floats]

    @property
    def labels(self) -> Floats:
        """0 and 1, (n,)."""
        return self.holdout["label"].to_numpy(dtype=np.float64)


def measure_evidence(repeat: int, console: Console, *, rows: int = ROWS) -> list[Figure]:
    """Interval and resamples in turn, evidence and prediction in turn; medians of the ratios."""
    with console.status(f"{rows:,} rows and two models"):
        world = made(rows)
    sets = Sets(coverage=0.9, most_doubt=0.7)
    said = [
        contender(name, one, sets=sets)
        for name, one in zip(("challenger", "champion"), world.said, strict=True)
    ]
    params = settings()
    draw = np.random.default_rng(_SEED)
    members = np.split(np.argsort(world.clusters, kind="stable"), np.cumsum(np.bincount(world.clusters))[:-1])
    labels, (challenger, champion) = world.labels, (Answers(one) for one in world.said)
    spent: dict[str, list[float]] = {name: [] for name in ("interval", "resample", "evidence", "prediction")}
    for _ in track(range(repeat), "evidence, bootstrap and prediction in turn", console=console):
        spent["interval"].append(_seconds(lambda: paired(AUC, labels, champion, challenger, world.clusters)))
        resamples = [
            _seconds(lambda: _resampled_lead(labels, world.said, members, draw)) for _ in range(TIMED)
        ]
        spent["resample"].append(statistics.mean(resamples))
        spent["prediction"].append(
            _seconds(lambda: [one.inplace_predict(world.features) for one in world.models])
        )
        spent["evidence"].append(
            _seconds(lambda: compare(world.holdout, said[0], said[1], params, ("2024-02",)))
        )
    return _figures(spent, rows)


def made(rows: int) -> World:
    """A thousand clusters that each share something, and two models of fewer rows like them."""
    draw = np.random.default_rng(_SEED)
    models = tuple(_trained(*_drawn(draw, min(rows, TRAINED_ON))[:2], seed) for seed in (1, 2))
    features, labels, clusters = _drawn(draw, rows)
    said = tuple(np.asarray(one.inplace_predict(features), dtype=np.float64) for one in models)
    holdout = pd.DataFrame(
        {
            "label": labels.astype(np.int8),
            "day": pd.Series(clusters).map("day {:04d}".format),
            "event_time": pd.Timestamp("2024-02-01", tz="UTC") + pd.to_timedelta(clusters, unit="h"),
            "x": features[:, 0],
            "region": np.array(["north", "south", "west"])[draw.integers(0, 3, rows)],
            "shop": np.array([f"shop {n}" for n in range(8)])[draw.integers(0, 8, rows)],
        }
    )
    return World(features, holdout, clusters, models, said)


def settings() -> Params:
    """The small model's, with a clause of every kind."""
    params = small_params()
    clauses = tuple(declared(**{**one, "name": f"clause-{n}"}) for n, one in enumerate(CLAUSES))
    return params.model_copy(
        update={
            "contract": params.contract.model_copy(update={"clauses": clauses}),
            "prepare": params.prepare.model_copy(update={"slices": ("region", "shop")}),
        }
    )


def _figures(spent: dict[str, list[float]], rows: int) -> list[Figure]:
    ours, resample, evidence, prediction = (spent[name] for name in spent)
    faster = [RESAMPLES * other / one for one, other in zip(ours, resample, strict=True)]
    dearer = [one / other for one, other in zip(evidence, prediction, strict=True)]
    measured = (
        ("auc_interval_faster", faster, "x as fast", ours, BOOTSTRAP),
        ("evidence_per_prediction", dearer, "x prediction", evidence, PREDICTION),
        ("auc_interval_seconds", ours, "s", ours, ""),
        ("bootstrap_resample_seconds", resample, "s", resample, ""),
        ("evidence_seconds", evidence, "s", evidence, ""),
        ("prediction_seconds", prediction, "s", prediction, ""),
    )
    return [
        Figure(name, statistics.median(values), unit, rows, sum(timed), against)
        for name, values, unit, timed, against in measured
    ]


def _seconds(work: Callable[[], object]) -> float:
    # A process that judges has drawn no samples before.
    resampling._drawn.cache_clear()
    resampling._blocks.cache_clear()
    resampling._heap_of.cache_clear()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _resampled_lead(
    labels: Floats, said: tuple[Floats, Floats], members: Sequence[Codes], draw: np.random.Generator
) -> float:
    """The difference of the AUCs on as many clusters, drawn with replacement."""
    drawn = draw.integers(0, len(members), len(members))
    rows = np.concatenate([members[one] for one in drawn])
    challenger, champion = (_auc(labels[rows], one[rows]) for one in said)
    return challenger - champion


def _auc(labels: Floats, scores: Floats) -> float:
    positives = labels.sum()
    ranks = rankdata(scores)[labels == 1].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * (len(labels) - positives)))


def _drawn(draw: np.random.Generator, rows: int) -> tuple[Matrix, Floats, Codes]:
    features = draw.normal(size=(rows, FEATURES)).astype(np.float32)
    clusters = draw.integers(0, CLUSTERS, rows)
    shared = draw.normal(0, 0.5, CLUSTERS)[clusters]
    signal = features[:, :8].sum(axis=1) / 2 + features[:, 8] * features[:, 9] + shared - 1
    labels = (draw.random(rows) < 1 / (1 + np.exp(-signal))).astype(np.float64)
    return features, labels, clusters


def _trained(features: Matrix, labels: Floats, seed: int) -> xgb.Booster:
    options = {"objective": "binary:logistic", "max_depth": DEPTH, "subsample": 0.5, "seed": seed}
    return xgb.train(options, xgb.QuantileDMatrix(features, label=labels), num_boost_round=TREES)
