"""Figures of benchmarks, simulations and fault campaigns: one file format, one place that judges them."""

import operator
import platform
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

from tasks.documents import canonical, write_atomically

GOALS = Path(__file__).with_name("goals.toml")
FIGURES = Path(__file__).parents[2] / "build" / "figures"
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `against` names what it was measured against, if anything."""

    name: str
    value: float | None
    unit: str
    rows: int
    seconds: float
    against: str = ""


def publish(
    kind: str,
    tables: Mapping[str, Sequence[Figure]],
    packages: Sequence[str] = ("numpy", "scipy"),
    *,
    goals: Path = GOALS,
    into: Path = FIGURES,
) -> list[dict[str, Any]]:
    """Judge all figures of a kind by the goals, and write `<kind>-<table>.json` for each table.

    `holds` is None for a figure without a goal. A goal of the kind that no figure answers becomes a
    figure without a value that does not hold, in `<kind>-missing.json`: call this once, with all tables.
    """
    wanted = {name: entry["goal"] for name, entry in tomllib.loads(goals.read_text()).get(kind, {}).items()}
    measured = {figure.name for figures in tables.values() for figure in figures}
    missing = [Figure(name, None, "", 0, 0.0) for name in wanted if name not in measured]
    versions = {"python": platform.python_version()} | {name: version(name) for name in packages}
    (into / f"{kind}-missing.json").unlink(missing_ok=True)
    records: list[dict[str, Any]] = []
    for table, figures in (*tables.items(), *([("missing", missing)] if missing else [])):
        judged = [
            asdict(figure)
            | {"goal": wanted.get(figure.name), "versions": versions}
            | {"holds": _holds(figure.value, wanted[figure.name]) if figure.name in wanted else None}
            for figure in figures
        ]
        write_atomically(into / f"{kind}-{table}.json", canonical(judged))
        records += judged
    return records


def _holds(value: float | None, goal: str) -> bool:
    comparison, limit = goal.split()
    return value is not None and isfinite(value) and _COMPARISONS[comparison](value, float(limit))
