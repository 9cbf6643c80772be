"""Documents: equal content has equal bytes and one hash."""

import json
import math
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.documents import Document, Hash, canonical, digest, digest_file, write_atomically
from tasks.errors import BadInput, Corrupt

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
LISTED = st.lists(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text(), max_size=3), max_size=3
).map(lambda rows: {"inner": rows, "outer": [rows]})
"""Objects in a list, as a manifest has them."""


class Small(Document):
    """A document."""

    name: str
    share: float = 0.5
    hash: Hash | None = None


class TestParse:
    """Stored bytes are read as what they have to be, or not at all."""

    def test_reads_what_was_written(self) -> None:
        """The canonical form is a document again."""
        one = Small(name="a", hash="0" * 64)
        assert Small.parse(one.to_bytes()) == one

    @pytest.mark.parametrize(
        ("data", "told"),
        [
            (b'{"share": 1}', "Small: name: Field required"),
            (
                b'{"name": "a", "more": 1, "most": 2}',
                "Small: more: Extra inputs are not permitted; problems: 2",
            ),
            (b'{"name": "a", "hash": "x"}', "Small: hash: String should match"),
            (b"", "Small: Invalid JSON"),
            (b"\xff\x00", "Small: Invalid JSON"),
        ],
    )
    def test_names_the_place_and_the_first_problem(self, data: bytes, told: str) -> None:
        """Another version's document, or a damaged one, is told in one line."""
        with pytest.raises(Corrupt, match="entry 7: not a document that this version") as found:
            Small.parse(data, "entry 7")
        assert told in str(found.value)
        assert "\n" not in str(found.value)


class TestCanonical:
    """The one form that is hashed and stored."""

    @given(JSON)
    def test_reads_back_as_it_was(self, document: object) -> None:
        """It is JSON, and loses nothing."""
        assert json.loads(canonical(document)) == document

    @given(JSON | LISTED)
    @example([{"a": "},\n    {", "b": 1}, {"a": '"},\n    {"', "b": None}])
    def test_is_what_python_writes(self, document: object) -> None:
        """Byte by byte, as it was when stored hashes were made of it."""
        said = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
        try:
            assert canonical(document) == said.encode() + b"\n"
        except BadInput:
            assert said.encode(errors="replace") != said.encode(errors="surrogatepass")

    def test_takes_what_derives_from_json(self) -> None:
        """Words and numbers of one's own kind, tuples, and keys that are no text."""

        class Word(str):
            __slots__ = ()

            def __str__(self) -> str:
                return "another"

        class Count(int):
            def __repr__(self) -> str:
                return "another"

        assert json.loads(canonical({"a": (Word("b"), Count(3)), 4: True})) == {
            "a": ["b", 3],
            "4": True,
        }
        with pytest.raises(TypeError, match="expected what JSON can say, found set"):
            canonical({"a": {1}})

    @given(st.dictionaries(st.text(), st.integers(), min_size=2))
    def test_does_not_depend_on_the_order_of_keys(self, document: dict[str, int]) -> None:
        """Keys are sorted; nothing else is."""
        assert canonical(document) == canonical(dict(reversed(document.items())))
        assert canonical([1, 2]) != canonical([2, 1])

    def test_has_no_number_that_is_none(self) -> None:
        """NaN and infinities become null, at any depth, and tuples lists."""
        told = canonical({"a": (math.nan, [math.inf, {"b": -math.inf}]), "c": 1.5})
        assert json.loads(told) == {"a": [None, [None, {"b": None}]], "c": 1.5}

    def test_is_unicode(self) -> None:
        """A lone surrogate, as a shell makes of bytes that are no UTF-8, is bad input."""
        with pytest.raises(BadInput, match="expected text in Unicode"):
            canonical({"reason": "\udcff"})

    def test_is_text_as_people_write_it(self) -> None:
        """UTF-8 as it is, two spaces, one newline at the end."""
        assert canonical({"ä": 1}) == '{\n  "ä": 1\n}\n'.encode()


class TestDocument:
    """Strict in both directions."""

    def test_survives_a_round_trip(self) -> None:
        """What is written is read as the same."""
        one = Small(name="x", hash=digest(b""))
        assert Small.model_validate_json(one.to_bytes()) == one

    @pytest.mark.parametrize(
        "wrong",
        [{"name": "x", "more": 1}, {}, {"name": "x", "share": math.nan}, {"name": "x", "hash": "ABC"},
         {"name": "x", "hash": "f" * 63}, {"name": "x", "hash": "f" * 64 + "\n"}],
    )  # fmt: skip
    def test_that_says_more_or_less_is_none(self, wrong: dict[str, object]) -> None:
        """Unknown, missing, not finite, or no hash."""
        with pytest.raises(ValidationError):
            Small.model_validate(wrong)

    def test_is_frozen(self) -> None:
        """Nobody changes a document after it was made."""
        with pytest.raises(ValidationError, match="frozen"):
            Small(name="x").name = "y"  # type: ignore[misc]


class TestDigest:
    """SHA-256, of bytes and of files."""

    def test_is_sha_256(self, tmp_path: Path) -> None:
        """Of bytes at hand and of a file of several blocks."""
        data = bytes(range(256)) * 4_000
        (tmp_path / "file").write_bytes(data)
        assert digest(data) == digest_file(tmp_path / "file") == sha256(data).hexdigest()


class TestWriteAtomically:
    """The old bytes or the new, never a part."""

    def test_makes_folders_and_leaves_nothing_else(self, tmp_path: Path) -> None:
        """The file, and no temporary beside it."""
        path = tmp_path / "a" / "b.json"
        for data in (b"old", b"new"):
            write_atomically(path, data)
            assert path.read_bytes() == data
        assert list(path.parent.iterdir()) == [path]

    def test_leaves_nothing_half_written(self, tmp_path: Path) -> None:
        """A target that cannot be replaced, such as a folder, costs no file beside it."""
        (tmp_path / "target").mkdir()
        with pytest.raises(OSError, match="target"):
            write_atomically(tmp_path / "target", b"bytes")
        assert [path.name for path in tmp_path.iterdir()] == ["target"]

    def test_keeps_the_old_bytes_where_it_fails(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A crash before the new bytes are all there leaves the file as it was."""

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        path = tmp_path / "file"
        path.write_bytes(b"old")
        monkeypatch.setattr("tasks.documents.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
