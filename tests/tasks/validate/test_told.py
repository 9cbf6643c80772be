"""Rows in quarantine are told whatever they hold."""

import json
import math

import pyarrow as pa
import pytest

from tasks.validate.told import told_rows


class TestInstants:
    """What the rule of the period keeps aside may lie anywhere."""

    @pytest.mark.parametrize("unit", ["ms", "us"])
    def test_beyond_every_calendar(self, unit):
        """The number that is stored stands for it; others are dates, and missing ones are missing."""
        per = {"ms": 10**3, "us": 10**6}[unit]
        numbers = pa.array([400_000_000_000 * per, 0, None], pa.int64())
        rows = told_rows(pa.table({"at": numbers.cast(pa.timestamp(unit, tz="UTC"))}))
        assert [row["at"] for row in rows] == [
            f"{400_000_000_000 * per} {unit} since 1970",
            "1970-01-01 00:00:00+00:00",
            None,
        ]


class TestNumbers:
    """As JSON has them, so that no reader parses text."""

    def test_finite_ones_are_numbers(self):
        """An infinite one is text, for JSON has none."""
        rows = told_rows(
            pa.table({"x": [9999.5, -math.inf, None], "n": [1, 2, 3], "yes": [True, None, False]})
        )
        assert rows[0] == {"x": 9999.5, "n": 1, "yes": True}
        assert rows[1] == {"x": "-inf", "n": 2, "yes": None}
        assert json.loads(json.dumps(rows, allow_nan=False)) == rows
