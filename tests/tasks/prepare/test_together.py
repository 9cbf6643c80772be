"""Batches of any encoding become one table, and what no type holds is told in one line."""

import pyarrow as pa
import pytest

from tasks.errors import BadInput
from tasks.prepare.together import together

FAR = 253_402_214_400_000_000
"""9999-12-31 in microseconds: what many systems write for never."""


def instants(unit: str, *numbers: int) -> pa.Table:
    return pa.table({"at": pa.array(numbers, pa.int64()).cast(pa.timestamp(unit, tz="UTC"))})


class TestInstants:
    """Every unit becomes microseconds."""

    @pytest.mark.row("re-typed column")
    def test_never_in_one_month_and_nanoseconds_in_another(self):
        """Nanoseconds hold no year 9999, and are not what such a month becomes."""
        both = together([instants("us", FAR), instants("ns", 1_999)])
        assert both.column("at").cast(pa.int64()).to_pylist() == [FAR, 1]
        assert both.to_pandas()["at"].iloc[0].year == 9999

    def test_an_instant_that_microseconds_do_not_hold(self):
        """It is told, and never wraps into another instant."""
        with pytest.raises(BadInput, match="prepare: expected batches whose columns fit together, found: "):
            together([instants("ms", 2**55), instants("us", 1)])


class TestNumbers:
    """Whole numbers are 64 bits with a sign, beside others they are rounded."""

    def test_a_month_of_large_whole_numbers_beside_others(self):
        """2^53 + 1 is no 64-bit float, and no reason to stop."""
        both = together([pa.table({"x": [2**53 + 1]}), pa.table({"x": [0.5]})])
        assert both["x"].to_pylist() == [2.0**53, 0.5]

    def test_whole_numbers_alone_stay_exact(self):
        """Widths do not matter."""
        both = together([pa.table({"x": pa.array([1], pa.uint8())}), pa.table({"x": [2**53 + 1]})])
        assert both["x"].to_pylist() == [1, 2**53 + 1]

    def test_a_number_that_64_bits_do_not_hold(self):
        """It is told in one line."""
        with pytest.raises(BadInput, match="found: Integer value 9223372036854775808 not in range"):
            together([pa.table({"x": pa.array([2**63], pa.uint64())})])

    def test_text_beside_numbers(self):
        """Types that have nothing in common are told, too."""
        with pytest.raises(BadInput, match="fit together"):
            together([pa.table({"x": [1]}), pa.table({"x": ["a"]})])
