"""From what was seen to rules that a batch like these passes, and why each is as it is. Pure.

Stated margins: rows from half the fewest to double the most; ranges widened by their width at both ends (not
below 0 where 0 was the least), and one row in a hundred may lie outside; twice the largest share of missing
values, and five points more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tasks.propose.seen import MOST_VALUES, SeenColumn, outward

_MANY = 100
"""Rows below which nothing is called unique or a set."""
_LARGEST, _WHOLE = 1e300, 1e15
_NULL_FACTOR, _NULL_POINTS, _OUTSIDE = 2, 0.05, 0.01


@dataclass(frozen=True)
class Rule:
    """A column's settings, and the evidence for them; no settings where it cannot be declared."""

    column: str
    settings: dict[str, Any] | None
    evidence: tuple[str, ...]


def rows_between(rows: Sequence[int]) -> tuple[int, int]:
    """From half the fewest rows to double the most, in two digits."""
    low, high = outward(min(rows) / 2, up=False), outward(max(rows) * 2, up=True)
    return max(1, int(low)), max(2, int(high))


def rule(column: SeenColumn) -> Rule:
    """What a column could be asked for."""
    if column.type is None:
        return Rule(
            column.name, None, (f"stored as {column.stored}, which no declared type allows: left out",)
        )
    settings: dict[str, Any] = {"type": column.type}
    evidence = [_nulls(column, settings)]
    if column.type in ("integer", "number"):
        evidence.append(_range(column, settings))
    if _unique(column):
        settings["unique"] = True
        evidence.append("no value twice in a batch")
    elif column.type == "string":
        evidence.append(_values(column, settings))
    return Rule(column.name, settings, tuple(evidence))


def _nulls(column: SeenColumn, settings: dict[str, Any]) -> str:
    rows, nulls = sum(column.rows), sum(column.nulls)
    if not nulls:
        return f"0 of {rows:,} nulls"
    worst = max(lost / of for lost, of in zip(column.nulls, column.rows, strict=True) if of)
    share = min(1.0, math.ceil((worst * _NULL_FACTOR + _NULL_POINTS) * 100) / 100)
    settings["max_nulls"] = share
    return f"{nulls:,} of {rows:,} nulls, {worst:.2%} in the batch with the most"


def _range(column: SeenColumn, settings: dict[str, Any]) -> str:
    low, high = column.least, column.largest
    if low > high:
        return "no number was seen"
    seen = f"{_short(low)} to {_short(high)} seen"
    if column.infinite:
        return f"{seen}, and {column.infinite:,} infinite: no range"
    if (low, high) == (0, 1) and column.type == "integer":
        settings |= {"min": 0, "max": 1}
        return "only 0 and 1 seen"
    if max(abs(low), abs(high)) > _LARGEST:
        return f"{seen}: no range"
    margin = (high - low) or abs(high) or 1.0
    bottom = outward(low - margin, up=False)
    settings["min"] = _plain(0.0 if low == 0 else bottom)
    settings["max"] = _plain(outward(high + margin, up=True))
    settings["max_bad"] = _OUTSIDE
    return seen


def _values(column: SeenColumn, settings: dict[str, Any]) -> str:
    if column.values is None:
        return f"more than {MOST_VALUES} different values, or long ones: no set"
    together: set[str] = set().union(*column.values)
    few = len(column.rows) == 1 or min(column.rows) < _MANY
    if few or not together or any(one != together for one in column.values):
        return (
            f"{len(together)} different values, not the same in two batches of {_MANY} rows and more: no set"
        )
    settings["values"] = sorted(together)
    return f"the same {len(together)} values in each batch"


def _unique(column: SeenColumn) -> bool:
    fits = column.type in ("string", "integer") and not column.repeated
    return fits and not sum(column.nulls) and min(column.rows) >= _MANY


def _plain(value: float) -> float:
    return int(value) if abs(value) < _WHOLE and value == int(value) else value


def _short(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
