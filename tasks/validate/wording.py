"""Expectations of a suite of one's own, in words."""

from typing import Any

from tasks.params.columns import listed

_NAMED = 8
"""As many columns as are named."""


def place(arguments: dict[str, Any]) -> str | None:
    """The column or columns that an expectation is about; None for the table."""
    if "column" in arguments:
        return str(arguments["column"])
    columns = [arguments[key] for key in ("column_A", "column_B") if key in arguments]
    return listed((*columns, *arguments.get("column_list", ()))[:_NAMED]) or None


def printable(value: str) -> str:
    """A value as a terminal may show it: what would move its cursor or change its colours, as its number."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in value)


def asked(rule: str, arguments: dict[str, Any]) -> str:
    """What an expectation asks for, by its rule's name and its arguments."""
    if "regex" in arguments:
        return f"must {'not ' * rule.startswith('not')}match {arguments['regex']}"
    match rule:
        case "compound_columns_to_be_unique":
            return "must be unique together"
        case "column_pair_values_a_to_be_greater_than_b":
            return (
                "the first must "
                + ("not lie below" if arguments.get("or_equal") else "lie above")
                + " the other"
            )
        case "columns_to_match_set":
            return f"expected the columns {_listed(arguments['column_set'])}"
        case "columns_to_match_ordered_list":
            return f"expected the columns, in this order, {_listed(arguments['column_list'])}"
    given = {key: value for key, value in arguments.items() if not key.startswith(("column", "batch_id"))}
    settings = ", ".join(f"{key} {str(value)[:80]}" for key, value in sorted(given.items()))
    return rule.replace("_", " ") + (f" ({settings})" if settings else "")


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return listed(names[:_NAMED]) + more
