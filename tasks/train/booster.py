"""The XGBoost wrapper: the only module that imports it."""

import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tasks.documents import digest
from tasks.errors import Corrupt
from tasks.objectives import OBJECTIVES
from tasks.params import TrainParams

if TYPE_CHECKING:
    import xgboost

# Read by XGBoost's OpenMP when it is loaded. Its threads wait for each other at every tree; left to
# itself each waits by spinning, and takes the processor from the one it waits for: ADR 0011.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

_log = logging.getLogger(__name__)
Matrix = NDArray[np.float32]

_UBJ_BEGINS, _UBJ_ENDS = b"{L", b"}"
"""XGBoost's UBJ is an object whose first key has its length in 64 bits."""


@dataclass(frozen=True)
class Model:
    """A fitted booster that holds exactly the trees that early stopping chose."""

    booster: "xgboost.Booster"

    def predict(self, matrix: Matrix, *, threads: int = 0) -> NDArray[np.float64]:
        """Probability of label 1, or a number, for each row of `matrix` (float32, rows by features).

        Of classes it is (rows, classes), a probability for each. `threads` 0 means all; one row is fastest
        with 1.
        """
        if not len(matrix):
            return np.empty(0)
        self.booster.set_param({"nthread": threads or os.cpu_count() or 1})
        return np.asarray(self.booster.inplace_predict(matrix), dtype=np.float64)

    def contributions(self, matrix: Matrix, types: list[str]) -> NDArray[np.float64]:
        """What each feature adds to each row's answer: (rows, features + 1), the last column the bias.

        SHAP values of XGBoost's own (path dependent, Lundberg et al., Nature Machine Intelligence 2
        (2020)), computed in float32: a row adds up to its log odds (of a regression, to its prediction)
        within about 1e-5. The bias is the same in all rows. `types` are the schema's feature types. Of
        classes it is (rows, classes, features + 1): each class's log probability, but for a
        constant of the row.
        """
        if not len(matrix):
            return np.empty((0, matrix.shape[1] + 1))
        import xgboost as xgb

        self.booster.set_param({"nthread": os.cpu_count() or 1})
        rows = xgb.DMatrix(matrix, feature_types=types, enable_categorical=True)
        return np.asarray(self.booster.predict(rows, pred_contribs=True), dtype=np.float64)


@dataclass(frozen=True)
class Fitted:
    """The bytes of a model (UBJ) and how its training went."""

    model: Model
    data: bytes
    trees: int
    selection_loss: float


def fit(
    train: tuple[Matrix, NDArray[Any]],
    selection: tuple[Matrix, NDArray[Any]],
    types: list[str],
    settings: TrainParams,
    *,
    classes: int = 0,
) -> Fitted:
    """Boost on `train`, stop on `selection`'s loss, and keep the best number of trees.

    Of so many `classes`, labels are places from 0, and each round grows a tree for each.
    Same inputs give the same bytes, whatever the number of threads, for one XGBoost version.
    """
    import xgboost as xgb

    options = {"feature_types": types, "enable_categorical": True, "max_bin": settings.max_bin}
    fitting = xgb.QuantileDMatrix(train[0], label=train[1], **options)
    # Bins come from the training rows alone: without `ref` they would be learned on selection too.
    stopping = xgb.QuantileDMatrix(selection[0], label=selection[1], ref=fitting, **options)
    history: dict[str, dict[str, list[float]]] = {}
    booster = xgb.train(
        _options(settings, classes),
        fitting,
        num_boost_round=settings.rounds,
        evals=[(stopping, "selection")],
        early_stopping_rounds=settings.early_stopping_rounds,
        evals_result=history,
        verbose_eval=False,
    )
    best = booster.best_iteration
    loss = OBJECTIVES[settings.objective].stopping
    losses = history["selection"][loss]
    trees = (best + 1) * max(1, classes)
    _log.info("train: %d trees, %s %.4f on selection", trees, loss, losses[best])
    kept = booster[: best + 1]
    kept.set_attr(best_iteration=None, best_score=None)
    return Fitted(Model(kept), bytes(kept.save_raw("ubj")), trees, float(losses[best]))


def load_model(data: bytes, *, sha256: str) -> Model:
    """The model in `data`, parsed only after its hash matches; raises `Corrupt`.

    The hash is the guard: XGBoost's parser ends the process on no bytes at all, and on some that were
    cut short or changed it reads beyond them, which no `except` can catch.
    """
    if digest(data) != sha256:
        raise Corrupt(f"model bytes hash to {digest(data)[:12]}…, expected {sha256[:12]}…; not loaded")
    if not (data.startswith(_UBJ_BEGINS) and data.endswith(_UBJ_ENDS)):
        raise Corrupt(f"model {sha256[:12]}…: expected UBJ, found {len(data)} bytes of something else")
    import xgboost as xgb

    booster = xgb.Booster()
    try:
        booster.load_model(bytearray(data))
    # XGBoost quotes the bytes that it cannot read, and they need not be text.
    except (xgb.core.XGBoostError, UnicodeDecodeError) as error:
        first = (str(error).splitlines() or ["no reason given"])[0]
        raise Corrupt(f"model {sha256[:12]}…: XGBoost cannot read it: {first}") from error
    return Model(booster)


def warm() -> None:
    """Import XGBoost now, where a caller has the time."""
    import xgboost  # noqa: F401 - imported for its time


def library_version() -> str:
    """XGBoost's version, recorded with each model: bytes are comparable within one."""
    from importlib.metadata import version

    return version("xgboost")


def _options(settings: TrainParams, classes: int) -> dict[str, object]:
    kept_back = {"objective", "rounds", "early_stopping_rounds", "calibrate", "coverage", "alpha"}
    shape = settings.model_dump(exclude=kept_back)
    objective = OBJECTIVES[settings.objective]
    quantile = {"quantile_alpha": settings.alpha} if objective.quantile else {}
    return {
        **shape,
        **quantile,
        **({"num_class": classes} if classes else {}),
        "objective": objective.learner,
        "eval_metric": objective.stopping,
        "tree_method": "hist",
        "nthread": os.cpu_count() or 1,
        "verbosity": 0,
    }
