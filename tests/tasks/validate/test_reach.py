"""What no later step can hold is blocked with its column, whatever the rules allow."""

from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import put_batch, small_params
from factories import small_folder, small_frame

from tasks.validate.result import BatchReport, rules_hash
from tasks.validate.step import check_batch
from tasks.workspace import Workspace

COUNTS = ("known_at: {type: timestamp}", "known_at: {type: timestamp}\n    n: {type: integer}")
ROWS = 200
UTC_MS = pa.timestamp("ms", tz="UTC")


def judged(parent, column: str, values: pa.Array, *changes: tuple[str, str]) -> BatchReport:
    """What validation says of January with one column of these values."""
    table = pa.Table.from_pandas(small_frame(rows=ROWS), preserve_index=False)
    kept = table.drop_columns([column]) if column in table.column_names else table
    sink = BytesIO()
    pq.write_table(kept.append_column(column, values), sink)
    workspace, params = Workspace(small_folder(parent)), small_params(*changes)
    batch = put_batch(workspace, "2024-01", sink.getvalue())
    return check_batch(workspace.batches / batch.name, batch, params, rules_hash(params))


def far(*numbers: int) -> pa.Array:
    """Milliseconds since 1970, the last of them in every other row."""
    return pa.array([*numbers, *[numbers[-1]] * (ROWS - len(numbers))], pa.int64()).cast(UTC_MS)


class TestNumbers:
    """Whole numbers without a sign reach further than those with one."""

    @pytest.mark.parametrize("encoded", [False, True])
    def test_beyond_64_bits_with_a_sign(self, tmp_path, encoded):
        """Column, count, type and limit are told."""
        values = pa.array([2**63, 2**64 - 1, *range(ROWS - 2)], pa.uint64())
        report = judged(tmp_path, "n", values.dictionary_encode() if encoded else values, COUNTS)
        (failure,) = report.failures
        assert (failure.column, failure.rule, failure.rows, report.rows) == ("n", "type", 2, ROWS)
        assert failure.message.startswith("column n: 2 numbers (stored as ")
        assert "above 9,223,372,036,854,775,807, which 64 bits with a sign" in failure.message

    def test_the_largest_that_is_held(self, tmp_path):
        """2^63 - 1 passes, and so does a value that is missing."""
        values = pa.array([2**63 - 1, None, *range(ROWS - 2)], pa.uint64())
        nulls = (COUNTS[0], COUNTS[1].replace("integer", "integer, max_nulls: 0.1"))
        assert judged(tmp_path, "n", values, nulls).passed

    def test_a_column_that_only_warns(self, tmp_path):
        """What cannot be learned from blocks at every level."""
        warned = (COUNTS[0], COUNTS[1].replace("integer", "integer, level: warn"))
        assert not judged(tmp_path, "n", pa.array([2**63] * ROWS, pa.uint64()), warned).passed


class TestInstants:
    """Milliseconds reach further than microseconds."""

    @pytest.mark.parametrize("number", [2**55, -(2**55)])
    def test_beyond_microseconds(self, tmp_path, number):
        """An instant a million years off is told with its column."""
        (failure,) = judged(tmp_path, "label_known_at", far(number, 0)).failures
        assert (failure.column, failure.rule, failure.rows) == ("label_known_at", "type", 1)
        assert "column label_known_at: 1 instants (stored as timestamp[ms, tz=UTC])" in failure.message

    def test_the_year_9999(self, tmp_path):
        """What many systems write for never is an instant."""
        assert judged(tmp_path, "label_known_at", far(253_402_214_400_000, 0)).passed
