"""CSV becomes Parquet in one way, or is refused whole with the reason."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from factories import PARAMS, small_frame
from memory import peak_bytes

from tasks.documents import digest
from tasks.intake import delimited, reading
from tasks.intake.delimited import terms, to_parquet
from tasks.intake.reading import Unfit
from tasks.params import ValidateParams, parse_params

RULES = ValidateParams.model_validate(
    {
        "rows": {"min": 1, "max": 1000},
        "columns": {
            "name": {"type": "string"},
            "count": {"type": "integer"},
            "size": {"type": "number"},
            "good": {"type": "boolean"},
            "at": {"type": "timestamp"},
        },
    }
)
HEADER = "name,count,size,good,at\n"
ROW = "a,1,0.5,true,2024-01-01T00:00:00Z\n"


def table_of(text: str | bytes, rules: ValidateParams = RULES, *, packed: bool = False) -> pa.Table:
    """What a CSV becomes."""
    data = text.encode() if isinstance(text, str) else text
    return pq.read_table(io.BytesIO(to_parquet(data, rules, packed=packed)))


def column(name: str, *values: str) -> list[object]:
    """What these fields of one column become, after a column of row numbers."""
    lines = "".join(f"{n},{value}\n" for n, value in enumerate(values))
    return list(table_of(f"row,{name}\n{lines}")[name].to_pylist())


def refused(text: str | bytes, rules: ValidateParams = RULES, *, packed: bool = False) -> str:
    """The reason for which a CSV is refused, in one line."""
    with pytest.raises(Unfit) as caught:
        table_of(text, rules, packed=packed)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestValues:
    """Each field has its column's declared type."""

    def test_have_the_declared_types(self):
        """Text, whole numbers, numbers, true and false, and instants in UTC."""
        table = table_of(HEADER + ROW)
        assert [str(field.type) for field in table.schema] == [
            "string", "int64", "double", "bool", "timestamp[us, tz=UTC]",
        ]  # fmt: skip
        assert table.num_rows == 1

    def test_of_columns_that_are_not_declared_stay_text(self):
        """What 0012 is, only whoever declares it knows."""
        assert column("code", "0012", "1e3", "2024-01-01") == ["0012", "1e3", "2024-01-01"]

    def test_that_are_empty_are_missing(self):
        """In every type; a quoted empty field is empty text, and NA is text too."""
        assert column("name", "", '""', "NA", "null") == [None, "", "NA", "null"]
        assert column("size", "", "1") == [None, 1.0]
        assert column("at", "") == [None]

    def test_of_numbers_may_be_none_or_infinite(self):
        """`nan` is missing to every later step; what is too large for a float is infinite."""
        found = column("size", "nan", "NaN", "inf", "-inf", "1e400")
        assert [repr(one) for one in found] == ["nan", "nan", "inf", "-inf", "inf"]
        assert "CSV conversion error to double: invalid value 'NA'" in refused("size\nNA\n")

    def test_that_rfc_4180_does_not_have(self):
        """Hexadecimal integers, and text beside quotes, are read as the docs say."""
        assert column("count", "0x10", "007") == [16, 7]
        assert column("name", '"a"x', '"c" "d"') == ["ax", 'c "d"']

    def test_of_text_may_hold_commas_quotes_and_lines(self):
        """Within quotes, quotes doubled."""
        assert column("name", '"a,b"', '"say ""x"""', '"two\nlines"') == ["a,b", 'say "x"', "two\nlines"]

    @pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2"])
    def test_that_look_like_formulas_are_text(self, formula):
        """They are data: nothing runs them, and nothing changes them."""
        assert column("name", formula) == [formula]

    @pytest.mark.parametrize(
        ("written", "utc"),
        [
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00"),
            ("2024-01-01 00:00:00+02:00", "2023-12-31T22:00:00+00:00"),
            ("2024-01-01 00:00:00.123456-05", "2024-01-01T05:00:00.123456+00:00"),
        ],
    )
    @pytest.mark.row("time zone")
    def test_of_time_are_instants(self, written, utc):
        """An offset is taken into account, and the batch has UTC."""
        (found,) = column("at", written)
        assert found.isoformat() == utc

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("count", "1.0", "column count: Row #2: CSV conversion error to int64: invalid value '1.0'"),
            ("count", "99999999999999999999", "invalid value '99999999999999999999'"),
            ("size", '"1,5"', "column size: Row #2: CSV conversion error to double: invalid value '1,5'"),
            ("good", "yes", "column good: Row #2: CSV conversion error to bool: invalid value 'yes'"),
            ("at", "2024-01-01 00:00:00", "expected a zone offset in '2024-01-01 00:00:00'"),
            ("at", "2024-02-30T00:00:00Z", "invalid value '2024-02-30T00:00:00Z'"),
        ],
    )  # fmt: skip
    @pytest.mark.row("re-typed column")
    def test_of_another_type_are_refused(self, name, value, said):
        """With column, row and value; a time without a zone is no instant."""
        assert said in refused(f"row,{name}\n0,{value}\n")


