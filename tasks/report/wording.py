"""Numbers and times as the page and the markdown say them. Pure.

A number that does not exist is said so: no text here ever holds `nan`, `inf` or `None`.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.decide.asks import DISTANCES
from tasks.evaluate.evidence import Interval

NOTHING = "none"
_HYPHEN = re.compile(r"(?<![\w.-])-(?=\.?\d)")


@dataclass(frozen=True)
class Scale:
    """How a metric's numbers are shown: multiplied by `factor`, with at least `decimals`, in `unit`."""

    unit: str
    decimals: int
    factor: float = 1.0


def scale_of(unit: str, currency: str | None = None) -> Scale:
    """The scale for a metric's unit; money is named where its currency is known."""
    if unit.startswith("money"):
        return Scale(unit.replace("money", currency or "money", 1), 4)
    return Scale(unit, 4)


def metric_name(name: str) -> str:
    """As a reader calls the metric: `log loss`, `AUC`."""
    return {"auc": "AUC", "brier": "Brier score", **DISTANCES}.get(name, name.replace("_", " "))


def number(value: float | None, decimals: int = 4, *, sign: bool = False) -> str:
    """`1,234.5678` with a true minus, `+` where `sign` asks for it, and no sign on a zero."""
    if value is None or not math.isfinite(value):
        return NOTHING
    text = f"{value:+,.{decimals}f}" if sign else f"{value:,.{decimals}f}"
    if not text.strip("+-0.,"):
        return text.lstrip("+-")
    return text.replace("-", "−")


def fine_enough(interval: Interval, least: int, factor: float = 1.0) -> int:
    """Decimals that show an interval's half-width to two digits: at least `least`, at most 9."""
    if interval.low is None or interval.high is None or not interval.high > interval.low:
        return least
    half = (interval.high - interval.low) / 2 * factor
    return min(9, max(least, 1 - math.floor(math.log10(half)))) if half > 0 else least


def with_interval(interval: Interval | None, scale: Scale, *, sign: bool = True) -> str:
    """`+0.0031 [−0.0012, +0.0074]`, or the estimate and why it has no interval."""
    if interval is None or interval.estimate is None:
        why = f": {interval.note}" if interval is not None and interval.note else ""
        return NOTHING + why
    places = fine_enough(interval, scale.decimals, scale.factor)
    estimate, low, high = (
        None if value is None else number(value * scale.factor, places, sign=sign)
        for value in (interval.estimate, interval.low, interval.high)
    )
    if low is None or high is None:
        return f"{estimate} (no interval: {interval.note or 'not given'})"
    return f"{estimate} [{low},\N{NO-BREAK SPACE}{high}]"


def confidence(level: float) -> str:
    """`90%` for one-sided bounds of level 5%."""
    return f"{100 * (1 - 2 * level):.4g}%"


def minus(text: str, names: Iterable[str] = ()) -> str:
    """Words of a decision with the page's minus: `−288.00`, and dates and `names` as they are."""
    longest_first = sorted(names, key=len, reverse=True)
    either = re.compile("|".join([*map(re.escape, longest_first), f"(?P<hyphen>{_HYPHEN.pattern})"]))
    return either.sub(lambda found: "−" if found["hyphen"] else found[0], text)


def share(part: float, whole: float = 1.0, decimals: int = 1) -> str:
    """`21.3%`."""
    return f"{number(100 * part / whole, decimals)}%" if whole else NOTHING


def counted(value: int, noun: str = "", plural: str | None = None) -> str:
    """`28,330 rows`, `1 row`."""
    named = noun if value == 1 else plural or f"{noun}s"
    return f"{value:,} {named}" if noun else f"{value:,}"


def instant(text: str) -> str:
    """An ISO 8601 time as `2013-04-01 04:00 UTC`; one without a zone is shown without."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        return f"{time:%Y-%m-%d %H:%M}"
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def size(octets: int) -> str:
    """`312 kB`."""
    value, units = float(octets), ["bytes", "kB", "MB", "GB"]
    while value >= 1000 and len(units) > 1:  # noqa: PLR2004 - a thousand is what `k` means
        value, units = value / 1000, units[1:]
    return f"{value:.3g} {units[0]}" if value < 1000 else f"{value:,.0f} {units[0]}"  # noqa: PLR2004 - as above
