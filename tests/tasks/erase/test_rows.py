"""Rows by key in a Parquet file, whatever its types; what is too much or unreadable is not searched."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import changed, small_params
from factories import PARAMS

from tasks.erase.keys import keys_of
from tasks.erase.rows import Unsearchable, count, without
from tasks.errors import BadInput
from tasks.params import parse_params

RULES = small_params().validation
KEYS = frozenset({"7"})


def written(tmp_path: Path, table: pa.Table, **options: object) -> Path:
    """The table as a file."""
    pq.write_table(table, tmp_path / "batch.parquet", **options)
    return tmp_path / "batch.parquet"


def left(path: Path, column: str = "who") -> pa.Table:
    """What an erasure leaves of it."""
    without(path, path.with_name("left.parquet"), column, KEYS, RULES)
    return pq.read_table(path.with_name("left.parquet"))


class TestRows:
    """Compared as text."""

    @pytest.mark.parametrize(
        "who",
        [
            pa.array(["7", "8", None, "07", "7 "]),
            pa.array([7, 8, None, 70, 77], pa.int32()),
            pa.array(["7", "8", None, "x", "y"]).dictionary_encode(),
            pa.array([b"7", b"8", None, b"x", b"y"], pa.binary()),
        ],
        ids=["text", "whole numbers", "dictionary", "bytes"],
    )
    def test_are_found_in_any_type_that_is_text_or_a_number(self, tmp_path: Path, who: pa.Array) -> None:
        """Exactly: nothing is trimmed or folded, and a missing key is nobody's."""
        path = written(tmp_path, pa.table({"who": who, "x": range(5)}))
        assert count(path, "who", KEYS, RULES) == 1
        assert left(path)["x"].to_pylist() == [1, 2, 3, 4]
        assert left(path)["who"].to_pylist() == who.to_pylist()[1:]

    def test_that_stay_have_the_same_bytes_each_time(self, tmp_path: Path) -> None:
        """And in them nothing of the rows that went, such as the bounds that a writer notes."""
        path = written(tmp_path, pa.table({"who": ["7", "8"], "secret": ["only-of-seven", "b"]}))
        left(path)
        first = path.with_name("left.parquet").read_bytes()
        left(path)
        assert path.with_name("left.parquet").read_bytes() == first
        assert b"only-of-seven" not in first

    def test_lose_only_columns_that_nothing_reads(self, tmp_path: Path) -> None:
        """Those with columns of their own, whose size nobody can tell beforehand."""
        path = written(tmp_path, pa.table({"who": ["7", "8"], "more": [{"a": 1}, {"a": 2}], "z": [1.0, 2.0]}))
        assert left(path).column_names == ["who", "z"]


class TestHostileFiles:
    """Are named, and not unpacked."""

    def test_that_unpack_to_too_much(self, tmp_path: Path) -> None:
        """A column that nobody declared counts, too, before it is written anew."""
        table = pa.table({"who": ["7"] * 100, "bomb": ["x" * 100_000] * 100})
        path = written(tmp_path, table, compression="zstd")
        tight = RULES.model_copy(update={"max_unpacked_bytes": 1_000_000})
        assert count(path, "who", KEYS, tight) == 100
        with pytest.raises(Unsearchable, match="bytes once unpacked"):
            without(path, tmp_path / "left.parquet", "who", KEYS, tight)

    @pytest.mark.parametrize("data", [b"", b"PAR1", b"x" * 100, b"PAR1" + b"\xff" * 60 + b"PAR1"])
    def test_that_are_none(self, tmp_path: Path, data: bytes) -> None:
        """One line."""
        (tmp_path / "batch.parquet").write_bytes(data)
        with pytest.raises(Unsearchable, match="not a readable Parquet file"):
            count(tmp_path / "batch.parquet", "who", KEYS, RULES)

    @pytest.mark.parametrize("table", [pa.table({"x": [1]}), pa.table([[1], [2]], names=["who", "who"])])
    def test_without_the_column_or_with_two_of_it(self, tmp_path: Path, table: pa.Table) -> None:
        """Nobody knows whose rows they are."""
        with pytest.raises(Unsearchable, match="it has no column who, or several"):
            count(written(tmp_path, table), "who", KEYS, RULES)

    def test_whose_keys_are_no_text(self, tmp_path: Path) -> None:
        """Lists, or bytes that are no UTF-8."""
        with pytest.raises(Unsearchable, match="not text or numbers"):
            count(written(tmp_path, pa.table({"who": pa.array([b"\xff"], pa.binary())})), "who", KEYS, RULES)


class TestKeys:
    """What may be given, and in which column it is looked for."""

    def test_are_of_the_column_that_is_declared(self) -> None:
        """`erase.column`, and without it `prepare.id`; neither changes what a model is made from."""
        other = parse_params(PARAMS + "\nerase:\n  column: day\n")
        assert (small_params().person, other.person) == ("row_id", "day")
        assert other.hash == small_params().hash

    def test_of_a_column_that_is_not_declared_are_refused(self) -> None:
        """In one line."""
        with pytest.raises(
            BadInput, match=r"params.yaml: settings: erase.column: validate.columns does not declare b"
        ):
            parse_params(PARAMS + "\nerase:\n  column: b\n")

    def test_of_whole_numbers_are_numbers(self) -> None:
        """007 is 7, and what is no number is a mistake; a column of times knows nobody."""
        whole = parse_params(changed(("row_id: {type: string, unique: true}", "row_id: {type: integer}")))
        assert keys_of(["007", "", "12"], whole) == {"7", "12"}
        with pytest.raises(BadInput, match="its keys are whole numbers, and one that was given is none"):
            keys_of(["seven"], whole)
        times = parse_params(PARAMS + "\nerase:\n  column: known_at\n")
        with pytest.raises(BadInput, match="expected a column of text or whole numbers"):
            keys_of(["7"], times)
