"""Rows by period: each one once, in order, in a file that says nothing of the rows that came between."""

import random

import pytest
from table_factories import csv_file, four_months

from tasks.errors import BadInput
from tasks.periods import Calendar
from tasks.tables import pieces
from tasks.tables.cut import Cutting, cut, refuse_many
from tasks.tables.form import ColumnForm, Form, LabelForm, MadeForm
from tasks.tables.known import open_known

KINDS = {"asked": "string", "spend": "number", "plan": "string", "note": "string", "left": "string"}
FORM = Form(
    columns={name: ColumnForm(type=kind) for name, kind in KINDS.items()}, leave_out=("country",),
    label=LabelForm(one="yes", zero="no"), made=MadeForm(id="row_id", day="day"),
)  # fmt: skip
MONTHS = Calendar("month", "UTC")


def written(path, table, periods=None):
    """What is cut of the table."""
    known = open_known([csv_file(path / "t.csv", table)], FORM)
    return cut(known, Cutting(FORM, "asked", "left", MONTHS), path / "cut", lambda _: None, periods)


class TestFiles:
    """Of each period one."""

    def test_hold_each_row_once_in_its_order(self, tmp_path):
        """With a number of its own, and the day."""
        table = four_months().sample(frac=1, random_state=2)
        found = written(tmp_path, table)
        assert found.rows == dict.fromkeys(["2024-01", "2024-02", "2024-03", "2024-04"], 150)
        for period, file in found.files.items():
            (rows,) = pieces.pq.read_table(file).combine_chunks().to_batches()
            of_it = table[table["asked"].str.startswith(period)]
            assert rows["note"].to_pylist() == of_it["note"].tolist()
            assert rows["day"].to_pylist() == of_it["asked"].str[:10].tolist()
            assert rows["row_id"].to_pylist() == [f"{period}-{one:07d}" for one in range(1, 151)]

    def test_are_the_same_whatever_rows_come_between(self, tmp_path, monkeypatch):
        """Also where rows come by blocks, and row groups are short."""
        monkeypatch.setattr(pieces, "_GROUP", 64)
        table = four_months()
        order = list(range(600))
        random.Random(3).shuffle(order)
        order.sort(key=lambda at: at if at >= 450 else -1)
        monkeypatch.setattr("tasks.tables.files._BLOCK", 47)
        alone, among = tmp_path / "alone", tmp_path / "among"
        for place, rows in ((alone, table[450:]), (among, table.iloc[order])):
            place.mkdir()
            file = written(place, rows).files["2024-04"]
            assert [one.suffix for one in file.parent.iterdir()].count(".pieces") == 0
        name = "cut/2024-04.parquet"
        assert (alone / name).read_bytes() == (among / name).read_bytes()
        assert pieces.pq.ParquetFile(among / name).num_row_groups == 3

    def test_may_be_of_some_periods(self, tmp_path):
        """The others are not cut."""
        assert written(tmp_path, four_months(), ["2024-02"]).periods == ["2024-02"]


def test_more_periods_than_files_can_be_open_are_refused():
    """With what to do."""
    with pytest.raises(BadInput, match="901 months: at most 900 are cut at once: give tables of fewer years"):
        refuse_many(901, MONTHS)
