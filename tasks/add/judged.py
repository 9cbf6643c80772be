"""What becomes of all periods of a table: every check, before a byte is written."""

from collections.abc import Callable, Iterable

from tasks.add.delivered import Delivered, delivered
from tasks.add.period import Folder, Judged, again, new
from tasks.add.ruling import allowed, refusal
from tasks.errors import BadInput
from tasks.intake import read_catalogue
from tasks.tables.cut import Cut

Progress = Callable[[str], object]


def judged(folder: Folder, cut: Cut, say: Progress) -> tuple[Judged, ...]:
    """Each period in order; raises `BadInput`, with one line for all, where one may not be written."""
    before = delivered(folder.store, folder.params, read_catalogue(folder.store, folder.params.model))
    _refuse_earlier(cut, before)
    late = _unlabelled(cut, before)
    found = []
    for period in cut.periods:
        say(f"comparing {period} with what was delivered")
        if period in late:
            why = "not delivered until a row has one"
            found.append(Judged(period, "no label yet", cut.rows[period], 0, why))
        elif period in before:
            found.append(again(folder, period, cut, before[period]))
        else:
            found.append(new(folder, period, cut))
    _refuse_erased(found, before)
    refused = {one.period: one.difference for one in found
               if one.difference and not allowed(one.difference, folder.wishes)}  # fmt: skip
    if refused:
        raise BadInput(refusal(refused, folder.wishes))
    _refuse_large(found, folder.params.intake.max_bytes)
    return tuple(found)


def _refuse_earlier(cut: Cut, before: dict[str, Delivered]) -> None:
    first = min(before, default="")
    if earlier := [one for one in cut.periods if one < first]:
        rows = sum(cut.rows[one] for one in earlier)
        said = earlier[0] if len(earlier) == 1 else f"{earlier[0]} to {earlier[-1]}"
        raise BadInput(
            f"{said} ({rows:,} row{'s' * (rows != 1)}): before {first}, the first period "
            "that was delivered, so nothing was written: leave these rows out of the table"
        )


def _unlabelled(cut: Cut, before: dict[str, Delivered]) -> set[str]:
    """The newest periods in which no row has a label, as far as they were not delivered."""
    newest = max([*before, *(one for one in cut.periods if cut.labelled[one])], default="")
    return {one for one in cut.periods if one > newest}


def _refuse_erased(found: Iterable[Judged], before: dict[str, Delivered]) -> None:
    """A table that still has the rows of somebody who was erased must not bring them back."""
    for one in found:
        if one.difference and one.difference.added and before[one.period].erased:
            raise BadInput(
                f"{one.period}: an erasure has taken rows out of it, and the table has rows that are not "
                "among those left, so nothing was written: take the erased out where the table comes from"
            )


def _refuse_large(found: Iterable[Judged], most: int) -> None:
    for one in found:
        size = one.file.stat().st_size if one.file else 0
        if size > most:
            raise BadInput(
                f"{one.period}: {size:,} bytes; intake.max_bytes allows {most:,}, so nothing was written: "
                "raise it in params.yaml"
            )
