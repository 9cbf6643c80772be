"""The Great Expectations suite that `validate:` in params.yaml describes, and what its results mean."""

import logging
import os
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tasks.params import Params
from tasks.validate.found import Expectation, Found
from tasks.validate.own import camel, own_expectations
from tasks.validate.result import Failure
from tasks.validate.wording import asked, place, printable

if TYPE_CHECKING:
    import pandas as pd

# Read by Great Expectations when it is imported; a data plane does not phone home.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


def expectations(params: Params, period: str) -> list[Expectation]:
    """Expectations by their Great Expectations type and arguments, for a batch of `period`."""
    rules, prepare = params.validation, params.prepare
    suite: list[Expectation] = [
        ("ExpectTableRowCountToBeBetween", {"min_value": rules.rows.min, "max_value": rules.rows.max})
    ]
    for name, rule in rules.columns.items():
        suite.append(("ExpectColumnValuesToNotBeNull", {"column": name, "mostly": _all_but(rule.max_nulls)}))
        mostly = _all_but(rule.max_bad)
        if rule.min is not None or rule.max is not None:
            bounds = {"min_value": rule.min, "max_value": rule.max}
            suite.append(("ExpectColumnValuesToBeBetween", {"column": name, "mostly": mostly, **bounds}))
        if rule.values is not None:
            arguments = {"column": name, "mostly": mostly, "value_set": list(rule.values)}
            suite.append(("ExpectColumnValuesToBeInSet", arguments))
        if rule.unique:
            suite.append(("ExpectColumnValuesToBeUnique", {"column": name}))
    calendar = params.intake.calendar
    inside = {"min_value": calendar.start(period), "max_value": calendar.end(period), "strict_max": True}
    suite.append(("ExpectColumnValuesToBeBetween", {"column": prepare.event_time, **inside}))
    return suite + own_expectations(params)


def _all_but(share: float) -> float:
    """1 - share as one would write it: 1 - 0.18 is 0.8200000000000001 in floats, and 82 of 100 are less."""
    return round(1 - share, 12)


def in_words(params: Params, period: str) -> list[tuple[str, str]]:
    """What a batch of `period` is asked: (column or columns, words), in the suite's order."""
    told = []
    for kind, arguments in expectations(params, period):
        rule = Found(kind, arguments, success=True, result={}).rule
        allowed = 1 - arguments.get("mostly", 1)
        limit = f"; at most {allowed:.1%} of the rows may not" if allowed > 0 else ""
        told.append((place(arguments) or "(table)", _in_words(rule, arguments) + limit))
    return told


def check(frame: "pd.DataFrame", suite: list[Expectation]) -> list[Failure]:
    """Run the suite on a frame in Great Expectations; what could not be checked is a failure too."""
    return failures(in_great_expectations(frame, suite))


def failures(found: Iterable[Found]) -> list[Failure]:
    """What does not hold, in words."""
    return [_failure(one) for one in found if not one.success]


def in_great_expectations(frame: "pd.DataFrame", suite: list[Expectation]) -> list[Found]:
    """The results of Great Expectations itself on a frame, in its own order."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment] # its own documented form
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("batch")
    definition = asset.add_batch_definition_whole_dataframe("batch")
    batch = definition.get_batch(batch_parameters={"dataframe": frame})
    rules, refused = [], []
    for kind, arguments in suite:
        try:
            rules.append(getattr(gxe, kind)(**arguments))
        except (ValueError, TypeError) as error:
            said = " ".join(str(error).split())[:200]
            refused.append(Found(kind, arguments, success=False, result={}, raised=said))
    gx_suite = gx.ExpectationSuite(name="suite", expectations=rules)
    return refused + [_found(one) for one in batch.validate(gx_suite, result_format="BASIC").results]


def _found(result: Any) -> Found:
    config = result.expectation_config
    kind = camel(config.type)
    raised = None if result.success else _raised(result.exception_info)
    return Found(kind, dict(config.kwargs), bool(result.success), dict(result.result), raised)


def _failure(one: Found) -> Failure:
    arguments, rule, found = one.arguments, one.rule, one.result
    column = place(arguments)
    if one.raised:
        return Failure(
            column=column, rule=rule, message=f"{column or 'table'}: could not check {rule}: {one.raised}"
        )
    bad, total = found.get("unexpected_count"), found.get("element_count")
    words = _in_words(rule, arguments)
    if bad is None:
        message = f"{words}, found {found.get('observed_value')}"
        message = message if column is None else f"{column}: {message}"
        return Failure(column=column, rule=rule, message=message)
    seen = [printable(str(value)) for value in found.get("partial_unexpected_list", [])[:3]]
    such = f" (such as {', '.join(seen)})" if seen and rule != "not_be_null" else ""
    allowed = 1 - arguments.get("mostly", 1)
    limit = f"; at most {allowed:.1%} allowed" if allowed > 0 else ""
    message = f"{column}: {words}: {bad:,} of {total:,} rows do not{such}{limit}"
    return Failure(column=column, rule=rule, message=message, rows=int(bad))


def _raised(info: dict[str, Any]) -> str | None:
    """The first exception in Great Expectations' two shapes of `exception_info`."""
    for one in (info, *(value for value in info.values() if isinstance(value, dict))):
        if one.get("raised_exception"):
            return " ".join(str(one.get("exception_message")).split())[:200]
    return None


def _in_words(rule: str, arguments: dict[str, Any]) -> str:
    low, high = (_bound(arguments.get(key)) for key in ("min_value", "max_value"))
    match rule:
        case "row_count_to_be_between":
            return f"expected {low} to {high} rows"
        case "not_be_null":
            return "must have a value"
        case "be_between":
            return (
                f"must lie between {low} and {high}" if low and high else f"must be at {_one_end(low, high)}"
            )
        case "be_in_set":
            return f"must be one of {', '.join(map(str, arguments['value_set'][:8]))}"
        case "be_unique":
            return "must be unique"
    return asked(rule, arguments)


def _one_end(low: str, high: str) -> str:
    return f"least {low}" if low else f"most {high}"


def _bound(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    )
