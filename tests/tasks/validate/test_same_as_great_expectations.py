"""The engine's result of an expectation is Great Expectations' own, on whatever a column may hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.params import Column
from tasks.validate.aside import Aside
from tasks.validate.engine import run
from tasks.validate.found import Expectation, Found
from tasks.validate.known import BETWEEN, IN_SET, NOT_NULL, ROWS, UNIQUE, knows
from tasks.validate.suite import in_great_expectations

START = datetime(2024, 1, 1, tzinfo=UTC)
EXACT = 2**53
"""Beyond it Great Expectations compares whole numbers as floats, which round; the engine is exact."""

SHARES = st.sampled_from([0.0, 0.5, 2 / 3, 0.8, 1 - 0.1, 1.0])
ZONES = st.sampled_from(["UTC", "America/New_York"])
FEW = {
    "number": st.sampled_from([0.0, -0.0, 1.0, 0.1, -3.5, float("nan"), float("inf"), float("-inf"), 1e300]),
    "integer": st.integers(-3, 3),
    "string": st.sampled_from(["", "a", "b", "A", "ä", "a" * 9, "a" * 300, "a" * 299 + "b", "None", "nan"]),
    "boolean": st.booleans(),
    "timestamp": st.integers(-3, 3).map(lambda days: START + timedelta(days=days)),
}
MANY = {
    "number": st.floats(),
    "integer": st.integers(-100, 100),
    "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    "boolean": st.booleans(),
    "timestamp": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - UTC is said below
        lambda one: one.replace(microsecond=0, tzinfo=UTC)
    ),
}
KINDS = {
    "number": st.sampled_from([pa.float64(), pa.float32()]),
    "integer": st.sampled_from([pa.int64(), pa.int32(), pa.int8()]),
    "string": st.sampled_from([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]),
    "boolean": st.just(pa.bool_()),
    "timestamp": st.builds(pa.timestamp, st.sampled_from(["s", "ms", "us", "ns"]), tz=ZONES),
}
BOUNDS = {
    "number": st.none() | FEW["number"].filter(lambda one: abs(one) < 10),
    "integer": st.none() | st.floats(-4, 4) | st.sampled_from([-1e6, 1e6, 300, -2.0]),
    "timestamp": st.none() | FEW["timestamp"] | st.just(START + timedelta(microseconds=1)),
}


@st.composite
def columns(draw: st.DrawFn, declared: str) -> pa.Table:
    """A column `c`: few values or many, with nulls, or none at all."""
    values = draw(
        st.lists(st.none() | FEW[declared] | MANY[declared], max_size=draw(st.sampled_from([0, 30])))
    )
    kind = draw(KINDS[declared])
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.table({"c": pa.array(values, plain).cast(kind)})


@st.composite
def suites(draw: st.DrawFn, declared: str) -> list[Expectation]:
    """One of each expectation that is known for the type, with arguments."""
    suite: list[Expectation] = [
        (ROWS, {"min_value": draw(st.integers(0, 5)), "max_value": draw(st.integers(5, 30))}),
        (NOT_NULL, {"column": "c", "mostly": draw(SHARES)}),
        (UNIQUE, {"column": "c"}),
    ]
    if declared == "string":
        members = draw(st.lists(FEW["string"], max_size=4))
        suite.append((IN_SET, {"column": "c", "mostly": draw(SHARES), "value_set": members}))
    if declared in BOUNDS:
        low, high = draw(BOUNDS[declared]), draw(BOUNDS[declared])
        if low is not None and high is not None:
            low, high = min(low, high), max(low, high)
        arguments = {"column": "c", "mostly": draw(SHARES), "min_value": low, "max_value": high}
        strict = {key: True for key in ("strict_min", "strict_max") if draw(st.booleans())}
        if low is not None or high is not None:
            suite.append((BETWEEN, arguments | strict))
    return suite


@st.composite
def cases(draw: st.DrawFn, declared: str) -> tuple[pa.Table, list[Expectation], int]:
    """A column, a suite, and how many rows the engine gets at a time."""
    return draw(columns(declared)), draw(suites(declared)), draw(st.sampled_from([1, 4, 100]))


def ours(table: pa.Table, suite: list[Expectation], at_a_time: int = 100) -> list[Found]:
    """The engine's results, the table read so many rows at a time; the same by several threads."""
    found, apart = (
        list(run(lambda names: table.select(names).to_batches(at_a_time), suite, threads=threads))
        for threads in (None, 3)
    )
    assert repr(apart) == repr(found)
    return found


def comparable(one: Found) -> dict[str, Any]:
    """Counts, shares and examples; nulls among examples are only counted, as what stands for null differs."""
    result = dict(one.result)
    if one.kind == NOT_NULL:
        result["partial_unexpected_list"] = len(result["partial_unexpected_list"])
    return {"kind": one.kind, "success": one.success, **result}


def in_order(found: list[Found]) -> list[dict[str, Any]]:
    """By kind: Great Expectations has an order of its own."""
    return [comparable(one) for one in sorted(found, key=lambda one: one.kind)]


