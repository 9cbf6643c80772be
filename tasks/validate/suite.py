"""The Great Expectations suite that `validate:` in params.yaml describes, and what its results mean."""

import logging
import os
from datetime import datetime
from typing import Any

import pandas as pd

from tasks.params import Params
from tasks.validate.result import Failure

# Read by Great Expectations when it is imported; a data plane does not phone home.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

Expectation = tuple[str, dict[str, Any]]


def expectations(params: Params, period: str) -> list[Expectation]:
    """Expectations by their Great Expectations type and arguments, for a batch of `period`."""
    rules, prepare = params.validation, params.prepare
    suite: list[Expectation] = [
        ("ExpectTableRowCountToBeBetween", {"min_value": rules.rows.min, "max_value": rules.rows.max})
    ]
    for name, rule in rules.columns.items():
        suite.append(("ExpectColumnValuesToNotBeNull", {"column": name, "mostly": 1 - rule.max_nulls}))
        mostly = 1 - rule.max_bad
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
    return suite


def check(frame: pd.DataFrame, suite: list[Expectation]) -> list[Failure]:
    """Run the suite on a frame; an expectation that could not be checked is a failure too."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment] # its own documented form
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("batch")
    definition = asset.add_batch_definition_whole_dataframe("batch")
    batch = definition.get_batch(batch_parameters={"dataframe": frame})
    rules = [getattr(gxe, kind)(**arguments) for kind, arguments in suite]
    gx_suite = gx.ExpectationSuite(name="suite", expectations=rules)
    results = batch.validate(gx_suite, result_format="BASIC").results
    return [failure for result in results if (failure := _failure(result)) is not None]


def _failure(result: Any) -> Failure | None:
    if result.success:
        return None
    config = result.expectation_config
    arguments = config.kwargs
    column = arguments.get("column")
    rule = config.type.removeprefix("expect_").removeprefix("column_values_to_").removeprefix("table_")
    raised = _raised(result.exception_info)
    if raised:
        return Failure(
            column=column, rule=rule, message=f"{column or 'table'}: could not check {rule}: {raised}"
        )
    found = result.result
    bad, total = found.get("unexpected_count"), found.get("element_count")
    words = _in_words(rule, arguments)
    if bad is None:
        message = f"{words}, found {found.get('observed_value')}"
        return Failure(column=column, rule=rule, message=message)
    seen = [str(value) for value in found.get("partial_unexpected_list", [])[:3]]
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
    return rule.replace("_", " ")


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
