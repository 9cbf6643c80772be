"""A decision as the steps would make it, on a few hundred simulated rows, with settings to vary."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from tasks.decide.decision import decide
from tasks.evaluate.answers import Answers, Costs
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import alarms, calibration, metric_evidence, naive, slice_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.findings import Evidence, Look, Measurements
from tasks.evaluate.metrics import shown
from tasks.evaluate.operating import value_by_threshold
from tasks.params import Params, parse_params
from tasks.prepare.features import Feature, Schema
from tasks.prepare.step import Part, Preparation
from tasks.report import Inputs
from tasks.train.card import ModelCard
from tasks.version.manifest import Dataset, DatasetBatch

SETTINGS = """
model: delays
store: {url: store}
intake: {period: month, timezone: UTC}
validate:
  rows: {min: 1, max: 100000}
  columns:
    id: {type: string, unique: true}
    at: {type: timestamp}
    day: {type: string}
    late: {type: integer}
    known_at: {type: timestamp}
    distance: {type: number}
    carrier: {type: string}
prepare:
  id: id
  event_time: at
  cluster: day
  label: {column: late, available_at: known_at}
  sources: [{name: plan, available_at: at, numeric: [distance], categorical: [carrier]}]
  slices: [carrier]
  max_periods: 12
  min_periods: 3
  selection_days: 7
  label_lag_days: 1
train: {seed: 1, rounds: 10, early_stopping_rounds: 2, max_depth: 3, learning_rate: 0.3}
evaluate:
  costs: {currency: EUR, true_positive: 40, false_positive: -10, false_negative: 0, true_negative: 0}
  min_slice_rows: 30
  min_slice_clusters: 5
contract:
  min_clusters: 10
  clauses:
    - {name: beats-base-rate, kind: beats_baseline, metric: log_loss, owner: science, reason: Know more.}
    - {name: ranks, kind: floor, metric: auc, threshold: 0.55, owner: operations, reason: Else it is ignored.}
    - {name: loss-ceiling, kind: floor, metric: log_loss, threshold: 0.7, owner: finance, reason: Risk.}
    - {name: beats-champion, kind: beats_champion, metric: log_loss, owner: science, reason: Trust is dear.}
