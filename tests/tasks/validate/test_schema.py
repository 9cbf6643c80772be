"""A batch is read so many rows at a time, and what was read is let go."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import small_params
from factories import small_frame

from tasks.validate.schema import Unreadable, open_batch, scan

GROUPS, ROWS = 40, 20_000
PARAMS = small_params(("rows: {min: 100, max: 5000}", "rows: {min: 1, max: 1000000}"))


class TestScan:
    @pytest.mark.long
    def test_holds_no_whole_file(self, tmp_path):
        """40 row groups of numbers that do not compress: at no time is a third of the file in memory."""
        path, draw = tmp_path / "batch.parquet", np.random.default_rng(0)
        plain = pa.Table.from_pandas(small_frame(rows=ROWS), preserve_index=False)
        place = plain.schema.get_field_index("x")
        with pq.ParquetWriter(path, plain.schema) as writer:
            for _ in range(GROUPS):
                writer.write_table(plain.set_column(place, "x", pa.array(draw.random(ROWS))))
        file, failures = open_batch(path, PARAMS.validation)
        before, most, rows = pa.total_allocated_bytes(), 0, 0
        for batch in scan(file, ["x"]):
            most, rows = max(most, pa.total_allocated_bytes() - before), rows + batch.num_rows
        size = sum(
            pq.read_metadata(path).row_group(n).column(place).total_compressed_size for n in range(GROUPS)
        )
        assert (failures, rows) == ([], GROUPS * ROWS)
        assert most < size / 3

    @pytest.mark.parametrize("columns", [["a"], ["b"], ["a", "b"]])
    def test_of_fewer_rows_than_are_told_is_unreadable(self, tmp_path: Path, columns: list[str]):
        """A footer that says 1,003 rows where each column has 1,000: no row may be missed in silence."""
        path = tmp_path / "batch.parquet"
        table = pa.table({"a": list(range(1000)), "b": [0.5] * 1000})
        pq.write_table(table, path, use_dictionary=False, compression="none", store_schema=False)
        data = path.read_bytes()
        footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
        path.write_bytes(data[:footer] + data[footer:].replace(b"\x16\xd0\x0f", b"\x16\xd6\x0f"))
        file = pq.ParquetFile(path)
        assert file.metadata.num_rows == 1003
        with pytest.raises(Unreadable) as refused:
            list(scan(file, columns))
        assert f"1,003 rows, and {' and '.join(columns)} 1,000" in refused.value.failure.message
