"""What a decision between classes is worth, as it is declared, and whether each pair has an amount."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BeforeValidator, Field

from tasks.objectives import Class, text_or_whole_number
from tasks.params.section import Money, Section


def _named(key: object) -> str:
    return str(text_or_whole_number(key))


# As text: a key of JSON is nothing else, and settings are read again from what they wrote.
Named = Annotated[str, BeforeValidator(_named)]


class OutcomeParams(Section):
    """Value of one prediction in `currency`, by the class that came and the one that was decided.

    `came.late.early` is what a row is worth whose class is late, decided as early; a cost is negative.
    """

    currency: str = Field(min_length=1)
    came: dict[Named, dict[Named, Money]]

    def table(self, classes: tuple[Class, ...]) -> tuple[tuple[float, ...], ...]:
        """The amounts in the order of `classes`: a row for each that came, in it one for each decided."""
        return tuple(tuple(self.came[str(came)][str(one)] for one in classes) for came in classes)


def unpaired(outcomes: OutcomeParams, classes: tuple[Class, ...]) -> str:
    """A line about the first class without an amount, or amount of no class; nothing where all is there."""
    if wrong := _strange("evaluate.outcomes.came", outcomes.came, classes):
        return wrong
    lines = (_strange(f"evaluate.outcomes.came.{one}", outcomes.came[str(one)], classes) for one in classes)
    return next((line for line in lines if line), "")


def _strange(where: str, found: Iterable[str], classes: tuple[Class, ...]) -> str:
    given, wanted = set(found), [str(one) for one in classes]
    missing, unknown = [one for one in wanted if one not in given], sorted(given - set(wanted))
    if not missing and not unknown:
        return ""
    told = [f"without {', '.join(missing)}"] if missing else []
    told += [f"with {', '.join(unknown)}, which the label's values do not name"] if unknown else []
    return f"{where}: expected each of the classes {', '.join(wanted)}, found them {' and '.join(told)}"
