"""Numbers in the place of values: equal where all columns are, however many there are."""

import numpy as np
import pyarrow as pa
import pytest

from tasks.add import codes
from tasks.add.codes import codes_of, row_codes


@pytest.mark.parametrize("most", [3, 50, 2**62])
def test_rows_have_one_code_where_all_columns_are_equal(monkeypatch, most):
    """Also where the numbers of all columns together would be too large for 64 bits."""
    monkeypatch.setattr(codes, "_MOST", most)
    draw = np.random.default_rng(5)
    columns = [draw.integers(-1, 3, 400) for _ in range(5)]
    found = row_codes(columns)
    rows = list(zip(*(one.tolist() for one in columns), strict=True))
    assert len(set(zip(rows, found.tolist(), strict=True))) == len(set(rows)) == len(set(found.tolist()))


def test_forty_columns_of_many_values_do_not_overflow():
    """A row that differs in the first of them alone has another code."""
    equal = np.append(np.arange(1022), 0)
    equal[1] = 1022
    assert len(np.unique(row_codes([np.arange(1023), *[equal] * 39]))) == 1023


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        (pa.array([7]), pa.array([7.0]), True),
        (pa.array([7]), pa.array(["7"]), False),
        (pa.array([2**53 + 1]), pa.array([float(2**53)]), False),
        (pa.array(["a"]), pa.array(["a"], pa.large_string()), True),
        (pa.array([None], pa.int64()), pa.array([float("nan")]), True),
        (pa.array([0.0]), pa.array([-0.0]), True),
        (pa.array([1], pa.timestamp("s", "UTC")), pa.array([10**6], pa.timestamp("us", "UTC")), True),
        (pa.array([2**62], pa.timestamp("ms", "UTC")), pa.array([0], pa.timestamp("us", "UTC")), False),
    ],
    ids=str,
)
def test_values_that_mean_the_same_have_one_code(first, second, alike):
    """Whatever they are stored as; a text is no number."""
    found = codes_of(pa.chunked_array([first]), pa.chunked_array([second]))
    assert (found[0] == found[1]) == alike
