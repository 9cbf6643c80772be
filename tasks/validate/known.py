"""Which expectations `tasks.validate.engine` executes; the others run in Great Expectations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tasks.params import Column, Params
from tasks.validate.found import Expectation
from tasks.validate.names import OF_NAMES
from tasks.validate.suite import expectations

MATCH = "ExpectColumnValuesToMatchRegex"
NO_MATCH = "ExpectColumnValuesToNotMatchRegex"
MEAN = "ExpectColumnMeanToBeBetween"
MEDIAN = "ExpectColumnMedianToBeBetween"
QUANTILES = "ExpectColumnQuantileValuesToBeBetween"
GREATER = "ExpectColumnPairValuesAToBeGreaterThanB"
TOGETHER = "ExpectCompoundColumnsToBeUnique"
ROWS_EQUAL = "ExpectTableRowCountToEqual"
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
    MATCH: {"column", "mostly", "regex"},
    NO_MATCH: {"column", "mostly", "regex"},
    MEAN: {"column", "min_value", "max_value", "strict_min", "strict_max"},
    MEDIAN: {"column", "min_value", "max_value", "strict_min", "strict_max"},
    QUANTILES: {"column", "quantile_ranges", "allow_relative_error"},
    GREATER: {"column_A", "column_B", "mostly", "or_equal", "ignore_row_if"},
    TOGETHER: {"column_list", "mostly", "ignore_row_if"},
    ROWS_EQUAL: {"value"},
}
_IGNORED = {
    GREATER: (None, "both_values_are_missing", "either_value_is_missing", "neither"),
    TOGETHER: (None, "all_values_are_missing", "any_value_is_missing", "never"),
}


def knows(expectation: Expectation, columns: Mapping[str, Column]) -> bool:
    """Whether this expectation, on columns of the declared types, gives Great Expectations' result here."""
    kind, arguments = expectation
    if kind in OF_NAMES:
        return True
    if kind not in _ARGUMENTS or not arguments.keys() <= _ARGUMENTS[kind]:
        return False
    if kind in (ROWS, ROWS_EQUAL):
        return True
    if kind in _IGNORED:
        return arguments.get("ignore_row_if") in _IGNORED[kind] and _knows_several(kind, arguments, columns)
    declared = columns.get(arguments["column"])
    return declared is not None and _knows_one(kind, arguments, declared.type)


def _knows_one(kind: str, arguments: dict[str, Any], declared: str) -> bool:
    if kind == BETWEEN:
        return _comparable(declared, arguments)
    if kind == IN_SET:
        return declared == "string" and all(isinstance(one, str) for one in arguments["value_set"])
    if kind in (MATCH, NO_MATCH):
        # Whoever asks nothing of text needs no pyarrow to be told so.
        from tasks.validate.patterns import means_the_same

        return declared == "string" and means_the_same(arguments.get("regex"))
    if kind in (MEAN, MEDIAN):
        return declared != "timestamp" and _comparable(declared, arguments)
    if kind == QUANTILES:
        return declared in ("integer", "number") and _fits_quantiles(arguments)
    return True


def _knows_several(kind: str, arguments: dict[str, Any], columns: Mapping[str, Column]) -> bool:
    names = arguments["column_list"] if kind == TOGETHER else (arguments["column_A"], arguments["column_B"])
    types = [columns[name].type for name in names if name in columns]
    if len(types) != len(names) or len(set(names)) != len(names) or len(names) == 1:
        return False
    return (
        kind == TOGETHER or all(one in ("integer", "number") for one in types) or set(types) == {"timestamp"}
    )


def _comparable(declared: str, arguments: dict[str, Any]) -> bool:
    bounds = [arguments[key] for key in ("min_value", "max_value") if arguments.get(key) is not None]
    if declared == "timestamp":
        return bool(bounds) and all(isinstance(one, datetime) and one.tzinfo for one in bounds)
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in bounds)
    return bool(bounds) and declared in ("integer", "number") and numbers


def _fits_quantiles(arguments: dict[str, Any]) -> bool:
    """Whether the arguments of an expectation on quantiles are as they are answered here."""
    asked = arguments.get("quantile_ranges")
    if not isinstance(asked, dict) or asked.keys() != {"quantiles", "value_ranges"}:
        return False
    wanted, ranges = asked["quantiles"], asked["value_ranges"]
    pairs = isinstance(ranges, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(one is None or _is_number(one) for one in pair)  # noqa: PLR2004 - a pair
        for pair in ranges
    )
    shares = isinstance(wanted, list) and all(_is_number(one) and 0 <= one <= 1 for one in wanted)
    method = arguments.get("allow_relative_error") or "nearest"
    known = method in ("linear", "lower", "higher", "midpoint", "nearest")
    return known and pairs and shares and 0 < len(wanted) == len(ranges)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def needs_great_expectations(params: Params, period: str) -> bool:
    """Whether the suite has an expectation that only Great Expectations can check."""
    columns = params.validation.columns
    return not all(knows(one, columns) for one in expectations(params, period))
