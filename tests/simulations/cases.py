"""Which boundaries are simulated: every kind of clause, in several layouts of rows."""

from collections.abc import Iterator
from typing import Any

from simulations.bars import at_truth
from simulations.boundaries import Boundary
from simulations.class_worlds import DECIDED_CLASSES, ERRING_CLASSES, OVERSTATED_CLASSES, UNSURE_CLASSES
from simulations.clause_worlds import (
    CHANGED,
    HIDDEN,
    IMBALANCED,
    ONE_SIDED,
    ORDINARY,
    OVERLOOKED,
    OVERSTATED,
    SLICED,
    TWO_SIDED,
    UNEQUAL,
    UNSURE,
)
from simulations.draws import Layout
from simulations.number_worlds import ERRONEOUS, FARTHER, LOWER
from simulations.worlds import COLUMN, World

ROWS = Layout(1_000)
DAYS = Layout(50, rows_per_cluster=25, spread=0.5, correlation=0.05)
REGIMES = Layout(200, rows_per_cluster=10, spread=0.5, correlation=0.3)
MANY_ROWS = Layout(5_000)
LONG_DAYS = Layout(120, rows_per_cluster=100, spread=0.5, correlation=0.05)
Case = tuple[str, str, World, dict[str, Any]]
ANYWHERE: tuple[Case, ...] = (
    ("not_worse", "not_worse log loss", ORDINARY, {"kind": "not_worse", "metric": "log_loss"}),
    ("floor_auc", "floor on AUC", ORDINARY, {"kind": "floor", "metric": "auc"}),
    ("floor_precision", "floor on precision", ORDINARY, {"kind": "floor", "metric": "precision"}),
    ("floor_recall", "floor on recall", ORDINARY, {"kind": "floor", "metric": "recall"}),
    ("slice", "slice, one of 3", SLICED, {"kind": "slice", "metric": "log_loss", "column": COLUMN}),
    (
        "fairness_selection_rate",
        "fairness, selection rate, one pair of 3 groups",
        UNEQUAL,
        {"kind": "fairness", "measure": "selection_rate", "column": COLUMN},
    ),
    (
        "fairness_true_positive_rate",
        "fairness, true positive rate, 2 groups",
        OVERLOOKED,
        {"kind": "fairness", "measure": "true_positive_rate", "column": COLUMN},
    ),
    ("calibration", "calibration, one bin of 5", OVERSTATED, {"kind": "calibration"}),
    ("churn", "churn of 10%", CHANGED, {"kind": "churn"}),
    ("abstention", "abstention, 10% wrong where sure", UNSURE, {"kind": "abstention", "answered": 0.4}),
    ("coverage", "coverage of 94%", UNSURE, {"kind": "coverage"}),
    ("net_value", "net value of 0", CHANGED, {"kind": "net_value", "horizon_rows": 1_000}),
)
RARELY: tuple[Case, ...] = (
    (
        "rare_not_worse",
        "1% labels, not_worse log loss",
        IMBALANCED,
        {"kind": "not_worse", "metric": "log_loss"},
    ),
    ("rare_floor_auc", "1% labels, floor on AUC", IMBALANCED, {"kind": "floor", "metric": "auc"}),
    ("rare_floor_recall", "1% labels, floor on recall", IMBALANCED, {"kind": "floor", "metric": "recall"}),
    ("heavy_value", "large losses and gains", TWO_SIDED, {"kind": "beats_champion", "metric": "value"}),
    ("heavy_losses", "rare large losses only", ONE_SIDED, {"kind": "beats_champion", "metric": "value"}),
)
HIDING: tuple[Case, ...] = (
    ("hidden_floor_auc", "hidden 1% labels, floor on AUC", HIDDEN, {"kind": "floor", "metric": "auc"}),
    (
        "hidden_not_worse_auc",
        "hidden 1% labels, not_worse AUC",
        HIDDEN,
        {"kind": "not_worse", "metric": "auc"},
    ),
)
NUMBERS: tuple[Case, ...] = (
    ("number_floor_rmse", "floor on RMSE", FARTHER, {"kind": "floor", "metric": "rmse"}),
    ("number_lead_rmse", "lead in RMSE", FARTHER, {"kind": "beats_champion", "metric": "rmse"}),
    ("number_lead_mse", "lead in squared error", FARTHER, {"kind": "beats_champion", "metric": "mse"}),
    ("number_lead_mae", "lead in absolute error", FARTHER, {"kind": "beats_champion", "metric": "mae"}),
)
RARE_ERRORS: tuple[Case, ...] = (
    ("rare_errors_rmse", "rare large errors, floor on RMSE", ERRONEOUS, {"kind": "floor", "metric": "rmse"}),
)
QUANTILES: tuple[Case, ...] = (
    (
        "number_lead_pinball",
        "lead in pinball loss at 0.8",
        LOWER,
        {"kind": "beats_champion", "metric": "pinball"},
    ),
)
WORSE = {"kind": "not_worse", "metric": "value"}
CLASSES: tuple[Case, ...] = (
    (
        "class_abstention",
        "abstention of classes, 10% wrong where sure",
        UNSURE_CLASSES,
        {"kind": "abstention", "answered": 0.4},
    ),
    ("class_coverage", "coverage of classes, 94%", UNSURE_CLASSES, {"kind": "coverage"}),
    (
        "class_calibration",
        "calibration of classes, one bin of 5",
        OVERSTATED_CLASSES,
        {"kind": "calibration"},
    ),
    ("class_value", "value of classes, worse by the margin", DECIDED_CLASSES, WORSE),
    (
        "class_fairness_error_rate",
        "fairness of classes, error rate, one pair of 3 groups",
        ERRING_CLASSES,
        {"kind": "fairness", "measure": "error_rate", "column": COLUMN},
    ),
)


def boundaries() -> Iterator[Boundary]:
    """Every kind of clause in three layouts, quantiles in two; rare labels, losses, errors in longer ones."""
    often, seldom = (ROWS, DAYS, REGIMES), (MANY_ROWS, LONG_DAYS)
    numbers = ((NUMBERS, often), (RARE_ERRORS, seldom), (QUANTILES, (LONG_DAYS, ROWS)))
    later = ((CLASSES, often), (HIDING, (MANY_ROWS,)))
    for cases, layouts in ((ANYWHERE, often), (RARELY, seldom), *numbers, *later):
        for key, name, world, settings in cases:
            clause = at_truth(world, **settings)
            for layout in layouts:
                yield Boundary(key, name, world, layout, clause)
