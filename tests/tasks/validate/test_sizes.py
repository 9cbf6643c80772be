"""What a file would unpack to is known before it is unpacked, and too much is refused in one line."""

import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from factories import parquet, small_frame
from memory import peak_bytes

from tasks.params import ValidateParams
from tasks.validate import sizes
from tasks.validate.schema import open_batch, scan
from tasks.validate.sizes import TooMuch, measured, refuse_long_values

ROWS = 5000
BEFORE = """
from pathlib import Path
import pyarrow.parquet
from tasks.params import ValidateParams
from tasks.validate.schema import open_batch
rules = ValidateParams.model_validate(
    {"rows": {"min": 1, "max": 10_000}, "columns": {"s": {"type": "string"}}, "max_unpacked_bytes": 200 << 20}
)
"""
WORK = """
file, failures = open_batch(Path("bomb.parquet"), rules)
assert file is None and len(failures) == 1, failures
assert "; not taken for data" in failures[0].message and "\\n" not in failures[0].message, failures
"""


def rules(**limits: int) -> ValidateParams:
    """One declared column, `s`, and room for ten thousand rows."""
    document = {"rows": {"min": 1, "max": 10_000}, "columns": {"s": {"type": "string"}}, **limits}
    return ValidateParams.model_validate(document)


def written(folder: Path, column: pa.Array, **options: object) -> Path:
    """A file whose one column is `s`."""
    path = folder / "bomb.parquet"
    pq.write_table(pa.table({"s": column}), path, compression="zstd", store_schema=False, **options)
    return path


def one_text(size: int) -> pa.Array:
    """`ROWS` rows that all hold one text of `size` characters."""
    indices = pa.array(np.zeros(ROWS, dtype="int32"))
    return pa.DictionaryArray.from_arrays(indices, pa.array(["x" * size]))


def refused(path: Path, limits: ValidateParams) -> str:
    """Why a file is not read."""
    file, failures = open_batch(path, limits)
    assert file is None
    (failure,) = failures
    return failure.message


class TestBombs:
    """A few bytes that stand for gigabytes."""

    @pytest.mark.row("unpacks to too much")
    @pytest.mark.parametrize("kind", ["dictionary", "shared prefixes", "row groups", "footer"])
    def test_are_refused_in_little_memory(self, tmp_path: Path, kind: str):
        """One text five thousand times, thousands of row groups, a footer of 64 MiB."""
        if kind == "dictionary":
            assert written(tmp_path, one_text(1_000_000)).stat().st_size < 1000
        elif kind == "shared prefixes":
            text = pa.array(["y" * 50_000] * ROWS)
            options = {"use_dictionary": False, "column_encoding": {"s": "DELTA_BYTE_ARRAY"}}
            assert written(tmp_path, text, **options).stat().st_size < 1000
        elif kind == "row groups":
            written(tmp_path, pa.array(["x"] * ROWS), row_group_size=1)
        else:
            footer = b"\x15\x04" + bytes(64 << 20)
            ending = len(footer).to_bytes(4, "little") + b"PAR1"
            (tmp_path / "bomb.parquet").write_bytes(b"PAR1" + footer + ending)
        assert peak_bytes(BEFORE, WORK, tmp_path) < 200 << 20


