"""The columns of a table that comes later: those of the form, or one line that says what to do."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from table_factories import csv_file, person_table

from tasks.errors import BadInput
from tasks.tables.form import ColumnForm, Form
from tasks.tables.known import open_known

FORM = Form(
    columns={"asked": ColumnForm(type="string"), "spend": ColumnForm(type="number", name="paid"),
             "left": ColumnForm(type="integer")},
    leave_out=("note", "country"),
)  # fmt: skip


def table(**changes):
    """Its columns, and one that is left out."""
    return person_table(months=1, rows=3)[["asked", "spend", "left", "note"]].assign(**changes)


def parquet(path, **changes):
    """The same in this file."""
    pq.write_table(pa.Table.from_pandas(table(**changes), preserve_index=False), path)
    return path


class TestColumns:
    """By the names in the table."""

    def test_have_the_names_and_types_of_the_form(self, tmp_path):
        """In its order; what is left out need not be there."""
        found = open_known([csv_file(tmp_path / "t.csv", table()[["left", "spend", "asked"]])], FORM)
        assert found.schema.names == ["asked", "paid", "left"]
        (_, before, block), = found.blocks()  # fmt: skip
        assert (before, block.schema.types) == (0, [pa.string(), pa.float64(), pa.int64()])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda one: one.drop(columns="left"), r"no column 'left': all columns of table\.yaml have to"),
            (lambda one: one.assign(age=1), r"a new column 'age': name it in table\.yaml, under leave_out"),
            (
                lambda one: one.rename(columns={"left": "gone"}),
                r"no column 'left' and a new column 'gone': if .* `gone: \{type: integer, name: left\}`",
            ),
            (
                lambda one: one.set_axis([1, 2, 3, 4], axis=1),
                r"have to be there\. Is its first line a header",
            ),
        ],
    )
    def test_that_differ_are_refused(self, tmp_path, change, message):
        """With what to write where it has another name; none is guessed where no column is known."""
        with pytest.raises(BadInput, match=message) as refused:
            open_known([csv_file(tmp_path / "t.csv", change(table()))], FORM)
        assert "\n" not in str(refused.value)

    def test_of_another_type_are_refused(self, tmp_path):
        """Numbers as text; and files in which one column is stored in two ways."""
        with pytest.raises(BadInput, match=r"spend is stored as (large_)?string .*: expected number"):
            open_known([parquet(tmp_path / "t.parquet", spend="1")], FORM)
        files = [parquet(tmp_path / "a.parquet"), parquet(tmp_path / "b.parquet", asked=None)]
        pq.write_table(pq.read_table(files[0]).set_column(
            0, "asked", pa.array(["2024-01-01"] * 3).dictionary_encode()), files[1])  # fmt: skip
        with pytest.raises(BadInput, match=r"b\.parquet: asked is dictionary.* add them one after the other"):
            open_known(files, FORM)
