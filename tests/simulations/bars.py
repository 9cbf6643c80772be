"""Clauses with a given bar, and what is true of them in a whole population."""

from typing import Any

from data_factories import declared
from simulations.worlds import World

from tasks.evaluate.comparison import Comparison
from tasks.evaluate.quantities import quantities
from tasks.params.contract import (
    LOSSES,
    BeatsBaseline,
    BeatsChampion,
    Calibration,
    Churn,
    Fairness,
    Floor,
    NetValue,
    NotWorse,
    Representation,
    Slice,
    Tested,
)

OfRows = (
    BeatsBaseline
    | BeatsChampion
    | NotWorse
    | Floor
    | Slice
    | Fairness
    | Representation
    | Calibration
    | Churn
    | NetValue
)
"""A clause that rows decide."""


def requiring(required: float, **settings: Any) -> OfRows:
    """A clause of these settings whose evidence must exceed `required`."""
    name = {"floor": "threshold", "churn": "threshold", "representation": "threshold"}.get(
        settings["kind"], "margin"
    )
    downward = settings["kind"] in {"not_worse", "slice", "fairness", "calibration", "churn"}
    downward |= settings["kind"] == "floor" and settings["metric"] in LOSSES
    clause = declared(**settings, **{name: -required if downward else required})
    if not isinstance(clause, Tested) or clause.required != required:
        raise ValueError(f"expected a clause that requires {required} of rows, found {clause}")
    return clause


def truths(clause: OfRows, population: Comparison) -> list[float]:
    """What each part of the clause is in truth, computed by the product on a whole population."""
    return [float(one.values().mean()) for one in quantities(clause, population)]


def at_truth(world: World, **settings: Any) -> OfRows:
    """The clause whose worst part is, in truth, exactly what it requires."""
    population = world.population
    if settings["kind"] == "net_value":
        (gained,) = truths(requiring(0.0, **settings), population)
        return requiring(0.0, **settings, cost=gained)
    provisional = 0.5 if settings["kind"] in {"floor", "beats_champion"} else -0.5
    return requiring(min(truths(requiring(provisional, **settings), population)), **settings)