class TestLimits:
    """Each says what was found and what is allowed."""

    def test_bytes_of_repeated_text(self, tmp_path: Path):
        """What the text comes to as values: five thousand times 1,000 bytes, and not the few of the file."""
        path = written(tmp_path, one_text(1000))
        said = refused(path, rules(max_unpacked_bytes=4_999_999))
        wanted = "5,000,000 bytes once unpacked, or more, and validate.max_unpacked_bytes allows 4,999,999"
        assert said == f"{wanted}; not taken for data"
        assert open_batch(path, rules(max_unpacked_bytes=5_000_000))[1] == []

    def test_text_is_counted_where_a_bound_is_not_enough(self, tmp_path: Path):
        """One long text among short ones: 5,000 times the longest is too much, what is there is not."""
        text = pa.array(["x" * 100_000, *["y"] * (ROWS - 1)]).dictionary_encode()
        path = written(tmp_path, text)
        assert open_batch(path, rules(max_unpacked_bytes=1_000_000))[1] == []
        assert "once unpacked" in refused(path, rules(max_unpacked_bytes=100_100))

    @pytest.mark.parametrize("options", [{}, {"column_encoding": {"s": "DELTA_BYTE_ARRAY"}}])
    def test_text_with_missing_values(self, tmp_path: Path, options: dict[str, object]):
        """Nothing has no length."""
        text = pa.array(["x" * 1000, None] * (ROWS // 2))
        path = written(tmp_path, text, use_dictionary=not options, **options)
        assert open_batch(path, rules(max_unpacked_bytes=2_500_000))[1] == []
        assert "once unpacked" in refused(path, rules(max_unpacked_bytes=2_400_000))

    def test_numbers_are_eight_bytes_each(self, tmp_path: Path):
        """However few bytes of the file they take."""
        path = written(tmp_path, pa.array(np.zeros(ROWS, dtype="int8")))
        with pytest.raises(TooMuch, match="40,000 bytes once unpacked"):
            refuse_long_values(path, measured(path, rules()), rules(max_unpacked_bytes=39_999))
        refuse_long_values(path, measured(path, rules()), rules(max_unpacked_bytes=40_000))

    def test_columns_in_a_column(self, tmp_path: Path):
        """A list has any number of values a row; the steps that go ahead of validation do not open it."""
        path = written(tmp_path, pa.array([[1] * 1000]))
        with pytest.raises(TooMuch, match="column s holds columns of its own"):
            refuse_long_values(path, measured(path, rules()), rules())
        assert refused(path, rules()).startswith("column s: expected type string, found list")

    def test_a_column_whose_name_begins_like_another(self, tmp_path: Path):
        """`s.1` beside `s`, as pandas names a second `s`, is a column of its own, and is not read."""
        path = tmp_path / "two.parquet"
        long = pa.DictionaryArray.from_arrays(pa.array([0] * 9), pa.array(["y" * 1000]))
        pq.write_table(pa.table({"s": ["a"] * 9, "s.1": long}), path)
        file, failures = open_batch(path, rules(max_unpacked_bytes=8_000))
        assert failures == []
        with file:
            assert [one.schema.names for one in scan(file, ["s"])] == [["s"]]

    def test_columns_that_are_not_declared_are_not_counted(self, tmp_path: Path):
        """Nobody reads them."""
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table({"s": ["a"] * ROWS, "other": [["b" * 1000]] * ROWS}), path)
        assert open_batch(path, rules(max_unpacked_bytes=1_000_000))[1] == []

    def test_good_files_are_not_unpacked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        """A month as it comes is known to be small from its footer and its dictionaries."""
        path = tmp_path / "a.parquet"
        path.write_bytes(parquet(small_frame(rows=ROWS)))
        declared = {name: {"type": "string"} for name in ("row_id", "day", "state", "colour")}
        document = {"rows": {"min": 1, "max": 10_000}, "columns": declared}
        monkeypatch.setattr(sizes, "_lengths", lambda *_: pytest.fail("read every row to know its size"))
        limits = ValidateParams.model_validate(document)
        refuse_long_values(path, measured(path, limits), limits)

    @pytest.mark.parametrize(("groups", "large"), [(1, False), (1, True), (4, False), (4, True)])
    def test_threads_look_at_what_may_be_large(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: int, large: bool
    ):
        """Of several row groups; whatever else would take longer to hand over than to look at."""
        by: list[int] = []
        monkeypatch.setattr(sizes, "longest_known", lambda *_: by.append(threading.get_ident()) or 9)
        each = (1200 if large else 1000) * groups
        texts = pa.array([f"{n:01000d}" for n in range(each)])
        path = written(tmp_path, texts, row_group_size=each // groups, dictionary_pagesize_limit=1 << 24)
        refuse_long_values(path, measured(path, rules()), rules())
        assert len(by) == groups
        assert (threading.get_ident() not in by) == (groups > 1 and large)
