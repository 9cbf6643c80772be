"""Patterns, amounts, pairs, rows together and columns: the engine's results are Great Expectations' own."""

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.params import Column
from tasks.validate.engine import run
from tasks.validate.found import Expectation, Found
from tasks.validate.known import GREATER, MATCH, MEAN, MEDIAN, NO_MATCH, QUANTILES, TOGETHER, knows
from tasks.validate.suite import in_great_expectations

COLUMNS = {name: Column(type="number") for name in "nm"} | {name: Column(type="integer") for name in "ij"}
COLUMNS |= {"s": Column(type="string"), "b": Column(type="boolean")}
PATTERNS = [r"^a+$", r"a$", r"^[^a]$", r"\d", r"^\w+$", r"(a|b){2}", r".", r"^.$", r"a.b", r"[a-c_]{2,3}",
            r"^$", r"a\$$", r"(?:ab)*?b", r"1\.5", r"a|b$"]  # fmt: skip
TEXTS = st.sampled_from(
    ["", "a", "aa\n", "a\n", "\n", "ab", "b_1", "٣", "ä", "a$", "a\nb", "1.5", "a b", "e\u0301"]
)
SHARES = st.sampled_from([0.5, 2 / 3, 0.9, 1.0])
FEW = st.sampled_from([0.0, -0.0, 1.0, 2.5, -3.0, float("nan"), float("inf"), float("-inf")])
BOUNDS = st.none() | st.floats(-5, 5)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Numbers, whole numbers, text and booleans, with gaps; often the same rows again."""
    rows = draw(st.sampled_from([0, 1, 8, 25]))

    def column(values: st.SearchStrategy[Any], kind: pa.DataType) -> pa.Array:
        return pa.array(draw(st.lists(st.none() | values, min_size=rows, max_size=rows)), kind)

    few = st.integers(-2, 2)
    return pa.table({
        "n": column(FEW, pa.float64()),
        "m": column(st.floats(-1e6, 1e6) | FEW, pa.float64()),
        "i": column(few, pa.int64()),
        "j": column(few, draw(st.sampled_from([pa.int8(), pa.int32()]))),
        "s": column(TEXTS | st.text(st.characters(exclude_categories=["Cs"]), max_size=3), pa.string()),
        "b": column(st.booleans(), pa.bool_()),
    })  # fmt: skip


@st.composite
def suites(draw: st.DrawFn) -> list[Expectation]:
    """Several of each kind, with arguments of all sorts."""
    one = st.sampled_from
    numeric = one(["n", "m", "i", "j"])

    def limits() -> dict[str, Any]:
        low, high = draw(st.floats(-5, 5)), draw(BOUNDS)
        high = high if high is None else max(low, high)
        strict = {key: True for key in ("strict_min", "strict_max") if draw(st.booleans())}
        return {"min_value": low, "max_value": high, **strict}

    ranges = [[draw(BOUNDS), None], [None, draw(BOUNDS)], [draw(st.floats(-5, 0)), draw(st.floats(0, 5))]]
    wanted = draw(st.lists(st.floats(0, 1) | one([0, 0.25, 0.5, 1]), min_size=3, max_size=3))
    method = draw(one([False, "linear", "lower", "higher", "midpoint", "nearest"]))
    pairs = draw(one([("n", "m"), ("i", "j"), ("i", "n")]))
    both = {"column_A": pairs[0], "column_B": pairs[1], "or_equal": draw(st.booleans())}
    ignored = draw(one(["both_values_are_missing", "either_value_is_missing", "neither"]))
    left = draw(one(["all_values_are_missing", "any_value_is_missing", "never"]))
    together = draw(one([["i", "s"], ["n", "b"], ["i", "j"], ["s", "n", "j"]]))
    return [
        (MATCH, {"column": "s", "regex": draw(one(PATTERNS)), "mostly": draw(SHARES)}),
        (NO_MATCH, {"column": "s", "regex": draw(one(PATTERNS)), "mostly": draw(SHARES)}),
        (MEAN, {"column": draw(numeric), **limits()}),
        (MEDIAN, {"column": draw(numeric), **limits()}),
        (QUANTILES, {"column": draw(numeric), "allow_relative_error": method,
                     "quantile_ranges": {"quantiles": wanted, "value_ranges": ranges}}),
        (GREATER, {**both, "ignore_row_if": ignored, "mostly": draw(SHARES)}),
        (TOGETHER, {"column_list": together, "ignore_row_if": left, "mostly": draw(SHARES)}),
        ("ExpectTableRowCountToEqual", {"value": draw(one([0, 1, 8]))}),
        ("ExpectColumnToExist", {"column": draw(one(["n", "q"]))}),
        ("ExpectTableColumnsToMatchSet", {"column_set": draw(one([list("nmijsb"), ["n"], ["q", "n"]])),
                                          "exact_match": draw(st.booleans())}),
        ("ExpectTableColumnsToMatchOrderedList", {"column_list": list(draw(one(["nmijsb", "mn", "bq"])))}),
        ("ExpectTableColumnCountToEqual", {"value": draw(one([5, 6]))}),
        ("ExpectTableColumnCountToBeBetween", {"min_value": draw(one([1, 7])), "max_value": 8}),
    ]  # fmt: skip


def comparable(value: Any) -> Any:
    """Floats to twelve digits, as sums are rounded in another order; NaN and None are both missing."""
    if isinstance(value, dict):
        return {key: comparable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return float(f"{value:.12g}") if isinstance(value, int | float) and not isinstance(value, bool) else value


def told(found: list[Found]) -> list[tuple[str, bool, Any]]:
    """By kind: Great Expectations has an order of its own."""
    return sorted(
        ((one.kind, bool(one.success), comparable(one.result)) for one in found), key=lambda one: one[0]
    )


def assert_same(table: pa.Table, suite: list[Expectation], at_a_time: int) -> None:
    """All known, nothing raised, and each field of each result is equal."""
    assert [kind for kind, arguments in suite if not knows((kind, arguments), COLUMNS)] == []
    theirs = in_great_expectations(table.to_pandas(), suite)
    assert [one for one in theirs if one.raised] == []
    ours, apart = (
        list(
            run(lambda names: table.select(names).to_batches(at_a_time), suite, None, table.column_names, by)
        )
        for by in (None, 3)
    )
    assert repr(apart) == repr(ours)
    assert told(ours) == told(theirs)


CASES = st.tuples(tables(), suites(), st.sampled_from([1, 4, 100]))


class TestSameResults:
    """On generated tables: verdict, counts, shares, examples and what was observed."""

    @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=CASES)
    def test_some(self, case):
        """Six tables, each time the tests run."""
        assert_same(*case)

    @pytest.mark.long
    @settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=CASES)
    def test_many(self, case):
        """Hundreds of tables, other ones each time."""
        assert_same(*case)
