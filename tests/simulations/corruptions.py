"""The catalogue: what goes wrong with deliveries of flights, each in three severities."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
from numpy.random import Generator
from simulations.spoiling import (
    again,
    burst,
    converted,
    flipped,
    late_clock,
    late_minutes,
    shuffled,
    stale,
    stuck,
    swapped,
    truncated,
)

Spoil = Callable[[pa.Table, float, Generator, pa.Table], pa.Table]
"""From a month, how much, a seed's draws and the month before."""

SEVERITIES = ("mild", "medium", "severe")
WEATHER = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
ROWS, IDS, CLOCK, LABEL = "rows", "flight_id", "event_time", "late"
_PARTS = (0.1, 1 / 3, 1.0)
_BURSTS = (0.03, 0.1, 0.3)


@dataclass(frozen=True)
class Corruption:
    """One entry: its kind, what it is about, where it may rightly be told, and how much of it.

    `told_by` are columns, or `rows` for what is about their number.
    """

    kind: str
    what: str
    told_by: tuple[str, ...]
    amounts: tuple[float, float, float]
    spoil: Spoil


def catalogue() -> tuple[Corruption, ...]:
    """Nine kinds on one or more columns each, in the order of the issue."""
    return (
        *(
            Corruption("null burst", name, (name,), _BURSTS, _burst(name))
            for name in ("temp", "visib", "distance", "carrier")
        ),
        _unit("temp", "Celsius", 5 / 9, 32.0),
        _unit("distance", "kilometres", 1.609344),
        _unit("wind_speed", "knots", 0.868976),
        _unit("visib", "kilometres", 1.609344),
        _swap("origin", "JFK", "LGA"),
        _swap("carrier", "UA", "WN"),
        _swap("dest", "ATL", "BOS"),
        Corruption(
            "duplicated rows", "same ids", (IDS, ROWS), (0.01, 0.1, 0.5), lambda t, x, *_: again(t, x)
        ),
        Corruption(
            "duplicated rows",
            "new ids",
            (IDS, ROWS),
            (0.1, 0.25, 0.5),
            lambda t, x, *_: again(t, x, new_names=True),
        ),
        Corruption("shifted clock", "ahead", (CLOCK,), (1, 5, 12), lambda t, x, *_: late_clock(t, x)),
        Corruption(
            "shifted clock", "behind", (CLOCK, *WEATHER), (-1, -5, -12), lambda t, x, *_: late_clock(t, x)
        ),
        Corruption(
            "shifted clock",
            "sched_dep_minute",
            ("sched_dep_minute",),
            (60, 300, 720),
            lambda t, x, *_: late_minutes(t, "sched_dep_minute", int(x)),
        ),
        Corruption("truncated batch", "", (ROWS,), (0.1, 0.25, 0.5), lambda t, x, *_: truncated(t, x)),
        *(
            Corruption("shuffled column", name, (name,), _PARTS, _shuffle(name))
            for name in ("temp", "distance", "dest")
        ),
        Corruption(
            "flipped labels",
            "",
            (LABEL,),
            (0.02, 0.1, 0.3),
            lambda t, x, rng, _: flipped(t, LABEL, x, rng),
        ),
        Corruption(
            "stale repeat", "weather", WEATHER, _PARTS, lambda t, x, _, before: stale(t, WEATHER, x, before)
        ),
        Corruption("stale repeat", "temp", ("temp",), _PARTS, lambda t, x, *_: stuck(t, "temp", x)),
    )


def _burst(name: str) -> Spoil:
    return lambda table, share, rng, _: burst(table, name, share, rng)


def _shuffle(name: str) -> Spoil:
    return lambda table, share, rng, _: shuffled(table, name, share, rng)


def _unit(name: str, unit: str, factor: float, offset: float = 0.0) -> Corruption:
    return Corruption(
        "unit change",
        f"{name} in {unit}",
        (name,),
        _PARTS,
        lambda table, share, *_: converted(table, name, share, factor, offset),
    )


def _swap(name: str, one: str, other: str) -> Corruption:
    return Corruption(
        "swapped categories",
        f"{name}: {one} and {other}",
        (name,),
        _PARTS,
        lambda table, share, *_: swapped(table, name, share, one, other),
    )
