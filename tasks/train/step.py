"""The step: reads train and selection, never the holdout; writes the model, its card, and what it took."""

import logging
import time
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.documents import digest, write_atomically
from tasks.errors import BadInput
from tasks.evaluate.binary import best_threshold
from tasks.evaluate.compare import cost_matrix
from tasks.objectives import OBJECTIVES, Class, Objective
from tasks.params import Params
from tasks.prepare.features import Schema, encode
from tasks.prepare.labels import labels_of
from tasks.prepare.split import SELECTION, TRAIN
from tasks.prepare.step import read_part, read_preparation
from tasks.train.booster import Fitted, fit, library_version
from tasks.train.card import ModelCard, Training
from tasks.train.intervals import PredictionIntervals, fit_intervals
from tasks.train.linear import Linear
from tasks.train.linear_fit import fit_linear
from tasks.train.temperature import Temperature, fit_temperature
from tasks.train.uncertainty import Calibration, Sets, fit_calibration, fit_sets
from tasks.workspace import Workspace

_log = logging.getLogger(__name__)


def train(workspace: Workspace, *, drill: bool = False) -> ModelCard:
    """Train a challenger. A drill trains on shuffled labels, to show that the gate refuses it."""
    started = time.perf_counter()
    params = workspace.params
    prepared = read_preparation(workspace)
    classes = prepared.classes
    train_part, selection_part = read_part(workspace, TRAIN), read_part(workspace, SELECTION)
    rows = (
        _matrix(train_part, params, prepared.features, drill=drill, classes=classes),
        _matrix(selection_part, params, prepared.features, drill=drill, classes=classes),
    )
    if classes:
        _refuse_missing_class(rows[0][1], classes, params.prepare.label.column)
    else:
        _refuse_one_label(rows[0][1], OBJECTIVES[params.train.objective])
    fitted = fit(*rows, prepared.features.types, params.train, classes=len(classes))
    card = _card(workspace, (train_part, selection_part), rows, fitted, drill=drill)
    # Without the linear baseline: that is the contract's expense, and not this model's.
    seconds = time.perf_counter() - started
    if params.contract.asks_for_linear:
        card = card.model_copy(update={"linear": _linear(workspace, train_part, selection_part)})
    workspace.model.mkdir(parents=True, exist_ok=True)
    write_atomically(workspace.model_bytes, fitted.data)
    write_atomically(workspace.model_card, card.to_bytes())
    write_atomically(workspace.training, Training(candidate=card.candidate, seconds=seconds).to_bytes())
    return card


def _refuse_one_label(labels: NDArray[np.float64], objective: Objective) -> None:
    only = np.unique(labels)
    if len(only) < 2:  # noqa: PLR2004 - two classes, or two numbers
        needs = "a model needs both" if objective.probabilities else "there is nothing to learn"
        raise BadInput(
            f"train: every one of the {len(labels):,} training rows has the label {only[0]:g}: {needs}; "
            "look at the label column, or widen prepare.max_periods"
        )


def _refuse_missing_class(labels: NDArray[np.float64], classes: tuple[Class, ...], column: str) -> None:
    """A class that training never saw would have a share of 0, and any model would beat that baseline."""
    counts = np.bincount(labels.astype(np.int64), minlength=len(classes))
    if missing := [str(one) for one, count in zip(classes, counts, strict=True) if not count]:
        raise BadInput(
            f"train: none of the {len(labels):,} training rows has the label {', '.join(missing)}: widen "
            f"prepare.max_periods, or leave the class out of validate.columns.{column}.values"
        )


def naive_answer(labels: NDArray[np.float64], alpha: float | None) -> float:
    """What one says of every row without a model: the mean label, or, with an `alpha`, that quantile.

    It is the least label that a share `alpha` of the labels (n,) does not exceed: no other constant has a
    lower mean pinball loss on these rows (Koenker & Bassett, "Regression quantiles", Econometrica 46 (1978)).
    """
    if alpha is None:
        return float(np.mean(labels))
    return float(np.quantile(labels, alpha, method="inverted_cdf"))


Rows = tuple[NDArray[np.float32], NDArray[np.float64]]


