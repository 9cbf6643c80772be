"""Challengers that violate exactly one clause, and their undamaged twins, through evidence and decision."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from data_factories import declared
from simulations.bars import OfRows, requiring, truths
from simulations.damages import GROUPS, Damage, damaged, world
from simulations.draws import Layout
from simulations.gate import FAST
from simulations.worlds import COLUMN, World

from tasks.evaluate.findings import Measurements
from tasks.params import Clause, Contract
from tasks.params.contract import Abstention, Tested

HOLDOUT = Layout(200, rows_per_cluster=40, spread=0.3, correlation=0.01)
# Where the bar stands, of the way from the bad challenger's truth to its twin's.
_BAR = 0.4
# How far the other clauses lie below the worse of the two.
_ROOM: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.03, {"kind": "not_worse", "metric": "brier"}),
    (0.05, {"kind": "floor", "metric": "auc"}),
    (0.06, {"kind": "floor", "metric": "recall"}),
    (0.06, {"kind": "floor", "metric": "precision"}),
    (0.06, {"kind": "slice", "metric": "log_loss", "column": COLUMN}),
    (0.08, {"kind": "fairness", "measure": "selection_rate", "column": COLUMN}),
    (0.08, {"kind": "calibration"}),
    (0.06, {"kind": "churn"}),
    (0.10, {"kind": "net_value", "horizon_rows": 1}),
    (0.10, {"kind": "representation", "column": COLUMN, "values": GROUPS}),
)
_NEVER_NEGATIVE = {"floor", "net_value", "representation", "beats_baseline", "beats_champion", "coverage"}
_MEASURED: tuple[dict[str, Any], ...] = (
    {"kind": "latency", "percentile": 50, "milliseconds": 4},
    {"kind": "latency", "percentile": 95, "milliseconds": 5},
    {"kind": "size", "bytes": 100_000},
    {"kind": "training_cost", "price_per_hour": 10, "currency": "EUR", "threshold": 5},
)


@dataclass(frozen=True)
class Planted:
    """A twin that meets its contract, and what damages it so that it violates one clause, and only that.

    `noise` is how much the champion errs, in log odds. A clause that a measurement decides is violated by
    `measurements`, and nothing else is damaged then.
    """

    clause: dict[str, Any]
    noise: float
    damage: Damage | None = None
    measurements: Measurements = FAST

    @property
    def title(self) -> str:
        """The clause, and by what it is told from others of its kind."""
        return named(self.clause)

    @cached_property
    def twin(self) -> World:
        """Where the challenger is undamaged."""
        return world(self.noise)

    @cached_property
    def bad(self) -> World:
        """Where it is damaged."""
        return damaged(self.twin, self.damage) if self.damage else self.twin

    @cached_property
    def contract(self) -> Contract:
        """The violated clause with its bar between the two; all others with room below both."""
        wanted: list[Clause] = [declared(name=named(one), **one) for one in _MEASURED]
        beats = ["beats_baseline"] + (["beats_champion"] if self.better else [])
        others = [(0.0, {"kind": kind, "metric": "log_loss"}) for kind in beats]
        for room, settings in (*others, *_ROOM):
            if settings != self.clause:
                wanted.append(self._with_room(settings, room))
        if self.damage:
            wanted.append(self._between(self.clause))
        return Contract(clauses=tuple(wanted))

    @property
    def better(self) -> bool:
        """Whether even the damaged challenger has a clearly smaller log loss than the champion."""
        return self._worst({"kind": "not_worse", "metric": "log_loss"})[1] > 0.02

    def violated(self, of: World) -> list[str]:
        """The names of the clauses of rows that are not true of this world, by its whole population."""
        tested = [clause for clause in self.contract.clauses if isinstance(clause, Tested)]
        return [one.name for one in tested if min(truths(one, of.population)) <= one.required]

    def _with_room(self, settings: dict[str, Any], room: float) -> OfRows:
        worst = min(self._worst(settings))
        if settings["kind"].startswith("beats"):
            return requiring(0.0, name=named(settings), **settings)
        if settings["kind"] == "net_value":
            return requiring(0.0, name=named(settings), **settings, cost_per_row=worst - room)
        ceiling = np.inf if settings["kind"] in _NEVER_NEGATIVE else 0.0
        return requiring(min(worst, ceiling) - room, name=named(settings), **settings)

    def _between(self, settings: dict[str, Any]) -> OfRows:
        if settings["kind"] == "abstention":
            return Abstention(name=named(settings), owner="o", reason="r", **settings)
        good, bad = self._worst(settings)
        bar = bad + _BAR * (good - bad)
        if settings["kind"] == "net_value":
            return requiring(0.0, name=named(settings), **settings, cost_per_row=bar)
        return requiring(bar, name=named(settings), **settings)

    def _worst(self, settings: dict[str, Any]) -> tuple[float, float]:
        """The worst part of a clause in truth, of the twin and of the bad one."""
        clause = requiring(0.5 if settings["kind"] in _NEVER_NEGATIVE else -0.5, **settings)
        good, bad = (min(truths(clause, one.population)) for one in (self.twin, self.bad))
        return good, bad


def named(settings: dict[str, Any]) -> str:
    """A clause's name: `floor-auc`."""
    what = settings.get("metric") or settings.get("measure") or settings.get("percentile")
    return f"{settings['kind']}-{what}".replace("_", "-") if what else settings["kind"].replace("_", "-")
