"""How long a dictionary's texts are: known from its page, or asked of a reader, and never too little."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.validate import dictionaries
from tasks.validate.dictionaries import longest_known

CODECS = ["none", "snappy", "gzip", "zstd", "brotli"]
WORDS = st.text(st.characters(codec="utf-8"), max_size=12)


def written(path: Path, texts: list[str | None], **options: object) -> pq.ColumnChunkMetaData:
    """One row group with these texts behind a dictionary."""
    pq.write_table(pa.table({"s": pa.array(texts, pa.string())}), path, **options)
    return pq.read_metadata(path).row_group(0).column(0)


def length_of(text: str) -> int:
    """Its bytes."""
    return len(text.encode())


class TestLongestKnown:
    """The longest text's bytes, or None."""

    @pytest.mark.parametrize("codec", CODECS)
    @pytest.mark.parametrize("version", ["1.0", "2.0"])
    def test_is_known_for_every_codec(self, tmp_path: Path, codec: str, version: str):
        """Text of other lengths than its neighbours', and however the page is packed."""
        texts = ["red", "rötlich", "blue" * 20, "x"] * 50
        chunk = written(tmp_path / "t", texts, compression=codec, data_page_version=version)
        assert longest_known(tmp_path / "t", chunk) == 80

    @pytest.mark.parametrize(
        "texts", [["", "red", "x"], ["red", "", "x"], ["red", "x", ""], ["", "red"], [""]]
    )
    def test_is_known_where_one_is_empty(self, tmp_path: Path, texts: list[str]):
        """Its length is four zero bytes, wherever it stands."""
        assert longest_known(tmp_path / "t", written(tmp_path / "t", texts)) == max(map(len, texts))

    @pytest.mark.parametrize("block", range(1, 12))
    def test_is_known_wherever_a_block_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
    ):
        """Within a length, behind it, within a text; so many bytes are looked at at once."""
        monkeypatch.setattr(dictionaries, "_BLOCK", block)
        texts = ["red", "rötlich", "", "blue" * 20, "x"]
        assert longest_known(tmp_path / "t", written(tmp_path / "t", texts)) == 80

    def test_is_asked_of_a_reader_where_there_is_no_text(self, tmp_path: Path):
        """A dictionary of a column with nothing in it."""
        assert longest_known(tmp_path / "t", written(tmp_path / "t", [None])) is None

    @pytest.mark.parametrize("text", ["a\0\0\0b", "\0", "x" * 256, "a\0\0\0\0\0\0b"])
    def test_is_asked_of_a_reader_where_lengths_could_be_text(self, tmp_path: Path, text: str):
        """Zero bytes within a text, and lengths of two bytes; what is said none the less is true."""
        texts = ["red", text, "green"]
        found = longest_known(tmp_path / "t", written(tmp_path / "t", texts))
        assert found in (None, max(map(length_of, texts)))

    @pytest.mark.parametrize("options", [{"use_dictionary": False}, {"compression": "lz4"}])
    def test_is_asked_of_a_reader_where_there_is_no_dictionary(
        self, tmp_path: Path, options: dict[str, object]
    ):
        """The first page holds values then; and what Parquet calls LZ4 are two ways to pack."""
        assert longest_known(tmp_path / "t", written(tmp_path / "t", ["a"], **options)) is None

    @given(st.lists(WORDS, min_size=1, max_size=20))
    @settings(max_examples=60)
    def test_is_true_wherever_it_is_known(self, tmp_path_factory, texts: list[str]):
        """Any text; usual text, which has no zero bytes, is always known."""
        path = tmp_path_factory.mktemp("t") / "t"
        found = longest_known(path, written(path, texts))
        usual = not any("\0" in one for one in texts)
        assert found == max(map(length_of, texts)) or (found is None and not usual)

    @given(st.data())
    @settings(max_examples=150)
    def test_is_never_too_little_in_a_page_that_lies(self, tmp_path_factory, data: st.DataObject):
        """Whatever bytes are others than they were, what a reader reads is no longer than what is known."""
        path = tmp_path_factory.mktemp("t") / "t"
        chunk = written(path, ["red", "green", "blue\0"] * 3, compression="none")
        # All of the file but the footer, which the metadata was read from.
        end = chunk.dictionary_page_offset + chunk.total_compressed_size
        bad = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            bad[data.draw(st.integers(4, end - 1))] = data.draw(st.sampled_from([0, 1, 2, 3, 5, 9, 40, 255]))
        path.write_bytes(bad)
        found = longest_known(path, chunk)
        try:
            read = pq.read_table(path)["s"].drop_null().to_pylist()
        except (pa.ArrowException, OSError, ValueError):
            return
        assert found is None or max(map(length_of, read), default=0) <= found

    def test_is_asked_of_a_reader_where_bytes_are_no_page(self, tmp_path: Path):
        """Cut short within the dictionary, or noise instead of it."""
        chunk = written(tmp_path / "t", ["red", "green"] * 9)
        good = (tmp_path / "t").read_bytes()
        for bad in (good[:20], b"PAR1" + b"\xff" * len(good), b""):
            (tmp_path / "t").write_bytes(bad)
            assert longest_known(tmp_path / "t", chunk) is None
