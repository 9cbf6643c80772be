"""What was found for one expectation, in the fields of Great Expectations' own results (`BASIC`)."""

import re
from dataclasses import dataclass
from typing import Any

Expectation = tuple[str, dict[str, Any]]
"""Its Great Expectations type and arguments."""

EXAMPLES = 20
"""As many unexpected values as Great Expectations lists."""


@dataclass(frozen=True)
class Found:
    """A result: whether the expectation holds, and the counts; `raised` says why it could not be checked."""

    kind: str
    arguments: dict[str, Any]
    success: bool
    result: dict[str, Any]
    raised: str | None = None

    @property
    def rule(self) -> str:
        """`ExpectColumnValuesToBeBetween` as `be_between`: what reports call it."""
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", self.kind).lower()
        return snake.removeprefix("expect_").removeprefix("column_values_to_").removeprefix("table_")


def rows_between(expectation: Expectation, rows: int) -> Found:
    """The result of an expectation on the number of rows."""
    kind, arguments = expectation
    low, high = (arguments.get(key, arguments.get("value")) for key in ("min_value", "max_value"))
    success = (low is None or rows >= low) and (high is None or rows <= high)
    return Found(kind, arguments, success, {"observed_value": rows})


def without_nulls(expectation: Expectation, rows: int, missing: int) -> Found:
    """The result of an expectation that values are there: of all rows, a share of `mostly` at least."""
    kind, arguments = expectation
    success = rows == 0 or (rows - missing) / rows >= arguments.get("mostly", 1)
    result = {
        "element_count": rows,
        "unexpected_count": missing,
        "unexpected_percent": missing / rows * 100 if rows else None,
        "partial_unexpected_list": [None] * min(missing, EXAMPLES),
    }
    return Found(kind, arguments, success, result)


def of_values(
    expectation: Expectation, rows: int, missing: int, unexpected: int, examples: list[Any]
) -> Found:
    """The result of an expectation on each value that is there: a share of `mostly` of them at least."""
    kind, arguments = expectation
    there = rows - missing
    success = there == 0 or (there - unexpected) / there >= arguments.get("mostly", 1)
    percent = unexpected / there * 100 if there else None
    result = {
        "element_count": rows,
        "unexpected_count": unexpected,
        "unexpected_percent": percent,
        "partial_unexpected_list": examples,
        "missing_count": missing,
        "missing_percent": missing / rows * 100 if rows else None,
        "unexpected_percent_total": unexpected / rows * 100 if rows else None,
        "unexpected_percent_nonmissing": percent,
    }
    return Found(kind, arguments, success, result)


def amount_between(expectation: Expectation, observed: float | None) -> Found:
    """The result of an expectation on one number; one that is not there, or no number, is not between."""
    kind, arguments = expectation
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if observed is None or observed != observed:  # noqa: PLR0124 - only NaN differs from itself
        return Found(kind, arguments, success=False, result={"observed_value": None})
    above = low is None or (observed > low if arguments.get("strict_min") else observed >= low)
    below = high is None or (observed < high if arguments.get("strict_max") else observed <= high)
    return Found(kind, arguments, above and below, {"observed_value": observed})
