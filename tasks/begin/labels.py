"""What kind of question a label asks, and how its values become what params.yaml wants. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasks.begin.columns import Looked
from tasks.begin.looked import Look
from tasks.begin.wishes import Wishes
from tasks.errors import BadInput
from tasks.objectives import ObjectiveName
from tasks.params.fitting import FEWEST, MOST
from tasks.tables.form import LabelForm

_YES = ("1", "1.0", "true", "yes", "y", "t")
_NO = ("0", "0.0", "false", "no", "n", "f")
_FEW_NUMBERS = 5
"""Whole numbers of at most so many different values are classes; of more, amounts."""


@dataclass(frozen=True)
class Labelling:
    """The objective, what was seen in words, and what is done to the label.

    `form` is of a binary one, `classes` of a multiclass one.
    """

    objective: ObjectiveName
    seen: str
    done: str = ""
    form: LabelForm | None = None
    classes: tuple[str | int, ...] = ()


def labelling(look: Look, wishes: Wishes) -> Labelling:
    """What the label is, from its values; raises `BadInput` where it is nothing that can be learned."""
    column, counts = look.columns[wishes.label], look.labels
    if column.type not in ("string", "integer", "number", "boolean"):
        raise BadInput(
            f"{column.name}: stored as {column.stored}: a label is text, a number, or true and false"
        )
    if column.nulls == column.rows:
        raise BadInput(f"{column.name}: no row has a label: there is nothing to learn from")
    if counts is not None and len(counts) == 1:
        raise BadInput(
            f"{column.name}: all labels are {next(iter(counts))!r}: there is nothing to tell apart"
        )
    wanted = wishes.objective or _guessed(column, counts)
    if wishes.positive is not None and wanted != "binary":
        raise BadInput(f"--positive is of a label of two values, and {column.name} has {_seen(counts)}")
    makers: dict[ObjectiveName, Callable[[Looked, Any, Wishes], Labelling]]
    makers = {"binary": _binary, "multiclass": _classes, "regression": _number}
    return makers[wanted](column, counts, wishes)


def _guessed(column: Looked, counts: Any) -> ObjectiveName:
    if counts is not None and len(counts) == 2:  # noqa: PLR2004 - two values are yes or no
        return "binary"
    if column.type == "string":
        return "multiclass"
    few = counts is not None and len(counts) <= _FEW_NUMBERS
    whole = few and column.type != "boolean" and all(one == int(one) for one in counts)
    return "multiclass" if whole else "regression"


def _binary(column: Looked, counts: Any, wishes: Wishes) -> Labelling:
    if counts is None or len(counts) != 2:  # noqa: PLR2004 - as above
        raise BadInput(f"{column.name}: expected the two values of a binary label, found {_seen(counts)}")
    positive = _positive(column.name, list(counts), wishes.positive)
    seen = f"2 values: {_each(counts)}, so a binary label"
    plain = column.type == "integer" and set(counts) == {0, 1} and positive == 1
    negative = next(one for one in counts if one != positive)
    done = "" if plain else f"{positive!r} is written as 1, and {negative!r} as 0"
    return Labelling("binary", seen, done, LabelForm(one=positive, zero=negative))


def _positive(name: str, values: list[Any], asked: str | None) -> Any:
    texts = {str(one).strip(): one for one in values}
    if asked is not None:
        if asked not in texts:
            raise BadInput(f"--positive {asked}: {name} has {' and '.join(map(repr, texts))}")
        return texts[asked]
    yes = [one for text, one in texts.items() if text.lower() in _YES]
    no = [one for text, one in texts.items() if text.lower() in _NO]
    if len(yes) == len(no) == 1:
        return yes[0]
    raise BadInput(
        f"{name}: two values, {' and '.join(map(repr, texts))}, and neither is plainly yes: say which "
        f"is to be foretold: --positive {next(iter(texts))!r}"
    )


def _classes(column: Looked, counts: Any, wishes: Wishes) -> Labelling:
    del wishes
    if counts is None or not FEWEST <= len(counts) <= MOST:
        raise BadInput(
            f"{column.name}: expected the {FEWEST} to {MOST} classes of a multiclass label, found "
            f"{_seen(counts)}: text cannot be a number, and a name of each row cannot be foretold"
        )
    if column.type == "number" and any(one != int(one) for one in counts):
        raise BadInput(f"{column.name}: classes are text or whole numbers, found {_seen(counts)}")
    classes = sorted(int(one) for one in counts) if column.type != "string" else sorted(counts)
    seen = f"{len(counts)} values: {_each(counts)}, so classes"
    if column.type != "string":
        seen += " (if they are amounts: --objective regression)"
    return Labelling("multiclass", seen, classes=tuple(classes))


def _number(column: Looked, counts: Any, wishes: Wishes) -> Labelling:
    del wishes
    if column.type not in ("integer", "number"):
        raise BadInput(f"{column.name}: expected the numbers of a regression's label, found {column.stored}")
    return Labelling("regression", f"numbers, {_seen(counts)}, so a number is asked for")


def _seen(counts: Any) -> str:
    return f"more than {MOST} values" if counts is None else f"{len(counts)} values"


def _each(counts: Any) -> str:
    told = sorted(counts.items(), key=lambda pair: str(pair[0]))[:6]
    more = ", …" if len(counts) > len(told) else ""
    return ", ".join(f"{value} ({rows:,} rows)" for value, rows in told) + more
