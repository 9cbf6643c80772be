"""A large batch is read by several threads at once: the same is found, and bytes that are none are told."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.params import ValidateParams
from tasks.validate.aside import Aside
from tasks.validate.engine import run
from tasks.validate.found import Found
from tasks.validate.known import BETWEEN, GREATER, IN_SET, MEAN, NOT_NULL, ROWS, TOGETHER, UNIQUE
from tasks.validate.reading import reading
from tasks.validate.schema import ROWS_AT_A_TIME, Unreadable, open_batch, scan
from tasks.validate.tallies import Scan

ROWS_HERE = ROWS_AT_A_TIME + 5_000
RULES = ValidateParams.model_validate({
    "rows": {"min": 1, "max": 1_000_000},
    "columns": {
        "id": {"type": "string", "unique": True},
        "kind": {"type": "string", "values": ("a", "b")},
        "day": {"type": "string"},
        "x": {"type": "number", "min": 0, "max": 1},
        "y": {"type": "number"},
        "at": {"type": "timestamp"},
    },
})  # fmt: skip
SUITE = [
    (ROWS, {"min_value": 1, "max_value": 1_000_000}),
    (NOT_NULL, {"column": "day"}),
    (UNIQUE, {"column": "id"}),
    (IN_SET, {"column": "kind", "value_set": ["a", "b"]}),
    (BETWEEN, {"column": "x", "min_value": 0.0, "max_value": 1.0}),
    (MEAN, {"column": "x", "min_value": 2.0}),
    (GREATER, {"column_A": "y", "column_B": "x"}),
    (TOGETHER, {"column_list": ["kind", "id"]}),
    (BETWEEN, {"column": "at", "min_value": datetime(2024, 1, 2, tzinfo=UTC), "max_value": None}),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of which some break each rule, in row groups of other sizes than are read at a time."""
    draw, rows = np.random.default_rng(0), ROWS_HERE
    ids = np.arange(rows)
    ids[[3, 70_000]] = 9
    missing = draw.random(rows) < 0.1
    table = pa.table({
        "id": [f"id-{one:06d}" for one in ids],
        "kind": pa.array(np.where(ids % 30_000 == 7, "c", "a")),
        "day": pa.array(np.full(rows, "2024-01-01"), mask=missing),
        "x": pa.array(np.where(ids % 9_000 == 1, 7.0, draw.random(rows)), mask=missing),
        "y": draw.random(rows) + 0.99,
        "at": pa.array(ids * 10**6 + 1_704_153_600_000_000 - 10**6, pa.timestamp("us", tz="UTC")),
    })  # fmt: skip
    path = tmp_path_factory.mktemp("reading") / "batch.parquet"
    pq.write_table(table, path, row_group_size=30_000)
    return path


class TestReading:
    def test_by_threads_finds_the_same(self, path: Path):
        """Every field, and each row that breaks a rule: read together, and by one, two and seven threads."""
        file, _ = open_batch(path, RULES)
        assert file is not None
        own, threads = reading(path, file, RULES)
        assert threads

        def found(scanned: Scan, by: int | None) -> tuple[list[Found], list[list[int]]]:
            aside = Aside(range(len(SUITE)), ROWS_HERE, 1.0)
            return list(run(scanned, SUITE, aside, threads=by)), [
                aside.of(number).tolist() for number in range(len(SUITE))
            ]

        apart = [found(own, by) for by in (1, 2, 7)]
        assert repr(apart[0]) == repr(apart[1]) == repr(apart[2])
        results, rows = apart[0]
        assert [len(rows[number]) for number in (2, 3, 8)] == [3, 3, 1]
        assert not any(one.success for one in results[1:])
        together, same = found(lambda names: scan(file, names), None)
        # A mean is of sums by block, and a file of one dictionary has other blocks.
        assert same == rows
        told = [[repr(one) for one in found if one.kind != MEAN] for found in (together, results)]
        assert told[0] == told[1]

    def test_gives_text_of_few_values_with_its_dictionary(self, path: Path):
        """Where the column has a set of values, or takes less than a byte a row; ids do not."""
        file, _ = open_batch(path, RULES)
        own, _ = reading(path, file, RULES)
        kinds = [next(iter(own([name]))).column(0).type for name in ("kind", "day", "id")]
        assert [pa.types.is_dictionary(one) for one in kinds] == [True, True, False]

    def test_of_few_rows_is_by_one(self, tmp_path: Path, path: Path):
        """Threads would cost more than they bring."""
        pq.write_table(pq.read_table(path).slice(0, 10), tmp_path / "few.parquet")
        file, _ = open_batch(tmp_path / "few.parquet", RULES)
        assert reading(tmp_path / "few.parquet", file, RULES)[1] is None

    def test_of_bytes_that_are_none(self, tmp_path: Path, path: Path):
        """Noise within the pages of a column is told, whichever thread meets it."""
        data = bytearray(path.read_bytes())
        column = pq.read_metadata(path).row_group(1).column(3)
        start = column.data_page_offset + 100
        data[start : start + 400] = b"\xff" * 400
        bad = tmp_path / "bad.parquet"
        bad.write_bytes(data)
        file, _ = open_batch(bad, RULES)
        own, threads = reading(bad, file, RULES)
        with pytest.raises(Unreadable):
            list(run(own, SUITE, threads=threads))

    def test_of_a_file_that_has_gone(self, tmp_path: Path, path: Path):
        """A file that cannot be opened once more is told as one that cannot be read."""
        copy = tmp_path / "copy.parquet"
        copy.write_bytes(path.read_bytes())
        file, _ = open_batch(copy, RULES)
        own, threads = reading(copy, file, RULES)
        copy.unlink()
        with pytest.raises(Unreadable):
            list(run(own, SUITE, threads=threads))
