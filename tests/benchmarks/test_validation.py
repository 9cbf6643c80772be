"""The figures of validation are measured, on batches that pass, against what they name."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks.batches import PARAMS, flights, written
from benchmarks.one_scan import broken
from benchmarks.validation import measure_engine, measure_scan, measure_shape
from rich.console import Console

from tasks.params import parse_params
from tasks.validate.engine import run
from tasks.validate.known import BETWEEN, IN_SET, NOT_NULL
from tasks.validate.suite import expectations, failures

QUIET = Console(quiet=True)


class TestMeasureValidation:
    """`make bench` on small batches."""

    def test_a_small_batch(self):
        """The batch of great_expectations#8671 has 25 checks or more."""
        assert measure_shape(1).value > 0
        assert len(expectations(parse_params(PARAMS), "2024-01-01")) >= 25

    def test_one_scan_computes_the_same(self, tmp_path):
        """Each kind of rule that the suite has is broken in one row, and found by both."""
        suite = expectations(parse_params(PARAMS), "2024-01-01")
        path = written(tmp_path / "good.parquet", 300)
        assert broken(path, suite) == []
        frame = pq.read_table(path).to_pandas()
        frame.loc[[3, 4], "row_id"] = "twice"
        frame.loc[5, "x"], frame.loc[6, "colour"], frame.loc[7, "state"] = 99.0, "mauve", None
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
        wrong = broken(path, suite)
        assert sorted(wrong) == sorted(
            [f"{BETWEEN} x", f"{IN_SET} colour", f"{NOT_NULL} state", "unique row_id"]
        )
        assert (
            len(failures(run(lambda columns: pq.ParquetFile(path).iter_batches(columns=columns), suite))) == 4
        )

    @pytest.mark.long
    def test_scan(self):
        """The engine is told against one scan, at a size that is asked for."""
        found = {one.name: one.value for one in measure_scan(1, QUIET, 1_000)}
        assert found["engine_of_one_scan"] > 0
        assert found["one_scan_rows_per_second_at_1000"] > 0

    @pytest.mark.long
    def test_engine(self):
        """Both check one file, each in its own process, and find nothing wrong with it."""
        found = {one.name: one for one in measure_engine(1, QUIET, 1_000)}
        assert found["engine_faster"].value > 0
        assert found["engine_peak_mb"].value < found["great_expectations_peak_mb"].value

    @pytest.mark.long
    def test_engine_on_the_example(self):
        """The example's month is as long as it is asked to be, each row with an id of its own."""
        found = {one.name: one for one in measure_engine(1, QUIET, 60_001, "flights")}
        assert found["engine_faster_on_flights"].rows == 60_001

    @pytest.mark.long
    @pytest.mark.parametrize("rows", [1, 60_001])
    def test_the_example_repeated(self, tmp_path, rows):
        """So many rows, and no id twice."""
        ids = pq.read_table(flights(tmp_path / "f.parquet", rows), columns=["flight_id"])["flight_id"]
        assert len(ids) == len(ids.unique()) == rows
