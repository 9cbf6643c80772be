"""Expectations on which columns a file has: read off its schema."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from tasks.validate.found import Expectation, Found, amount_between

_Names = Sequence[str]


def exists(expectation: Expectation, names: _Names) -> Found:
    """The column is there."""
    kind, arguments = expectation
    return Found(kind, arguments, arguments["column"] in names, {})


def in_order(expectation: Expectation, names: _Names) -> Found:
    """The columns are these, in this order."""
    kind, arguments = expectation
    wanted = list(arguments["column_list"])
    result: dict[str, Any] = {"observed_value": list(names)}
    if wanted != list(names):
        differing = [
            {"Expected Column Position": at, "Expected": asked, "Found": there}
            for at, (asked, there) in enumerate(zip_longest(wanted, names))
            if asked != there
        ]
        result["details"] = {"mismatched": differing}
    return Found(kind, arguments, wanted == list(names), result)


def as_a_set(expectation: Expectation, names: _Names) -> Found:
    """The columns are these, in any order; more of them may be there unless the match is exact."""
    kind, arguments = expectation
    wanted, there = set(arguments["column_set"]), set(names)
    exact = arguments.get("exact_match", True)
    result: dict[str, Any] = {"observed_value": sorted(there)}
    differing = {"unexpected": sorted(there - wanted), "missing": sorted(wanted - there)}
    if mismatched := {name: those for name, those in differing.items() if those}:
        result["details"] = {"mismatched": mismatched}
    return Found(kind, arguments, wanted == there if exact else wanted <= there, result)


def as_many(expectation: Expectation, names: _Names) -> Found:
    """There are so many columns."""
    kind, arguments = expectation
    return Found(kind, arguments, len(names) == arguments["value"], {"observed_value": len(names)})


def so_many(expectation: Expectation, names: _Names) -> Found:
    """There are so many columns, at least and at most."""
    return amount_between(expectation, len(names))


OF_NAMES: dict[str, Callable[[Expectation, _Names], Found]] = {
    "ExpectColumnToExist": exists,
    "ExpectTableColumnsToMatchOrderedList": in_order,
    "ExpectTableColumnsToMatchSet": as_a_set,
    "ExpectTableColumnCountToEqual": as_many,
    "ExpectTableColumnCountToBeBetween": so_many,
}
"""By kind."""