def _matrix(
    part: pd.DataFrame, params: Params, schema: Schema, *, drill: bool, classes: tuple[Class, ...] = ()
) -> Rows:
    matrix, unseen = encode(part, schema)
    if unseen:
        _log.warning("train: selection has categories that training never saw, taken as missing: %s", unseen)
    labels = labels_of(part, params.prepare.label.column, classes)
    if drill:
        labels = np.random.default_rng(params.train.seed).permutation(labels)
    return matrix, labels


def _linear(workspace: Workspace, train_part: pd.DataFrame, selection_part: pd.DataFrame) -> Linear:
    """The linear baseline. In a drill, too, it learns the true labels: the bar is the real one."""
    params, schema = workspace.params, read_preparation(workspace).features
    rows, selection = (_matrix(part, params, schema, drill=False) for part in (train_part, selection_part))
    linear = fit_linear(*rows, schema, params.train.objective)
    if params.evaluate.costs is None:
        return linear
    costs = cost_matrix(params.evaluate.costs)
    threshold = best_threshold(selection[1], linear.answers(selection[0]), costs)
    return linear.model_copy(update={"threshold": threshold})


def _card(
    workspace: Workspace,
    parts: tuple[pd.DataFrame, pd.DataFrame],
    rows: tuple[Rows, Rows],
    fitted: Fitted,
    *,
    drill: bool,
) -> ModelCard:
    params = workspace.params
    preparation = read_preparation(workspace)
    matrix, labels = rows[1]
    objective = OBJECTIVES[params.train.objective]
    told = fitted.model.predict(matrix)
    calibration = _calibration(labels, told, objective) if params.train.calibrate else None
    answers = calibration.probabilities(told) if calibration else told
    costs, threshold = params.evaluate.costs, None
    if costs is not None:
        threshold = best_threshold(labels, answers, cost_matrix(costs))
    last = max(part[params.prepare.event_time].max() for part in parts)
    shares = class_shares(rows[0][1], len(preparation.classes))
    return ModelCard(
        model=params.model,
        model_sha256=digest(fitted.data),
        model_bytes=len(fitted.data),
        features=preparation.features,
        label=params.prepare.label.column,
        base_rate=max(shares) if shares else naive_answer(rows[0][1], params.train.alpha),
        threshold=threshold,
        trees=fitted.trees,
        selection_log_loss=fitted.selection_loss if objective.loss == "log_loss" else None,
        selection_rmse=fitted.selection_loss if objective.loss == "rmse" else None,
        selection_pinball=fitted.selection_loss if objective.loss == "pinball" else None,
        alpha=params.train.alpha,
        periods=tuple(period for period in preparation.periods if period not in preparation.holdout),
        train_rows=len(parts[0]),
        selection_rows=len(parts[1]),
        trained_until=last.isoformat(),
        seed=params.train.seed,
        drill=drill,
        library=f"xgboost {library_version()}",
        calibration=calibration,
        **_possible(labels, answers, params.train.coverage, objective),
        objective=objective.name,
        classes=preparation.classes,
        class_shares=shares,
        outcomes=params.outcomes,
    )


def class_shares(labels: NDArray[np.float64], classes: int) -> tuple[float, ...]:
    """The share of each class among the labels (n,), in the declared order; none without classes."""
    counts = np.bincount(labels.astype(np.int64), minlength=classes) if classes else np.empty(0)
    return tuple((counts / len(labels)).tolist())


def _calibration(
    labels: NDArray[np.float64], told: NDArray[np.float64], objective: Objective
) -> Calibration | Temperature | None:
    """What maps probabilities to what came on the selection rows, if anything can."""
    if objective.calibration == "temperature":
        return fit_temperature(labels, told)
    return fit_calibration(labels, told)


class _Possible(TypedDict, total=False):
    sets: Sets
    intervals: PredictionIntervals


def _possible(
    labels: NDArray[np.float64], answers: NDArray[np.float64], coverage: float | None, objective: Objective
) -> _Possible:
    """What of the card says which labels are possible; nothing where `coverage` is not asked for."""
    if coverage is None:
        return {}
    if objective.possible == "sets":
        return {"sets": fit_sets(labels, answers, coverage)}
    return {"intervals": fit_intervals(labels, answers, coverage)}
