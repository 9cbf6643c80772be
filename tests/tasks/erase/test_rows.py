"""Rows by key in a Parquet file, whatever its types; what is too much or unreadable is not searched."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from unittest.mock import Mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import changed, small_params
from factories import PARAMS

from tasks.erase.keys import keys_of, lines_of, silent_reason
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
            pa.array(["7", "8", None, "x", "y"], pa.string_view()),
        ],
        ids=["text", "whole numbers", "dictionary", "bytes", "view"],
    )
    def test_are_found_in_any_type_that_is_text_or_a_number(self, tmp_path: Path, who: pa.Array) -> None:
        """Exactly: nothing is trimmed or folded, and a missing key is nobody's."""
        path = written(tmp_path, pa.table({"who": who, "x": range(5)}))
        assert count(path, "who", KEYS, RULES) == {"7": 1}
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

    @pytest.mark.parametrize("kind", [pa.string_view(), pa.binary_view()], ids=str)
    def test_keep_what_pyarrow_has_only_a_view_of(self, tmp_path: Path, kind: pa.DataType) -> None:
        """Nobody declares such a column, so validation lets it pass; written is what it is a view of."""
        notes = pa.array([b"a", b"b"]).cast(pa.string()).cast(kind)
        table = left(written(tmp_path, pa.table({"who": ["7", "8"], "note": notes})))
        assert table["note"].cast(pa.string()).to_pylist() == ["b"]

    @pytest.mark.parametrize(
        "column",
        [pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{}", "[]"])),
         pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"1" * 16, b"2" * 16], pa.binary(16)))],
        ids=["JSON", "UUID"],
    )  # fmt: skip
    def test_lose_columns_of_an_extension_type(self, tmp_path: Path, column: pa.Array) -> None:
        """No declared type is one."""
        path = written(tmp_path, pa.table({"who": ["7", "8"], "more": column}))
        assert left(path).column_names == ["who"]

    def test_keep_a_column_named_as_one_within_another(self, tmp_path: Path) -> None:
        """`a.b` is not what `a` holds: it stays, and its keys find rows by themselves."""
        table = {"who": ["7", "8"], "a": [{"b": "8"}, {"b": "7"}], "a.b": ["7", "9"]}
        path = written(tmp_path, pa.table(table))
        assert left(path).to_pydict() == {"who": ["8"], "a.b": ["9"]}
        assert count(path, "a.b", KEYS, RULES) == {"7": 1}


class TestHostileFiles:
    """Are named, and not unpacked."""

    def test_that_unpack_to_too_much(self, tmp_path: Path) -> None:
        """A column that nobody declared counts, too, before it is written anew."""
        table = pa.table({"who": ["7"] * 100, "bomb": ["x" * 100_000] * 100})
        path = written(tmp_path, table, compression="zstd")
        tight = RULES.model_copy(update={"max_unpacked_bytes": 1_000_000})
        assert count(path, "who", KEYS, tight) == {"7": 100}
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

    @pytest.mark.parametrize(
        "who",
        [
            pa.array([7.0, 8.0]),
            pa.array([Decimal("7.00"), None]),
            pa.array([True, False]),
            pa.array([datetime(2024, 1, 1, tzinfo=UTC), None]),
            pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"1" * 16, b"2" * 16], pa.binary(16))),
            pa.nulls(2),
        ],
        ids=lambda who: str(who.type),
    )
    def test_whose_keys_have_no_one_text(self, tmp_path: Path, who: pa.Array) -> None:
        """A float of 123456789012 is written 1.23456789012e+11: nothing found would mean nothing."""
        path = written(tmp_path, pa.table({"who": who}))
        with pytest.raises(Unsearchable, match=r"column who: expected text, bytes or whole numbers, found "):
            count(path, "who", KEYS, RULES)

    def test_that_pyarrow_cannot_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever it raises on the way is a reason; want of memory is none, for the file is not to blame."""
        path = written(tmp_path, pa.table({"who": ["7", "8"]}))
        for error, expected in ((pa.ArrowNotImplementedError, Unsearchable), (MemoryError, MemoryError)):
            monkeypatch.setattr("tasks.erase.rows._text", Mock(side_effect=error("no kernel")))
            with pytest.raises(expected):
                count(path, "who", KEYS, RULES)

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
        assert keys_of(["-007"], whole) == {"-7"}
        for other in ("seven", "1_000", " 8 ", "+8", "٨", "8" * 41):
            with pytest.raises(BadInput, match="its keys are whole numbers, and one that was given is none"):
                keys_of([other], whole)
        times = parse_params(PARAMS + "\nerase:\n  column: known_at\n")
        with pytest.raises(BadInput, match="expected a column of text or whole numbers"):
            keys_of(["7"], times)

    def test_of_no_encoding_are_refused(self) -> None:
        """An argument may hold any bytes; those that are no UTF-8 come as halves of characters."""
        with pytest.raises(BadInput, match="row_id: expected keys in UTF-8"):
            keys_of(["\udcff"], small_params())


class TestFiles:
    """Of keys, one a line."""

    def test_end_a_line_as_text_files_do_and_nowhere_else(self) -> None:
        """With a mark before the first or without; a key may hold what is the end of a line elsewhere."""
        assert lines_of("\ufeffa\r\nb\u2028c\x85\x0cd\re\n".encode()) == ["a", "b\u2028c\x85\x0cd\re", ""]

    def test_of_other_bytes_are_refused(self) -> None:
        """In one line."""
        with pytest.raises(BadInput, match="--key-file: expected keys in UTF-8, one a line"):
            lines_of(b"\xff\xfea")


class TestReasons:
    """Say why, and not for whom."""

    @pytest.mark.parametrize("key", ["007", "Ann\nLee"])
    def test_hold_no_key_however_it_is_written(self, key: str) -> None:
        """As it was given, on the one line that a reason is."""
        with pytest.raises(BadInput, match="it holds a key"):
            silent_reason(f"letter of {' '.join(key.split())} in May", {key})
