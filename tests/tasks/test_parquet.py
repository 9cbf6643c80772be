"""A column of a Parquet file is read by its exact name, and nothing beside it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from odd_names import ODD_NAMES

from tasks.parquet import blocks, places, table

MIXED = pa.table({"a": [{"b": "inner", "c": 1}], "a.b": ["outer"], "a.b.1": ["more"], "x": [[1, 2]]})


@pytest.fixture
def mixed(tmp_path: Path) -> pq.ParquetFile:
    """A file in which `a.b` is a column, and also what `a` holds."""
    pq.write_table(MIXED, tmp_path / "mixed.parquet")
    return pq.ParquetFile(tmp_path / "mixed.parquet")


class TestNames:
    """Are whole: a full stop leads nowhere."""

    def test_of_a_column_that_another_holds(self, mixed: pq.ParquetFile) -> None:
        """pyarrow's own list reads both; here it is the flat one."""
        assert mixed.read(columns=["a.b"]).num_columns == 2
        assert table(mixed, ["a.b"]).to_pydict() == {"a.b": ["outer"]}
        assert [one.to_pydict() for one in blocks(mixed, ["a.b.1", "a.b"], 10)] == [
            {"a.b.1": ["more"], "a.b": ["outer"]}
        ]

    @pytest.mark.parametrize("name", ["a", "a.c", "x", "b", ""])
    def test_of_what_is_not_flat_are_refused(self, mixed: pq.ParquetFile, name: str) -> None:
        """A struct, what it holds, a list, and what is not there."""
        with pytest.raises(pa.ArrowInvalid, match="expected one flat column"):
            places(mixed.metadata, [name])

    def test_that_two_columns_have_are_refused(self, tmp_path: Path) -> None:
        """Nobody can say which is meant."""
        both = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"])
        pq.write_table(both, tmp_path / "both.parquet")
        with pytest.raises(pa.ArrowInvalid, match="expected one flat column a, found 2"):
            places(pq.read_metadata(tmp_path / "both.parquet"), ["a"])

    def test_of_every_kind(self, tmp_path: Path) -> None:
        """Each odd name reads its own column, some rows at a time and in the order asked for."""
        rows = pa.table({name: [f"{name}{n}" for n in range(5)] for name in ODD_NAMES})
        pq.write_table(rows, tmp_path / "odd.parquet", row_group_size=2)
        wanted = list(reversed(ODD_NAMES))
        with pq.ParquetFile(tmp_path / "odd.parquet") as file:
            assert table(file, wanted).equals(rows.select(wanted))
            assert pa.Table.from_batches(blocks(file, wanted, 3)).equals(rows.select(wanted))
            (last,) = blocks(file, ["a.b"], 9, [2])
            assert last.to_pydict() == {"a.b": ["a.b4"]}
