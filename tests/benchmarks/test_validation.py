"""The figures of validation are measured, on batches that pass, against what they name."""

import pytest
from benchmarks import validation
from benchmarks.validation import PARAMS, measure_engine, measure_history, measure_shape
from rich.console import Console

from tasks.params import parse_params
from tasks.validate.suite import expectations

QUIET = Console(quiet=True)


class TestMeasureValidation:
    """`make bench` on small batches."""

    def test_history(self, monkeypatch):
        """What one more batch costs among many is told against the same among few."""
        monkeypatch.setattr(validation, "MANY", 5)
        found = {one.name: one for one in measure_history(1, QUIET, rows=100)}
        assert found["one_batch_among_200"].value > 0
        assert "among 2" in found["one_batch_among_200"].unit

    def test_a_small_batch(self):
        """The batch of great_expectations#8671 has 25 checks or more."""
        assert measure_shape(1).value > 0
        assert len(expectations(parse_params(PARAMS), "2024-01-01")) >= 25

    @pytest.mark.long
    def test_engine(self):
        """Both check one file, each in its own process, and find nothing wrong with it."""
        found = {one.name: one for one in measure_engine(1, QUIET, 1_000)}
        assert found["engine_faster"].value > 0
        assert found["engine_peak_mb"].value < found["great_expectations_peak_mb"].value
