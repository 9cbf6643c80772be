"""Which differences from what was delivered may be written, and what is said of the others. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.add.differences import Difference
from tasks.errors import BadInput

_MOST_TOLD, _MOST_COLUMNS = 6, 3


@dataclass(frozen=True)
class Wishes:
    """The options of `evergreen add`, for periods that were delivered already.

    `replace`: rows may be others than they were. `append`: the table is a part of its period, so rows that
    it has not stay, and others join them. `remove`: with `replace`, rows that the table has no more go.
    """

    replace: bool = False
    append: bool = False
    remove: bool = False

    def __post_init__(self) -> None:
        if self.remove and not self.replace:
            raise BadInput("--remove is for corrections that take rows out: give --replace, too")
        if self.remove and self.append:
            raise BadInput("--append keeps rows that TABLE has not, and --remove takes them out: give one")


def allowed(one: Difference, wishes: Wishes) -> bool:
    """Whether this may be written: nothing goes, or becomes another, that nobody asked for."""
    if wishes.append and (one.gained or one.lost):
        return False
    added = not one.added or wishes.append or wishes.replace
    removed = not one.removed or wishes.append or wishes.remove
    return added and removed and (not one.corrects or wishes.replace)


def refusal(refused: Mapping[str, Difference], wishes: Wishes) -> str:
    """One line for all periods that may not be written: in what they differ, and what can be done."""
    told = [f"{period}: {told_of(one)}" for period, one in sorted(refused.items())]
    more = f"; and {len(told) - _MOST_TOLD} more periods" if len(told) > _MOST_TOLD else ""
    return (
        f"{'; '.join(told[:_MOST_TOLD])}{more}: delivered already with other rows, so nothing was written. "
        f"{_todo(tuple(refused.values()), wishes)}"
    )


def told_of(one: Difference, *, kept: bool = False) -> str:
    """In words; `kept` where rows that the table has not stay."""
    where = ", ".join(one.columns[:_MOST_COLUMNS]) + (", …" if len(one.columns) > _MOST_COLUMNS else "")
    said = (
        _count(one.added, "row", "added"),
        "" if kept else _count(one.removed, "row", "of before not in the table"),
        _count(one.changed, "row", f"changed ({where})"),
        _count(one.filled, "label", "filled in"),
        f"a new column {', '.join(one.gained)}" if one.gained else "",
        f"without the column {', '.join(one.lost)}" if one.lost else "",
    )
    return ", ".join(filter(None, said))


def _todo(refused: tuple[Difference, ...], wishes: Wishes) -> str:
    if wishes.append and any(one.gained or one.lost for one in refused):
        return "Other columns come with whole periods: --replace without --append"
    said = []
    if any(one.corrects for one in refused) and not wishes.replace:
        said.append("--replace delivers what has changed as a correction")
    if any(one.removed for one in refused) and not (wishes.append or wishes.remove):
        said.append(
            "--append keeps rows of before that are not in the table (it is a part of its period), --replace "
            "--remove takes them out"
        )
    return "; ".join(said) or "--append joins further rows to those of before"


def _count(number: int, what: str, done: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)} {done}" if number else ""
