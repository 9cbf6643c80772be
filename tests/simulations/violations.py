"""The bad challengers: for each kind of clause, what violates it and nothing else."""

from simulations.damages import Damage, blurred, estranged, only, shifted, tempered, turned
from simulations.gate import FAST
from simulations.planted import Planted
from simulations.worlds import COLUMN

HOT, COLD = tempered(2.2), tempered(0.35)
WORSE, BETTER = 0.7, 1.5
"""How much the champion errs: hardly, so that a challenger can be worse, or so that any is better."""


def violations() -> tuple[Planted, ...]:
    """All of them."""
    return (*_lead(), *_floors(), *_groups(), *_answers(), *_measured())


def _lead() -> list[Planted]:
    baseline = {"log_loss": COLD, "brier": HOT, "auc": blurred}
    champion = {"log_loss": HOT, "brier": COLD, "value": turned(0.35, 0.65)}
    incumbent = {"log_loss": HOT, "brier": COLD, "auc": blurred, "value": turned(0.2, 0.8)}
    return [
        *_each("beats_baseline", baseline, BETTER),
        *_each("beats_champion", champion, BETTER),
        *_each("not_worse", incumbent, WORSE),
    ]


def _floors() -> list[Planted]:
    return _each(
        "floor",
        {
            "log_loss": HOT,
            "brier": COLD,
            "auc": blurred,
            "recall": turned(0.65),
            "precision": turned(0.35),
        },
        BETTER,
    )


def _groups() -> list[Planted]:
    slices = {"log_loss": only("red", COLD), "brier": only("green", COLD), "value": only("blue", turned(0.2))}
    fairness = {
        "selection_rate": only("red", turned(0.35)),
        "true_positive_rate": only("green", turned(0.65)),
        "false_positive_rate": only("blue", turned(0.35)),
        "calibration": only("red", shifted(0.1)),
    }
    return [
        *(
            Planted({"kind": "slice", "metric": metric, "column": COLUMN}, WORSE, damage)
            for metric, damage in slices.items()
        ),
        *(
            Planted({"kind": "fairness", "measure": measure, "column": COLUMN}, BETTER, damage)
            for measure, damage in fairness.items()
        ),
    ]


def _answers() -> list[Planted]:
    calibration: tuple[Damage, ...] = (HOT, COLD, shifted(0.12), shifted(-0.12))
    churn = (estranged(0.35, 0.65), estranged(0.35), estranged(0.65))
    value = (turned(0.35, 0.65), turned(0.2), turned(0.8))
    return [
        *(Planted({"kind": "calibration"}, BETTER, damage) for damage in calibration),
        *(Planted({"kind": "churn"}, WORSE, damage) for damage in churn),
        # The twin is sure of 70% of the rows, of which 12.5% are wrong: too sure, and then too shy.
        Planted({"kind": "abstention", "risk": 0.16, "answered": 0.3}, BETTER, HOT),
        Planted({"kind": "abstention", "risk": 0.3, "answered": 0.5}, BETTER, COLD),
        Planted({"kind": "coverage"}, BETTER, HOT),
        *(Planted({"kind": "net_value", "horizon_rows": 1}, BETTER, damage) for damage in value),
    ]


def _measured() -> list[Planted]:
    slow, jerky, large = {"one_row_p50_ms": 4.5}, {"one_row_p95_ms": 5.0}, {"model_bytes": 100_000}
    return [
        Planted({"kind": "latency", "percentile": 50}, BETTER, None, FAST.model_copy(update=slow)),
        Planted({"kind": "latency", "percentile": 95}, BETTER, None, FAST.model_copy(update=jerky)),
        Planted({"kind": "size"}, BETTER, None, FAST.model_copy(update=large)),
        Planted({"kind": "training_cost"}, BETTER, None, FAST.model_copy(update={"training_seconds": 1800})),
    ]


def _each(kind: str, damages: dict[str, Damage], noise: float) -> list[Planted]:
    return [Planted({"kind": kind, "metric": metric}, noise, damage) for metric, damage in damages.items()]