class TestBytes:
    """One CSV gives one Parquet file."""

    def test_are_the_same_however_it_is_packed(self):
        """Plain, in one gzip member or in several."""
        text = small_frame(rows=300).to_csv(index=False).encode()
        rules = parse_params(PARAMS).validation
        half = len(text) // 2
        members = gzip.compress(text[:half]) + gzip.compress(text[half:], 1)
        made = {to_parquet(text, rules, packed=False)}
        made |= {to_parquet(packed, rules, packed=True) for packed in (gzip.compress(text), members)}
        assert len(made) == 1

    def test_are_these(self):
        """On every machine with this pyarrow; another version may write others, and names itself in them."""
        made = to_parquet((HEADER + ROW).encode(), RULES, packed=False)
        here, known = pa.__version__, {"26.0.1": "a771c8051678"}
        assert known.get(here, f"{here} writes {digest(made)[:12]}") == digest(made)[:12]

    def test_hold_every_row_of_many_blocks(self, monkeypatch):
        """Rows that lie across two blocks are whole."""
        frame = small_frame(rows=400)
        monkeypatch.setattr(delimited, "BLOCK", 4096)
        monkeypatch.setattr(reading, "BLOCK", 4096)
        table = table_of(frame.to_csv(index=False), parse_params(PARAMS).validation)
        assert table["row_id"].to_pylist() == frame["row_id"].tolist()
        assert table["x"].to_pylist() == frame["x"].tolist()

    def test_have_no_rows_where_there_is_only_a_header(self):
        """How many rows a batch needs is for validation to say."""
        table = table_of(HEADER)
        assert (table.num_rows, table.num_columns) == (0, 5)

    def test_keep_two_columns_of_one_name(self):
        """For validation to name."""
        made = to_parquet(b"a,a\n1,2\n", RULES, packed=False)
        assert pq.read_schema(io.BytesIO(made)).names == ["a", "a"]

    def test_begin_after_a_byte_order_mark(self):
        """It is no part of the first column's name."""
        assert table_of(b"\xef\xbb\xbf" + (HEADER + ROW).encode()).schema.names[0] == "name"


