"""How many rows have come, against how many come in a period. Pure."""

from collections.abc import Sequence

from tasks.drift.covariates import Compared
from tasks.drift.findings import Volume
from tasks.drift.usual import FIXED_VOLUME, LEAST_VOLUME, luck, usual


def volume(compared: Sequence[Compared]) -> Volume:
    """The rows of the last of `compared` against the mean of the training periods."""
    newest = compared[-1]
    change = _change(newest)
    seen = [_change(one) for one in compared if one.trained]
    by_luck = luck(newest.new.rows, newest.reference.rows)
    most = usual(seen, fixed=FIXED_VOLUME, least=LEAST_VOLUME + by_luck)
    return Volume(
        rows=newest.new.rows,
        mean=newest.reference.rows / newest.periods,
        change=change,
        usual=most,
        drifted=change is not None and abs(change) > most,
    )


def _change(one: Compared) -> float | None:
    """By which part there are more rows than in the mean of the periods compared with; None beside none."""
    return one.new.rows * one.periods / one.reference.rows - 1 if one.reference.rows else None
