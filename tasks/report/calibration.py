"""Calibration: of the rows that were given 30%, how many came? Pure."""

from dataclasses import dataclass

from tasks.evaluate.findings import Bin
from tasks.report.wording import counted, share

# The picture's side in its own units, and the room for labels left and below.
SIDE, LEFT, BELOW = 300.0, 56.0, 40.0


@dataclass(frozen=True)
class Point:
    """A bin as drawn."""

    x: float
    y: float
    radius: float
    title: str


@dataclass(frozen=True)
class Series:
    """One model's points, joined by `path`, and how far off it is."""

    name: str
    points: tuple[Point, ...]
    path: str
    gap: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Reliability:
    """Both models on one square from 0 to `most`; `marks` are (place, label) along either side."""

    series: tuple[Series, ...]
    marks: tuple[tuple[float, str], ...]
    description: str


def reliability(found: dict[str, tuple[Bin, ...]]) -> Reliability | None:
    """The diagram of the models that have bins, the champion below the challenger."""
    held = {name: found[name] for name in ("champion", "challenger") if found.get(name)}
    if not held:
        return None
    bins = [one for several in held.values() for one in several]
    most = round_up(max(max(one.predicted, one.observed) for one in bins))
    largest = max(one.rows for one in bins)
    series = tuple(_series(name, several, most, largest) for name, several in held.items())
    return Reliability(
        series=series,
        marks=tuple(
            (round(SIDE * place / most, 2), share(place, decimals=0)) for place in marked_shares(most)
        ),
        description="Predicted probability against the share that came, by ten bins of equal size. "
        + " ".join(f"{one.name.capitalize()}: {one.gap}." for one in series),
    )


def mean_gap(bins: tuple[Bin, ...]) -> float:
    """The distance between predicted and observed, as a mean over rows: expected calibration error."""
    return sum(abs(one.predicted - one.observed) * one.rows for one in bins) / sum(one.rows for one in bins)


def _series(name: str, bins: tuple[Bin, ...], most: float, largest: int) -> Series:
    points = tuple(
        Point(
            x=round(SIDE * one.predicted / most, 2),
            y=round(SIDE * (1 - one.observed / most), 2),
            radius=round(6 * (one.rows / largest) ** 0.5, 2),
            title=f"{name}: predicted {share(one.predicted)}, came {share(one.observed)}, "
            f"{counted(one.rows, 'row')}",
        )
        for one in bins
    )
    rows = sum(one.rows for one in bins)
    return Series(
        name=name,
        points=points,
        path=" ".join(f"{point.x},{point.y}" for point in points),
        gap=f"off by {100 * mean_gap(bins):.1f} percentage points on average over {counted(rows, 'row')}",
        bins=bins,
    )


def marked_shares(most: float) -> list[float]:
    """The shares from 0 to `most` that an axis is labelled with: at most seven."""
    step = 0.05 if most <= 0.2 else 0.1 if most <= 0.6 else 0.2  # noqa: PLR2004 - so that there are at most seven
    return [index * step for index in range(int(most / step + 1e-9) + 1)]


def round_up(value: float) -> float:
    """The next of 10%, 20% ... 100%, so that all points fit."""
    return min(10, max(1, -int(-value * 10 // 1))) / 10
