"""From values to places along a picture's width, in per cent, so that pictures fit any screen. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tasks.evaluate.evidence import Interval
from tasks.report.wording import number

_STEPS = (1, 2, 5, 10)
# Per cent of the width that a label needs beside its tick.
_EDGE = 4
# An interval this many times wider than the median one does not set the axis.
_WIDE = 3.0


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis, in per cent of its width."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """The values `low` to `high` (low < high) from 0 to 100 per cent."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Per cent of the width, two decimals; what lies outside is drawn at the edge."""
        place = 100 * (value - self.low) / (self.high - self.low)
        return round(min(100.0, max(0.0, place)), 2)

    def holds(self, value: float) -> bool:
        """Whether the value lies on the axis."""
        return self.low <= value <= self.high

    def ticks(self, most: int = 4, *, sign: bool = False) -> tuple[Tick, ...]:
        """At most `most` + 1 round values, away from the edges so that labels are not cut off."""
        step = _round_step((self.high - self.low) / most)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        values = [whole * step for whole in range(first, last + 1)]
        return tuple(
            Tick(self.at(value), number(value, decimals, sign=sign))
            for value in values
            if _EDGE <= self.at(value) <= 100 - _EDGE
        )


def spanning(values: Iterable[float], *, margin: float = 0.1) -> Axis:
    """The axis that shows all `values` (at least one), with a margin as a share of their range."""
    held = list(values)
    low, high = min(held), max(held)
    reach = (high - low) * margin or max(abs(high) * margin, 1e-6)
    return Axis(low - reach, high + reach)


def spanning_most(intervals: Iterable[Interval], *others: float) -> Axis:
    """The axis of zero, `others` and every estimate, with all intervals but the few that would flatten it."""
    several = list(intervals)
    widths = sorted(one.high - one.low for one in several if one.high is not None and one.low is not None)
    most = _WIDE * widths[len(widths) // 2] if widths else 0.0
    held = [0.0, *others]
    for one in several:
        ends = drawn(one)
        held += ends if max(ends, default=0.0) - min(ends, default=0.0) <= most else ends[:1]
    return spanning(held, margin=0.05)


@dataclass(frozen=True)
class Bar:
    """An interval as drawn, in per cent: its dot, its ends where it has any, and which ends are cut off.

    `inside`: the estimate itself lies on the axis, so that the dot is where it is.
    """

    dot: float
    low: float | None
    high: float | None
    cut_low: bool = False
    cut_high: bool = False
    inside: bool = True

    @property
    def width(self) -> float:
        """Per cent between the ends."""
        return 0.0 if self.low is None or self.high is None else round(self.high - self.low, 2)


def bar(interval: Interval | None, axis: Axis) -> Bar | None:
    """The interval on the axis, or None where there is no estimate to draw."""
    if interval is None or interval.estimate is None:
        return None
    if interval.low is None or interval.high is None:
        return Bar(axis.at(interval.estimate), None, None)
    return Bar(
        axis.at(interval.estimate),
        axis.at(interval.low),
        axis.at(interval.high),
        interval.low < axis.low,
        interval.high > axis.high,
        axis.holds(interval.estimate),
    )


def drawn(interval: Interval | None) -> list[float]:
    """The numbers of an interval that a picture has to show."""
    found = () if interval is None else (interval.estimate, interval.low, interval.high)
    return [value for value in found if value is not None]


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))
