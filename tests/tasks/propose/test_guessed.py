"""CSV has no types: they are guessed from all of the text, and read by them as on its way in."""

import gzip
import io

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from commands import evergreen
from factories import PARAMS, small_batch, small_folder

from tasks.errors import BadInput
from tasks.params import parse_params
from tasks.propose import propose_files
from tasks.propose.guessed import Text, guessed


def type_of(*values):
    """The type of a column of these values, beside another column."""
    data = "a,b\n" + "".join(f"{one},1\n" for one in values)
    return guessed([Text("t.csv", data.encode, packed=False)]).get("a", "string")


def as_csv(month):
    """The small model's batch as text."""
    sink = io.BytesIO()
    pyarrow.csv.write_csv(pq.read_table(io.BytesIO(small_batch(month))), sink)
    return sink.getvalue()


class TestGuessed:
    """The narrowest type that every value has."""

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            (("1", "-20", ""), "integer"),
            (("0", "1"), "integer"),
            (("1", "2.5", "1e-3"), "number"),
            (("true", "False"), "boolean"),
            (("2024-01-01 08:00:00+01:00", "2024-01-01T08:00Z"), "timestamp"),
            (("2024-01-01 08:00:00",), "string"),
            (("2024-13-01 08:00:00Z",), "string"),
            (("01234", "56789"), "string"),
            (("12345678901234567890",), "string"),
            (("1", "x"), "string"),
            (('""', "1"), "string"),
            (("1.5", "NA"), "string"),
            (("", ""), "string"),
            (("1 ", "2"), "string"),
            (("1_000",), "string"),
        ],
    )
    def test_of_text(self, values, found):
        """A postcode or a long key loses nothing: it stays text."""
        assert type_of(*values) == found

    def test_of_several_files_together(self):
        """One file's whole numbers are another's numbers; packed or not."""
        one = Text("1", lambda: b"a\n1\n", packed=False)
        two = Text("2", lambda: gzip.compress(b"a\n2.5\n"), packed=True)
        assert guessed([one, two]) == {"a": "number"}
        assert guessed([one]) == {"a": "integer"}

    def test_names_that_no_column_may_have_stay_text(self):
        """They are left out of the proposal for their name."""
        assert guessed([Text("1", lambda: b"a b, a,c.d\n1,1,1\n", packed=False)]) == {
            "a b": "integer",
            "c.d": "integer",
        }


class TestProposed:
    """The same as for Parquet, as files and from the store."""

    def test_from_files(self, tmp_path):
        """Packed or not, one form; and the head says that types are guessed."""
        (tmp_path / "2024-01.csv").write_bytes(as_csv("2024-01"))
        (tmp_path / "2024-02.csv.gz").write_bytes(gzip.compress(as_csv("2024-02")))
        found = propose_files([tmp_path / "2024-01.csv", tmp_path / "2024-02.csv.gz"], lambda _: None)
        assert "Types of CSV are guessed from all of its text" in found.text
        assert found.declared == found.columns
        assert declared(found.text) == expected()

    def test_from_the_store_before_anything_is_declared(self, tmp_path):
        """What came in as text, since nothing was declared, is looked at as it arrived."""
        folder = small_folder(tmp_path)
        incoming = folder / "store" / "incoming" / "small"
        incoming.mkdir(parents=True)
        head, *rows = as_csv("2024-01").splitlines()
        (incoming / "2024-01.csv").write_bytes(
            b"".join([head, b",extra\n", *(row + b",7\n" for row in rows)])
        )
        assert evergreen("intake", "-C", folder).status == 0
        text = evergreen("propose", "-C", folder, "--json").document["validate"]
        assert declared(text) == expected() | {"extra": "integer"}

    def test_hostile_text_is_one_line(self, tmp_path):
        """What cannot be read names the file and the reason."""
        for data in (b"", b"a,a\n1,2\n", b"a\n\x00\n", b'a\n"1\n', b"\xff\xfe"):
            (tmp_path / "x.csv").write_bytes(data)
            with pytest.raises(BadInput, match=r"^x\.csv: [^\n]+$"):
                propose_files([tmp_path / "x.csv"], lambda _: None)


def declared(text):
    """Columns of a proposal with their types."""
    before, rest = PARAMS.split("validate:\n")
    params = parse_params(f"{before}{text}\nprepare:\n{rest.split('prepare:')[1]}")
    return {name: one.type for name, one in params.validation.columns.items()}


def expected():
    """Those of the small model."""
    return {name: one.type for name, one in parse_params(PARAMS).validation.columns.items()}
