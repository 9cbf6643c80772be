"""Value by threshold: what alarms from each probability on would have been worth. Pure."""

from dataclasses import dataclass

from tasks.evaluate.findings import OperatingPoint, ValueByThreshold, ValueCurve
from tasks.report.axis import Axis, Tick, spanning
from tasks.report.calibration import marked_shares, round_up
from tasks.report.money import PER
from tasks.report.wording import counted, number, share

HEIGHT = 220.0
"""Of the picture, in pixels; its width is that of the page, in per cent."""


@dataclass(frozen=True)
class CurveView:
    """One model's curve as an SVG path, 100 wide; its own threshold at (x, y); what to say of it."""

    name: str
    path: str
    x: float
    y: float
    words: str
    points: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Level:
    """What needs no model: alarming nobody, or everybody."""

    name: str
    y: float
    words: str


@dataclass(frozen=True)
class Operating:
    """Both curves, the champion's below the challenger's. `x` is in per cent, `y` in pixels from the top."""

    height: float
    curves: tuple[CurveView, ...]
    levels: tuple[Level, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    description: str


@dataclass(frozen=True)
class _Plane:
    across: Axis
    up: Axis

    def place(self, threshold: float, value: float) -> tuple[float, float]:
        return self.across.at(threshold), self.height(value)

    def height(self, value: float) -> float:
        return round(HEIGHT * (1 - self.up.at(PER * value) / 100), 2)


def operating(found: ValueByThreshold | None, rows: int, currency: str) -> Operating | None:
    """The picture, or None where the evidence has no curves."""
    if found is None:
        return None
    held = {name: found.models[name] for name in ("champion", "challenger") if name in found.models}
    points = [point for curve in held.values() for point in (*curve.points, curve.chosen)]
    values = [found.nobody, found.everybody, *(point.value for point in points)]
    # Beyond 1 is only the threshold that alarms nobody.
    most = round_up(max((point.threshold for point in points if point.threshold <= 1), default=1.0))
    plane = _Plane(Axis(0.0, most), spanning([PER * value for value in values]))
    curves = tuple(_curve(name, curve, found.nobody, rows, plane) for name, curve in held.items())
    levels = tuple(
        Level(name, plane.height(value), f"{name}: {_amount(value)}")
        for name, value in (("alarm everybody", found.everybody), ("alarm nobody", found.nobody))
    )
    told = [f"{one.name.capitalize()}: {one.words}." for one in curves] + [f"{one.words}." for one in levels]
    return Operating(
        height=HEIGHT,
        curves=curves,
        levels=levels,
        x_ticks=tuple(Tick(plane.across.at(one), share(one, decimals=0)) for one in marked_shares(most)),
        y_ticks=tuple(
            Tick(round(HEIGHT * (1 - tick.at / 100), 2), tick.label) for tick in plane.up.ticks(sign=True)
        ),
        description=f"In {currency} per {PER:,} predictions. " + " ".join(told),
    )


def _curve(name: str, curve: ValueCurve, nobody: float, rows: int, plane: _Plane) -> CurveView:
    x, y = plane.place(curve.chosen.threshold, curve.chosen.value)
    return CurveView(
        name=name,
        path=_path(curve.points, nobody, plane),
        x=x,
        y=y,
        words=_words(curve.chosen, rows),
        points=tuple((share(one.threshold), counted(one.alarms), _amount(one.value)) for one in curve.points),
    )


def _path(points: tuple[OperatingPoint, ...], nobody: float, plane: _Plane) -> str:
    """Steps: between two scores the threshold changes nothing, and above the highest nobody is alarmed."""
    path, before = "", 0.0
    for point in points:
        x, y = plane.place(point.threshold, point.value)
        path += f"M{before} {y}" if not path else f"V{y}"
        path, before = f"{path}H{x}", x
    return f"{path}V{plane.height(nobody)}H100"


def _words(chosen: OperatingPoint, rows: int) -> str:
    if chosen.threshold > 1:
        return f"never alarms, {_amount(chosen.value)}"
    alarmed = f"{counted(chosen.alarms, 'row')} ({share(chosen.alarms, rows)})"
    return f"alarms from {share(chosen.threshold)} on, {alarmed}, {_amount(chosen.value)}"


def _amount(value: float) -> str:
    return number(PER * value, 0, sign=True)