"""
DAYS, PER_DAY = 30, 20

Make = Callable[..., Inputs]


def inputs_of_a_page(
    *,
    edge: float = 0.25,
    lift: float = 0.6,
    day_noise: float = 1.0,
    champion: float | None = 0.05,
    linear: float | None = None,
    drill: bool = False,
    retired: bool = True,
    carriers: tuple[str, ...] = ("AA", "B6", "UA"),
    settings: str = SETTINGS,
    seed: int = 1,
) -> Inputs:
    """`edge` and `champion` say how much of each row's fate challenger and champion see (0 none, 1 all).

    So does `linear` of the linear baseline, where there is one.

    Each day shares one shock of standard deviation `day_noise` that no model sees, so that a
    challenger whose level differs by `lift` is right or wrong about whole days at a time.
    """
    params = parse_params(settings)
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(DAYS), PER_DAY)
    signal, shock = rng.normal(0, 1, len(clusters)), rng.normal(0, day_noise, DAYS)[clusters]
    labels = (rng.random(len(clusters)) < _sigmoid(-1 + signal + shock)).astype(np.float64)
    costs = params.evaluate.costs
    matrix = Costs(costs.true_positive, costs.false_positive, costs.false_negative, costs.true_negative)
    seen = Comparison(
        labels=labels,
        clusters=clusters,
        costs=matrix,
        challenger=Answers(_sigmoid(lift - 1 + edge * signal), 0.3),
        champion=None if champion is None else Answers(_sigmoid(-1 + champion * signal), 0.3),
        baseline=naive(0.28, len(labels), matrix),
        columns={"carrier": pd.Series(rng.choice(carriers, len(labels)))},
        settings=params.evaluate,
        linear=None if linear is None else Answers(_sigmoid(-1 + linear * signal), 0.3),
    )
    evidence = _evidence(seen, params, drill=drill)
    look = Look(
        look="1" * 64,
        periods=evidence.holdout,
        challenger=evidence.challenger,
        champion=evidence.champion,
        contract=params.contract.hash,
        drill=drill,
        ordinal=0 if drill else 1,
        budget=params.contract.looks_per_holdout,
    )
    entry = None if champion is None else 5
    return Inputs(
        decision=decide(evidence, params.contract, look, params.model, entry, retired=retired),
        evidence=evidence,
        measurements=Measurements(
            one_row_p50_ms=0.21,
            one_row_p95_ms=0.4,
            one_row_calls=200,
            batch_rows_per_second=123456.0,
            model_bytes=4321,
        ),
        card=_card(drill=drill),
        preparation=_preparation(labels),
        dataset=Dataset(
            batches=tuple(
                DatasetBatch(period=f"2013-0{month}", file=f"2013-0{month}.x", sha256="c" * 64, rows=700)
                for month in (1, 2, 3)
            )
        ),
        params=params,
    )


def _evidence(seen: Comparison, params: Params, *, drill: bool) -> Evidence:
    metrics = {name: metric_evidence(metric, seen) for name, metric in shown(seen.objective).items()}
    contract = params.contract
    found = {clause.name: clause_evidence(clause, contract, seen) for clause in contract.clauses}
    return Evidence(
        holdout=("2013-03",),
        rows=len(seen.labels),
        positives=int(seen.labels.sum()),
        clusters=DAYS,
        challenger="a" * 64,
        champion="b" * 64 if seen.champion else None,
        incumbent="champion" if seen.champion else "base rate",
        base_rate=0.28,
        currency="EUR",
        drill=drill,
        clauses={name: evidence for name, evidence in found.items() if evidence is not None},
        metrics=metrics,
        slices=tuple(slice_evidence("carrier", seen)),
        reliability=calibration(seen),
        unseen_categories={"challenger": {"carrier": 3}, "champion": {}},
        alarms=alarms(metrics, "EUR"),
        value_by_threshold=value_by_threshold(seen),
    )


def _card(*, drill: bool) -> ModelCard:
    return ModelCard(
        model="delays",
        model_sha256="d" * 64,
        model_bytes=4321,
        features=_SCHEMA,
        label="late",
        base_rate=0.28,
        threshold=0.3,
        trees=9,
        selection_log_loss=0.55,
        periods=("2013-01", "2013-02"),
        train_rows=1000,
        selection_rows=300,
        trained_until="2013-02-28T23:00:00+00:00",
        seed=1,
        drill=drill,
        library="xgboost 3.2.0",
    )


_SCHEMA = Schema(features=(Feature(name="distance"), Feature(name="carrier", categories=("AA", "B6"))))


def _preparation(labels: np.ndarray) -> Preparation:
    def part(rows: int, positives: int, clusters: int, first: str, last: str) -> Part:
        return Part(rows=rows, positives=positives, clusters=clusters, first=first, last=last)

    return Preparation(
        periods=("2013-01", "2013-02", "2013-03"),
        holdout=("2013-03",),
        training_ends="2013-03-01T00:00:00+00:00",
        label_cutoff="2013-04-02T00:00:00+00:00",
        rows_in=2000,
        excluded={"cancelled": 2000 - 1300 - len(labels)},
        parts={
            "train": part(1000, 280, 52, "2013-01-01T05:00:00+00:00", "2013-02-21T23:00:00+00:00"),
            "selection": part(300, 80, 7, "2013-02-22T00:10:00+00:00", "2013-02-28T23:00:00+00:00"),
            "holdout": part(
                len(labels), int(labels.sum()), DAYS, "2013-03-01T00:20:00+00:00", "2013-03-30T23:00:00+00:00"
            ),
        },
        features=_SCHEMA,
    )


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))
