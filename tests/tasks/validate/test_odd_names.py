"""What validation asks of columns whose names hold separators, markup or look like something else."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import small_params
from odd_names import ODD_NAMES

from tasks.params import Column, Rows, ValidateParams
from tasks.validate.found import Expectation
from tasks.validate.known import GREATER, TOGETHER
from tasks.validate.result import Broken
from tasks.validate.schema import open_batch, scan
from tasks.validate.sizes import TooMuch, measured, refuse_long_values
from tasks.validate.step import judge
from tasks.validate.suite import in_great_expectations
from tasks.validate.wording import place


def rules(*names: str, kind: str = "string") -> ValidateParams:
    """These columns of one type."""
    columns = {name: Column.model_validate({"type": kind}) for name in names}
    return ValidateParams(rows=Rows(min=1, max=10_000), columns=columns, max_unpacked_bytes=100_000)


def written(folder: Path, table: pa.Table) -> Path:
    """A file with these columns."""
    pq.write_table(table, folder / "batch.parquet")
    return folder / "batch.parquet"


class TestColumnsWithinColumns:
    """A file in which `a.b` is a column, and `a` holds a `b` too."""

    def test_are_not_read(self, tmp_path: Path) -> None:
        """However much they unpack to: a bomb in what nobody declared is no harm."""
        bomb = pa.DictionaryArray.from_arrays(pa.array([0] * 5000), pa.array(["y" * 10_000]))
        nested = pa.StructArray.from_arrays([bomb], ["b"])
        path = written(tmp_path, pa.table({"a": nested, "a.b": ["x"] * 5000}))
        file, failures = open_batch(path, rules("a.b"))
        assert failures == []
        assert file is not None
        with file:
            assert [one.to_pydict() for one in scan(file, ["a.b"])] == [{"a.b": ["x"] * 5000}]

    def test_are_counted_by_their_own_name(self, tmp_path: Path) -> None:
        """`a` is refused where it is declared, and `a.b` is none of its business."""
        path = written(tmp_path, pa.table({"a": [{"b": "x"}], "a.b": ["x"]}))
        refuse_long_values(path, measured(path, rules("a.b")), rules("a.b"))
        with pytest.raises(TooMuch, match="column a holds columns of its own"):
            refuse_long_values(path, measured(path, rules("a")), rules("a"))

    def test_are_not_taken_for_a_declared_one(self, tmp_path: Path) -> None:
        """Where only the struct is there, `a.b` is missing."""
        path = written(tmp_path, pa.table({"a": [{"b": "x"}]}))
        assert [one.message for one in open_batch(path, rules("a.b"))[1]] == ["column a.b is missing"]


class TestForms:
    """One letter may be written in two ways."""

    def test_another_form_is_told(self, tmp_path: Path) -> None:
        """On the screen the two names are the same."""
        path = written(tmp_path, pa.table({"gro\u0308ße": ["x"]}))
        (failure,) = open_batch(path, rules("größe"))[1]
        assert failure.message == (
            "column größe is missing: the file writes it in another form of Unicode; write it in NFC, as "
            "params.yaml does"
        )


class TestGreatExpectations:
    """The engine and Great Expectations take the same column for the same name."""

    @pytest.mark.long
    def test_find_the_same(self, tmp_path: Path) -> None:
        """Every odd name, by each kind of expectation that names one or several."""
        draw = np.random.default_rng(0)
        table = pa.table({name: draw.normal(size=50) for name in ODD_NAMES})
        suite: list[Expectation] = []
        for name, other in zip(ODD_NAMES, ODD_NAMES[1:] + ODD_NAMES[:1], strict=True):
            suite += [
                ("ExpectColumnValuesToBeBetween", {"column": name, "min_value": -1.0, "max_value": 1.0}),
                (GREATER, {"column_A": name, "column_B": other}),
                (TOGETHER, {"column_list": [name, other]}),
                ("ExpectColumnToExist", {"column": name}),
            ]
        params = small_params()
        declared = {**params.validation.columns, **rules(*ODD_NAMES, kind="number").columns}
        validation = params.validation.model_copy(update={"columns": declared})
        params = params.model_copy(update={"validation": validation})
        path = written(tmp_path, table)
        with pq.ParquetFile(path) as file:
            ours = judge(path, file, suite, params)
        theirs = [one for one in in_great_expectations(table.to_pandas(), suite) if not one.success]
        assert {one.column for one in ours.failures} == {place(one.arguments) for one in theirs}
        assert sorted(one.rows or 0 for one in ours.failures) == sorted(
            one.result["unexpected_count"] for one in theirs
        )
        assert len(theirs) == 2 * len(ODD_NAMES)


class TestNames:
    """In lines that hold several."""

    def test_of_rules_that_rows_break(self) -> None:
        """`; ` stands between rules: a column with one in its name does not look like two."""
        broken = Broken(column="a; b", rule="be_unique", message="", rows=1, places="0")
        assert broken.name == '"a; b" be_unique'
        assert broken.model_copy(update={"column": "a"}).name == "a be_unique"

    def test_of_several_columns(self) -> None:
        """One column is its name; of several, those with a separator are in quotes."""
        assert place({"column": "a, b"}) == "a, b"
        assert place({"column_A": "a, b", "column_B": "c"}) == '"a, b", c'
        assert place({"column_list": ["a", "b"]}) == "a, b"
