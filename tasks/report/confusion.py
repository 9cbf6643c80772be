"""What came against what was said, class by class, as a square of shades. Pure."""

from dataclasses import dataclass

from tasks.evaluate.findings import Confusion
from tasks.report.calibration import SIDE
from tasks.report.wording import NOTHING, counted, share

# Beyond this many classes a share does not fit into its cell, and a name not beside it.
_WRITTEN, _NAMED = 8, 20
_LONGEST = 12
# Cells darker than this are written on in the colour of paper.
_DARK = 0.55


@dataclass(frozen=True)
class Cell:
    """One class that came and one that was said: its place, its shade from 0 to 1, and what it says."""

    x: float
    y: float
    shade: float
    dark: bool
    words: str
    title: str


@dataclass(frozen=True)
class ConfusionView:
    """The square, `size` being the side of a cell; `names` are (middle of the class, its short name).

    `table` has a row for each class that came: its name, its rows, and how many of them were said to be each.
    """

    size: float
    cells: tuple[Cell, ...]
    names: tuple[tuple[float, str], ...]
    classes: tuple[str, ...]
    table: tuple[tuple[str, str, tuple[str, ...]], ...]
    summary: str
    description: str


def confusion_view(found: Confusion | None) -> ConfusionView | None:
    """The picture of a multiclass model, or None; each row adds up to all rows of the class that came."""
    if found is None:
        return None
    classes, size = tuple(str(one) for one in found.classes), SIDE / len(found.classes)
    cells = tuple(
        _cell(found, came, said, size) for came in range(len(classes)) for said in range(len(classes))
    )
    summary = _summary(found, classes)
    return ConfusionView(
        size=round(size, 2),
        cells=cells,
        names=tuple((round(size * (place + 0.5), 2), _short(one)) for place, one in enumerate(classes))
        if len(classes) <= _NAMED
        else (),
        classes=classes,
        table=tuple(
            (name, counted(sum(counts)), tuple(counted(one) for one in counts))
            for name, counts in zip(classes, found.counts, strict=True)
        ),
        summary=summary,
        description=f"A row for each class that came, a column for each that was said. {summary}",
    )


def _cell(found: Confusion, came: int, said: int, size: float) -> Cell:
    rows, count = sum(found.counts[came]), found.counts[came][said]
    shade = round(count / rows, 3) if rows else 0.0
    of = f"{share(count, rows)} of {counted(rows, 'row')}" if rows else "no rows"
    return Cell(
        x=round(size * said, 2),
        y=round(size * came, 2),
        shade=shade,
        dark=shade > _DARK,
        words=share(count, rows, decimals=0) if rows and len(found.classes) <= _WRITTEN else "",
        title=f"came {found.classes[came]}, said {found.classes[said]}: {of}",
    )


def _summary(found: Confusion, classes: tuple[str, ...]) -> str:
    """Each class that came: how much of it was found; then the commonest mistake."""
    rows = [sum(counts) for counts in found.counts]
    right = [share(found.counts[one][one], rows[one]) for one in range(len(classes))]
    told = ", ".join(f"{name} {part}" for name, part in zip(classes, right, strict=True) if part != NOTHING)
    wrong = [
        (count, came, said)
        for came, counts in enumerate(found.counts)
        for said, count in enumerate(counts)
        if came != said and count
    ]
    if not wrong:
        return f"Said right, of each class that came: {told}. No row was said wrong."
    count, came, said = max(wrong, key=lambda one: (one[0], -one[1], -one[2]))
    mistake = f"{classes[came]} taken for {classes[said]}, in {counted(count, 'row')}"
    return f"Said right, of each class that came: {told}. The commonest mistake: {mistake}."


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
