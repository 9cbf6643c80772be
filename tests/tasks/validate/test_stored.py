"""What lies in memory may say that a value could be outside, and never wrongly that none is."""

import pyarrow as pa
import pytest

from tasks.validate.stored import may_have_nan, surely_inside

NAN = float("nan")


class TestSurelyInside:
    @pytest.mark.parametrize(
        ("values", "strict", "inside"),
        [([0, 10], (False, False), True), ([0, 10], (True, False), False), ([0, 10], (False, True), False),
         ([1, 9], (True, True), True), ([-1], (False, False), False), ([11], (False, False), False),
         ([], (True, True), True)],
    )  # fmt: skip
    @pytest.mark.parametrize("kind", [pa.float64(), pa.int8(), pa.int64()])
    def test_by_bounds(self, values, strict, inside, kind):
        """A bound is inside unless it is strict."""
        assert surely_inside(pa.array(values, kind), 0, 10, strict) is inside

    def test_of_a_slice(self):
        """Only the values of the slice count."""
        assert surely_inside(pa.array([99.0, 1.0, 2.0, 99.0]).slice(1, 2), 0, 10, (False, False))

    def test_of_what_stands_for_a_missing_value(self):
        """It counts as well: whether there is a value outside, somebody else has to say."""
        data = pa.py_buffer(memoryview(pa.array([1.0, 99.0]).buffers()[1]))
        values = pa.Array.from_buffers(pa.float64(), 2, [pa.py_buffer(b"\x01"), data])
        assert values.to_pylist() == [1.0, None]
        assert not surely_inside(values, 0, 10, (False, False))

    @pytest.mark.parametrize(("low", "high"), [(0, None), (None, 10), (0, 10)])
    def test_of_nan(self, low, high):
        """NaN is inside nothing."""
        assert not surely_inside(pa.array([1.0, NAN, 2.0]), low, high, (False, False))


class TestMayHaveNan:
    @pytest.mark.parametrize(
        ("values", "may"), [([1.0, NAN], True), ([1.0, float("inf")], False), ([], False)]
    )
    def test_by_values(self, values, may):
        """Infinity is a number."""
        assert may_have_nan(pa.array(values, pa.float64())) is may