def assert_same(declared: str, table: pa.Table, suite: list[Expectation], at_a_time: int = 100) -> None:
    """All known, nothing raised, and each field of each result is equal."""
    assert all(knows(one, {"c": Column(type=declared)}) for one in suite)
    theirs = in_great_expectations(table.to_pandas(), suite)
    assert [one.raised for one in theirs] == [None] * len(suite)
    assert in_order(ours(table, suite, at_a_time)) == in_order(theirs)


@pytest.mark.parametrize("declared", sorted(FEW))
class TestSameResults:
    """On generated columns of each type: verdict, counts, shares and examples."""

    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_some(self, declared, data):
        """A dozen columns of each type, each time the tests run."""
        assert_same(declared, *data.draw(cases(declared)))

    @pytest.mark.long
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_many(self, declared, data):
        """Hundreds of columns of each type, other ones each time."""
        assert_same(declared, *data.draw(cases(declared)))


@pytest.mark.parametrize("declared", sorted(FEW))
class TestWhichRows:
    """The rows that are named are those that break a rule, and no others."""

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_without_them_each_rule_holds(self, declared, data):
        """They are as many as are counted, and what is left of the column breaks none of the rules."""
        table, suite, at_a_time = data.draw(cases(declared))
        strict = [(kind, {**arguments, "mostly": 1}) for kind, arguments in suite if kind != ROWS]
        aside = Aside(range(len(strict)), table.num_rows, 1.0)
        found = list(run(lambda names: table.select(names).to_batches(at_a_time), strict, aside))
        counted = [one.result["unexpected_count"] for one in found]
        assert [len(aside.of(number)) for number in range(len(strict))] == counted
        left = np.ones(table.num_rows, dtype=bool)
        left[aside.settle()] = False
        assert all(one.success for one in ours(table.filter(pa.array(left)), strict))


class TestWhatIsKnown:
    """What would not give the same result is left to Great Expectations."""

    @pytest.mark.parametrize(
        ("declared", "kind", "arguments"),
        [
            ("string", BETWEEN, {"min_value": 1.0}),
            ("boolean", BETWEEN, {"min_value": 0.0}),
            ("timestamp", BETWEEN, {"min_value": 0.0}),
            ("number", BETWEEN, {"min_value": None, "max_value": None}),
            ("integer", IN_SET, {"value_set": ["1"]}),
            ("string", IN_SET, {"value_set": [1]}),
            ("string", IN_SET, {"value_set": ["a"], "row_condition": "x > 1"}),
            ("string", "ExpectColumnValuesToMatchRegex", {"regex": "(?=a)"}),
            ("number", "ExpectColumnValuesToMatchRegex", {"regex": "a"}),
            ("number", "ExpectColumnMaxToBeBetween", {"max_value": 1}),
            ("string", "ExpectColumnMeanToBeBetween", {"max_value": 1}),
            ("number", "ExpectColumnQuantileValuesToBeBetween", {"quantile_ranges": {"quantiles": [0.5]}}),
        ],
    )
    def test_others(self, declared, kind, arguments):
        """A bound on text, a set of text for numbers, a condition, another expectation."""
        assert not knows((kind, {"column": "c", **arguments}), {"c": Column(type=declared)})

    def test_a_column_that_is_not_declared(self):
        """Its type is not known, so neither is what Great Expectations would make of it."""
        assert not knows((NOT_NULL, {"column": "d"}), {"c": Column(type="string")})


class TestExactness:
    """Where Great Expectations rounds, the engine does not."""

    @pytest.mark.parametrize("value", [EXACT + 1, 2**63 - 1, -(2**63)])
    def test_large_whole_numbers(self, value):
        """One beyond the bound is found, though a float could not tell the two apart."""
        table = pa.table({"c": pa.array([value, 0], pa.int64())})
        low, high = (0.0, None) if value < 0 else (None, float(EXACT))
        (found,) = ours(table, [(BETWEEN, {"column": "c", "min_value": low, "max_value": high})])
        assert (found.success, found.result["unexpected_count"]) == (False, 1)

    def test_large_whole_numbers_beside_a_null(self):
        """Two ids that differ by one are two, also in a column that has a null."""
        table = pa.table({"c": pa.array([EXACT, EXACT + 1, None], pa.int64())})
        assert ours(table, [(UNIQUE, {"column": "c"})])[0].success

    def test_unsigned_numbers(self):
        """The largest number of 64 bits is above every bound that is below it."""
        table = pa.table({"c": pa.array([2**64 - 1, 5], pa.uint64())})
        (found,) = ours(table, [(BETWEEN, {"column": "c", "min_value": -1.0, "max_value": 5.0})])
        assert found.result["partial_unexpected_list"] == [2**64 - 1]

    @pytest.mark.parametrize("seconds", [-(2**62), 2**62, 253402300800])
    def test_instants_beyond_every_calendar(self, seconds):
        """An instant that no calendar can write is outside its period, and does not stop the check."""
        table = pa.table({"c": pa.array([seconds], pa.int64()).cast(pa.timestamp("s", tz="UTC"))})
        arguments = {"column": "c", "min_value": START, "max_value": START + timedelta(days=31)}
        (found,) = ours(table, [(BETWEEN, arguments)])
        assert found.result["unexpected_count"] == 1
        assert str(seconds) in str(found.result["partial_unexpected_list"][0])
