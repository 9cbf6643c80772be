"""Clauses with a given bar, and what is true of them in a whole population."""

from typing import Any

from data_factories import declared
from simulations.worlds import World

from tasks.evaluate.comparison import Comparison
from tasks.evaluate.quantities import quantities
from tasks.params.contract import (
    LOSSES,
    Abstention,
    BeatsBaseline,
    BeatsChampion,
    Calibration,
    Churn,
    Coverage,
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
    | Abstention
    | Coverage
    | NetValue
)
"""A clause that rows decide."""


def requiring(required: float, **settings: Any) -> OfRows:
    """A clause of these settings whose evidence must exceed `required`."""
    by_threshold = {"floor", "churn", "representation", "coverage"}
    name = "threshold" if settings["kind"] in by_threshold else "margin"
    downward = settings["kind"] in {"not_worse", "slice", "fairness", "calibration", "churn"}
    downward |= settings["kind"] == "floor" and settings["metric"] in LOSSES
    clause = declared(**settings, **{name: -required if downward else required})
    if not isinstance(clause, Tested) or clause.required != required:
        raise ValueError(f"expected a clause that requires {required} of rows, found {clause}")
    return clause


def truths(clause: OfRows, population: Comparison) -> list[float]:
    """What each part of the clause is in truth, computed by the product on a whole population."""
    return [float(one.values().mean()) for one in quantities(clause, population)]


def abstaining(answered: float, population: Comparison) -> OfRows:
    """The clause whose risk is, in truth, exactly that of the rows that the challenger is sure of."""
    clause = Abstention(name="c", owner="o", reason="r", risk=0.5, answered=answered)
    return clause.model_copy(update={"risk": 0.5 - truths(clause, population)[0]})


def at_truth(world: World, **settings: Any) -> OfRows:
    """The clause whose worst part is, in truth, exactly what it requires."""
    population = world.population
    if settings["kind"] == "net_value":
        (gained,) = truths(requiring(0.0, **settings), population)
        return requiring(0.0, **settings, cost=gained)
    if settings["kind"] == "abstention":
        return abstaining(settings["answered"], population)
    provisional = 0.5 if settings["kind"] in {"floor", "beats_champion", "coverage"} else -0.5
    return requiring(min(truths(requiring(provisional, **settings), population)), **settings)
