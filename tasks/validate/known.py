"""Which expectations `tasks.validate.engine` executes; the others run in Great Expectations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tasks.params import Column, Params
from tasks.validate.found import Expectation
from tasks.validate.suite import expectations

ROWS = "ExpectTableRowCountToBeBetween"
NOT_NULL = "ExpectColumnValuesToNotBeNull"
UNIQUE = "ExpectColumnValuesToBeUnique"
BETWEEN = "ExpectColumnValuesToBeBetween"
IN_SET = "ExpectColumnValuesToBeInSet"
_ARGUMENTS = {
    ROWS: {"min_value", "max_value"},
    NOT_NULL: {"column", "mostly"},
    UNIQUE: {"column", "mostly"},
    BETWEEN: {"column", "mostly", "min_value", "max_value", "strict_min", "strict_max"},
    IN_SET: {"column", "mostly", "value_set"},
}


def knows(expectation: Expectation, columns: Mapping[str, Column]) -> bool:
    """Whether this expectation, on columns of the declared types, gives Great Expectations' result here."""
    kind, arguments = expectation
    if kind not in _ARGUMENTS or not arguments.keys() <= _ARGUMENTS[kind]:
        return False
    if kind == ROWS:
        return True
    declared = columns.get(arguments["column"])
    if declared is None:
        return False
    if kind == BETWEEN:
        return _comparable(declared.type, arguments)
    if kind == IN_SET:
        return declared.type == "string" and all(isinstance(one, str) for one in arguments["value_set"])
    return True


def _comparable(declared: str, arguments: dict[str, Any]) -> bool:
    bounds = [arguments[key] for key in ("min_value", "max_value") if arguments.get(key) is not None]
    if declared == "timestamp":
        return bool(bounds) and all(isinstance(one, datetime) and one.tzinfo for one in bounds)
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in bounds)
    return bool(bounds) and declared in ("integer", "number") and numbers


def needs_great_expectations(params: Params, period: str) -> bool:
    """Whether the suite has an expectation that only Great Expectations can check."""
    columns = params.validation.columns
    return not all(knows(one, columns) for one in expectations(params, period))
