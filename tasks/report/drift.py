"""Drift as one page: a heat map of columns by period, the labels, the champion's loss. Pure."""

from dataclasses import dataclass

from tasks.drift import words
from tasks.drift.findings import Cell, ColumnDrift, Drift
from tasks.report.environment import environment
from tasks.report.terms import Terms
from tasks.report.wording import number

_HEAT = (0.5, 1.0, 1.5, 3.0)
"""From how many times what is usual a cell is one shade darker."""


@dataclass(frozen=True)
class CellView:
    """One square of the heat map: 0 (pale) to 4, its number, and in words what it shows.

    The number is the effect, or points where missing values are what stands out.
    """

    shade: int
    said: str
    title: str
    trained: bool


def render_drift(found: Drift) -> str:
    """The page as HTML, with every text from outside escaped."""
    context = {
        "found": found,
        "words": words,
        "rows": heat_map(found),
        "columns": found.covariate_shift.columns if found.covariate_shift else (),
        "periods": _periods(found),
        "terms": Terms(own=_own_names(found)),
    }
    return environment().get_template("drift.html.j2").render(context).strip() + "\n"


def heat_map(found: Drift) -> tuple[tuple[ColumnDrift, tuple[CellView, ...]], ...]:
    """Each column with its squares, period by period."""
    if found.covariate_shift is None:
        return ()
    return tuple(
        (one, tuple(_cell(one, cell) for cell in one.history)) for one in found.covariate_shift.columns
    )


def _own_names(found: Drift) -> set[str]:
    columns = found.covariate_shift.columns if found.covariate_shift else ()
    names = {found.model, *(one.column for one in columns)}
    names |= {name for one in found.slices for name in (one.slice, one.value)}
    return names | {one.name for one in (found.class_shift.classes if found.class_shift else ())}


def _periods(found: Drift) -> tuple[Cell, ...]:
    columns = found.covariate_shift.columns if found.covariate_shift else ()
    return columns[0].history if columns else ()


def _cell(column: ColumnDrift, cell: Cell) -> CellView:
    """A square is red, shade 2 or more, exactly where the column has drifted."""
    moved, gone = (cell.effect or 0.0) / column.usual, abs(cell.missing) / column.usual_missing
    effect, points = number(cell.effect, 2), number(100 * cell.missing, 1, sign=True)
    missing = f"; missing {points} points" if cell.missing else ""
    return CellView(
        shade=sum(max(moved, gone) > step for step in _HEAT),
        said=f"{points} pt" if gone > max(moved, 1.0) else effect,
        title=f"{column.column}, {cell.period}: effect {effect}, usual {number(column.usual, 2)}{missing}",
        trained=cell.trained,
    )
