"""What each column is taken for, and why. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tasks.begin.columns import MOST_VALUES, Looked, named_like_an_id
from tasks.begin.looked import Look
from tasks.begin.wishes import DAY, Wishes
from tasks.errors import BadInput

Taken = Literal["id", "time", "cluster", "label", "number", "category", "left out"]
_FEWEST_ROWS = 5
"""Rows that each value of a category has at least, on average."""


@dataclass(frozen=True)
class Role:
    """What a column is taken for, and why, in words."""

    column: str
    taken: Taken
    why: str


def roles_of(look: Look, wishes: Wishes) -> tuple[Role, ...]:
    """Of each column of the table; raises `BadInput` where none is left to learn from."""
    row_id = wishes.id or _id_among(look)
    roles = tuple(_role(one, row_id, wishes) for one in look.columns.values())
    if not any(one.taken in ("number", "category") for one in roles):
        left = "; ".join(f"{one.column}: {one.why}" for one in roles if one.taken == "left out")
        raise BadInput(f"no column is left to learn from{': ' if left else ''}{left}")
    return roles


def with_role(roles: Iterable[Role], *taken: Taken) -> list[str]:
    """The columns that are taken for one of these."""
    return [one.column for one in roles if one.taken in taken]


def refuse_wrong_columns(look: Look, wishes: Wishes) -> None:
    """Raise `BadInput` where the columns that were named for id or cluster cannot be that."""
    _refuse_wrong_id(look, wishes)
    column = look.columns.get(wishes.cluster or "")
    if column is None or wishes.cluster == DAY:
        return
    if column.type not in ("integer", "string"):
        raise BadInput(f"--cluster {column.name}: stored as {column.stored}: expected text or a whole number")
    if column.nulls:
        raise BadInput(f"--cluster {column.name}: {column.nulls:,} of {column.rows:,} rows have none")


def _refuse_wrong_id(look: Look, wishes: Wishes) -> None:
    """An id names each row, and only one."""
    if wishes.id is None:
        return
    column = look.columns[wishes.id]
    if column.type not in ("integer", "string"):
        raise BadInput(f"--id {wishes.id}: stored as {column.stored}: an id is text or a whole number")
    if column.nulls:
        raise BadInput(f"--id {wishes.id}: {column.nulls:,} of {column.rows:,} rows have none")
    if not _unique(column):
        raise BadInput(
            f"--id {wishes.id}: some come twice, and an id names one row. If it names whose row it is, say "
            f"--cluster {wishes.id}, and leave --id out: then an id is made"
        )


def _id_among(look: Look) -> str | None:
    """The first column that is called an id and is one."""
    return next(
        (
            one.name
            for one in look.columns.values()
            if named_like_an_id(one.name) and one.keys and not one.nulls and _unique(one)
        ),
        None,
    )


def _unique(column: Looked) -> bool:
    return len(column.keys.repeated()) == 0


def _role(column: Looked, row_id: str | None, wishes: Wishes) -> Role:
    if column.name == wishes.label:
        return Role(column.name, "label", "named by --label")
    if column.name == wishes.time:
        return Role(column.name, "time", "named by --time")
    if column.name == row_id:
        return Role(
            column.name, "id", "named by --id" if wishes.id else "called an id, and no value comes twice"
        )
    if column.name == wishes.cluster and wishes.cluster != DAY:
        return Role(column.name, "cluster", "named by --cluster: equal values belong together")
    return _feature(column)


def _feature(column: Looked) -> Role:
    if why := _useless(column) or (_too_many(column) if column.type == "string" else ""):
        return Role(column.name, "left out", why)
    if column.type == "string":
        return Role(column.name, "category", f"{len(column.values or ())} different values")
    return Role(column.name, "number", "true and false" if column.type == "boolean" else "numbers")


def _useless(column: Looked) -> str:
    """Why nothing can be learned from a column, whatever its type; empty where something could."""
    reasons = {
        f"stored as {column.stored}, which no declared type allows": column.type is None,
        "a time; how long ago it was would be a number": column.type == "timestamp",
        "no row has a value": column.nulls == column.rows,
        "says what the label says, row by row": column.tells_the_label,
        "the same value in every row": column.constant,
        "called an id, with many values: a name is no reason (it could be a --cluster)": column.values is None
        and named_like_an_id(column.name),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _too_many(column: Looked) -> str:
    """Why a text is no category; empty where it is one."""
    if column.values is None:
        return f"text of more than {MOST_VALUES} different values"
    many = column.rows < len(column.values) * _FEWEST_ROWS
    return f"text of {len(column.values)} different values in {column.rows:,} rows" if many else ""
