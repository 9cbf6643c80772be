"""Several files are one table, whatever their format."""

import gzip

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from table_factories import batch, begun, csv_file, person_table

from tasks.begin import Wishes, begin
from tasks.errors import BadInput


class TestSeveralTables:
    """Read as one, whatever their format."""

    def test_of_a_folder(self, tmp_path):
        """CSV, packed CSV and Parquet together give what one table gives."""
        table, parts = person_table(), tmp_path / "parts"
        parts.mkdir()
        csv_file(parts / "a.csv", table[:200])
        (parts / "b.csv.gz").write_bytes(gzip.compress(table[200:400].to_csv(index=False).encode()))
        pq.write_table(pa.table(table[400:].reset_index(drop=True)).cast(_plain(table)), parts / "c.parquet")
        (parts / "readme.txt").write_text("no table")
        made = begun(tmp_path, parts)
        assert sum(made.periods.values()) == 600
        assert [one for part in made.periods for one in batch(made, part)["note"]] == table["note"].tolist()

    def test_of_different_columns_are_refused(self, tmp_path):
        """With their names."""
        first = csv_file(tmp_path / "a.csv", person_table())
        second = csv_file(tmp_path / "b.csv", person_table().rename(columns={"plan": "tariff"}))
        with pytest.raises(BadInput, match=r"b\.csv: other columns than a\.csv: plan, tariff"):
            begin([first, second], tmp_path, None, Wishes("left", "asked"), lambda _: None)


def _plain(table: pd.DataFrame) -> pa.Schema:
    """The types that a CSV of the table is read as."""
    kinds = {"spend": pa.float64(), "left": pa.int64()}
    return pa.schema([(one, kinds.get(one, pa.string())) for one in table.columns])