class TestHostile:
    """What is no CSV is refused whole, in one line."""

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "empty: expected a CSV file with a header"),
            (b"\n\n", "Empty CSV file"),
            (b"row,name\n1\n", "Row #2: Expected 2 columns, got 1"),
            (b"row,name\n1,a,b\n", "Row #2: Expected 2 columns, got 3"),
            (b"row,name\n1,a\x00\n", "holds NUL bytes"),
            ("row,name\n1,a\n".encode("utf-16"), "holds NUL bytes"),
            (b"row,name\n1,\xfc\n", "expected text in UTF-8, found b'\\xfc\\n' at byte 11"),
            (b"row,name\n1,a\n2,b", "the last line has no end (cut short?)"),
            (b'row,name\n1,"a\n2,b\n', 'a quote (") is opened and not closed'),
            (b'row,name\n1,5" pipe\n', 'a quote (") is opened and not closed'),
            (b"," * 5000 + b"\n", "expected at most 4,096 columns, found 5,001"),
            (b"PAR1" + b"\xff" * 20 + b"PAR1\n", "expected text in UTF-8"),
        ],
    )  # fmt: skip
    @pytest.mark.row("hostile CSV")
    @pytest.mark.row("zero bytes")
    def test_text(self, data, said):
        """Ragged rows, NUL bytes, other encodings, open quotes, what was cut short, and no text at all."""
        assert said in refused(data)

    def test_text_in_another_encoding_far_behind_the_header(self, monkeypatch):
        """Every block is looked at."""
        monkeypatch.setattr(delimited, "BLOCK", 4096)
        monkeypatch.setattr(reading, "BLOCK", 4096)
        data = b"row,name\n" + b"1,a\n" * 2000 + b"2,\xfc\n"
        told = refused(data, many_rows())
        assert "column name: " in told
        assert "invalid UTF8" in told

    def test_a_row_longer_than_a_block(self, monkeypatch):
        """A field that is no field: refused, not put together in memory."""
        monkeypatch.setattr(delimited, "BLOCK", 4096)
        monkeypatch.setattr(reading, "BLOCK", 4096)
        assert "a row is longer than" in refused(b"row,name\n1," + b"x" * 20_000 + b"\n")

    def test_more_rows_than_a_batch_may_have(self):
        """As validation would say of Parquet, without reading on."""
        assert refused("row\n" + "1\n" * 1001) == "expected at most 1,000 rows, found more"

    @pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
    @pytest.mark.row("cut short")
    def test_gzip_cut_short(self, share):
        """Wherever it broke off."""
        data = gzip.compress(small_frame(rows=300).to_csv(index=False).encode())
        told = refused(data[: int(len(data) * share)], packed=True)
        assert told.startswith("not a readable gzip file (cut short?)")

    @pytest.mark.parametrize("data", [b"", b"name\na\n", b"\x1f\x8b" + b"\xff" * 40])
    def test_no_gzip(self, data):
        """Nothing, CSV under the wrong name, and noise behind gzip's first bytes."""
        assert "empty" in (told := refused(data, packed=True)) or told.startswith("not a readable gzip file")

    def test_gzip_with_another_checksum(self):
        """A byte that changed on the way."""
        data = bytearray(gzip.compress((HEADER + ROW).encode()))
        data[-8] ^= 1
        assert "CRC" in refused(bytes(data), packed=True)

    @pytest.mark.row("unpacks to too much")
    def test_a_gzip_bomb(self, tmp_path):
        """Three megabytes that unpack to a thousand: refused at the limit, holding a few blocks."""
        member = gzip.compress((b"a" * 99 + b"\n") * 100_000)
        (tmp_path / "bomb").write_bytes(gzip.compress(b"name\n") + member * 100)
        assert (tmp_path / "bomb").stat().st_size < 4 << 20
        before = """
from pathlib import Path
import pyarrow.csv, pyarrow.parquet
from tasks.intake.delimited import to_parquet
from tasks.intake.reading import Unfit
from tasks.params import ValidateParams
limits = {"rows": {"min": 1, "max": 10**9}, "columns": {}, "max_unpacked_bytes": 800 << 20}
rules = ValidateParams.model_validate(limits)
"""
        work = """
try:
    to_parquet(Path("bomb").read_bytes(), rules, packed=True)
except Unfit as unfit:
    said = "more than 838,860,800 bytes once unpacked, as validate.max_unpacked_bytes allows"
    assert str(unfit).startswith(said), unfit
else:
    raise SystemExit("it was taken for data")
"""
        assert peak_bytes(before, work, tmp_path) < 400 << 20


class TestTerms:
    """What else than its bytes decides what a CSV becomes."""

    def test_are_types_and_limits(self):
        """A range or a set leaves them: what was read stays as it was read."""
        assert terms(many_rows()) != terms(RULES)
        assert terms(changed_type("name", "integer")) != terms(RULES)
        ranged = RULES.model_dump()
        ranged["columns"]["size"]["max"] = 5.0
        assert terms(ValidateParams.model_validate(ranged)) == terms(RULES)


def many_rows(**limits: int) -> ValidateParams:
    """The rules with room for any number of rows."""
    return ValidateParams.model_validate({**RULES.model_dump(), "rows": {"min": 1, "max": 10**9}, **limits})


def changed_type(name: str, kind: str) -> ValidateParams:
    """The rules with another type of one column."""
    rules = RULES.model_dump()
    rules["columns"][name]["type"] = kind
    return ValidateParams.model_validate(rules)
