"""Covariate shift: the inputs of the newest batch against those that the champion learned from. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.drift.effects import effect, missing_share, unseen_share
from tasks.drift.findings import Cell, ColumnDrift, CovariateShift
from tasks.drift.seasons import season, season_word
from tasks.drift.usual import (
    FIXED_EFFECT,
    FIXED_MISSING,
    LEAST_EFFECT,
    LEAST_HISTORY,
    LEAST_MISSING,
    luck,
    others,
    usual,
)
from tasks.prepare.features import Schema
from tasks.profile import Profile, merged


@dataclass(frozen=True)
class Compared:
    """A period's profile with that of the so many `periods` that it is compared with."""

    period: str
    trained: bool
    new: Profile
    reference: Profile
    periods: int


def comparisons(trained: Mapping[str, Profile], later: Mapping[str, Profile]) -> tuple[Compared, ...]:
    """Each training period against the others, each later period against all of them.

    Where there is enough history of each season, against those of its season alone.
    """
    of = season if season_word(trained, later) else _no_season
    groups: dict[str, dict[str, Profile]] = {}
    for name, one in trained.items():
        groups.setdefault(of(name), {})[name] = one
    rest = {name: one for group in groups.values() for name, one in others(group).items()}
    whole = {name: merged(group.values()) for name, group in groups.items()}
    sizes = {name: len(group) for name, group in groups.items()}
    return (
        *(
            _compared(name, trained[name], rest[name], sizes[of(name)] - 1)
            for name in trained
            if name in rest
        ),
        *(_compared(name, new, whole[of(name)], sizes[of(name)], later=True) for name, new in later.items()),
    )


def _compared(name: str, new: Profile, reference: Profile, periods: int, *, later: bool = False) -> Compared:
    return Compared(name, trained=not later, new=new, reference=reference, periods=periods)


def _no_season(_: str) -> str:
    return ""


def covariate_shift(
    compared: Sequence[Compared], schema: Schema, weights: Mapping[str, float] | None
) -> CovariateShift:
    """The shift of each column in the last of `compared`; what matters most to the champion comes first.

    `weights` are the features' shares in what moves its answers, None where nobody knows.
    """
    newest = compared[-1]
    known = {one.name: one.categories for one in schema.features}
    columns = [
        _column(name, compared, known.get(name), None if weights is None else weights.get(name, 0.0))
        for name in newest.new.columns
    ]
    periods = sum(one.trained for one in compared)
    return CovariateShift(
        learned=periods >= LEAST_HISTORY,
        by_luck=_by_luck(columns, newest, periods) if periods >= LEAST_HISTORY else None,
        rows=newest.new.rows,
        reference_rows=newest.reference.rows,
        columns=tuple(sorted(columns, key=_most_important_first)),
    )


def _by_luck(columns: Sequence[ColumnDrift], newest: Compared, periods: int) -> float:
    """How many alarms to expect of no drift: 1 / (n + 1) for each threshold that a period has set."""
    least = LEAST_EFFECT + luck(newest.new.rows, newest.reference.rows)
    asked = sum((one.usual > least) + (one.usual_missing > LEAST_MISSING) for one in columns)
    return asked / (periods + 1)


def _column(
    name: str, compared: Sequence[Compared], known: tuple[str, ...] | None, weight: float | None
) -> ColumnDrift:
    effects, rises = list(_effects(name, compared)), list(_rises(name, compared))
    trained = [place for place, one in enumerate(compared) if one.trained]
    by_luck = luck(compared[-1].new.rows, compared[-1].reference.rows)
    fixed, least = FIXED_EFFECT + by_luck, LEAST_EFFECT + by_luck
    most = usual([effects[place] for place in trained], fixed=fixed, least=least)
    most_missing = usual([rises[place] for place in trained], fixed=FIXED_MISSING, least=LEAST_MISSING)
    cells = tuple(
        Cell(
            period=one.period,
            trained=one.trained,
            effect=far,
            missing=rise,
            drifted=(far or 0.0) > most or abs(rise) > most_missing,
        )
        for one, far, rise in zip(compared, effects, rises, strict=True)
    )
    newest = compared[-1].new.columns[name]
    return ColumnDrift(
        column=name,
        categorical=newest.categories is not None,
        effect=effects[-1],
        usual=most,
        missing=rises[-1],
        usual_missing=most_missing,
        unseen=unseen_share(newest, known) if known is not None else 0.0,
        drifted=cells[-1].drifted,
        since=_since(cells),
        weight=weight,
        history=cells,
    )


def _effects(name: str, compared: Sequence[Compared]) -> Iterator[float | None]:
    for one in compared:
        yield effect(one.new.columns[name], one.reference.columns[name])


def _rises(name: str, compared: Sequence[Compared]) -> Iterator[float]:
    for one in compared:
        yield missing_share(one.new.columns[name]) - missing_share(one.reference.columns[name])


def _since(cells: Sequence[Cell]) -> str | None:
    """The first of the last run of later periods that have all drifted."""
    since = None
    for cell in reversed(cells):
        if cell.trained or not cell.drifted:
            break
        since = cell.period
    return since


def _most_important_first(column: ColumnDrift) -> tuple[bool, float, str]:
    beyond = max((column.effect or 0.0) / column.usual, abs(column.missing) / column.usual_missing)
    return not column.drifted, -beyond * (1.0 if column.weight is None else column.weight), column.column
