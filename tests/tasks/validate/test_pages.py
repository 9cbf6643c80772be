"""A page's own header says what it unpacks to, whatever the footer says."""

from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from factories import small_frame
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.params import ValidateParams
from tasks.validate.pages import BadPage, unpacked
from tasks.validate.schema import open_batch

RULES = ValidateParams.model_validate(
    {
        "rows": {"min": 1, "max": 10_000},
        "columns": {"s": {"type": "string"}},
        "max_unpacked_bytes": 2_000_000,
    }
)


def exactly(path: Path) -> int:
    """What all columns unpack to, counted page by page."""
    metadata = pq.read_metadata(path)
    return unpacked(path, metadata, list(range(metadata.num_columns)), 0)


def varint(value: int, length: int = 0) -> bytes:
    """A number as Thrift writes it, filled up to `length` bytes with bits that say nothing."""
    number, out = value << 1, []
    while number > 127 or len(out) + 1 < length:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def lying(path: Path, text: pa.Array) -> int:
    """Write a column whose footer says that it unpacks to 1,000 bytes; returns what it does unpack to."""
    table = pa.table({"s": text})
    pq.write_table(table, path, compression="zstd", use_dictionary=False, data_page_size=1 << 30)
    size = pq.read_metadata(path).row_group(0).total_byte_size
    data = path.read_bytes()
    path.write_bytes(data.replace(varint(size), varint(1000, len(varint(size)))))
    assert pq.read_metadata(path).row_group(0).total_byte_size == 1000
    return size


class TestUnpacked:
    """The sum over all pages."""

    @pytest.mark.parametrize(
        "options",
        [{}, {"data_page_version": "2.0"}, {"compression": "gzip"}, {"compression": "none"},
         {"compression": "zstd"}, {"use_dictionary": False}, {"data_page_size": 1000},
         {"write_page_index": True}, {"write_page_checksum": True}, {"row_group_size": 100}],
    )  # fmt: skip
    def test_is_what_an_honest_footer_says(self, tmp_path: Path, options: dict[str, object]):
        """But for the headers themselves, which the footer counts too."""
        path = tmp_path / "a.parquet"
        pq.write_table(pa.Table.from_pandas(small_frame(rows=1000)), path, **options)
        metadata = pq.read_metadata(path)
        groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
        told = sum(group.total_byte_size for group in groups)
        assert 0.8 * told < exactly(path) < told

    @pytest.mark.parametrize("codec", ["snappy", "lz4", "gzip"])
    def test_is_bounded_by_what_a_codec_can_do(self, tmp_path: Path, codec: str):
        """Zeros are what packs best, and even they do not pack better than the bound."""
        path = tmp_path / "a.parquet"
        zeros = pa.table({"s": ["0" * 3_000_000]})
        pq.write_table(zeros, path, compression=codec, use_dictionary=False, write_statistics=False)
        metadata = pq.read_metadata(path)
        bound = unpacked(path, metadata, [0], 1 << 40)
        assert exactly(path) < bound < 100 * exactly(path)

    def test_looks_no_further_than_it_has_to(self, tmp_path: Path):
        """Once what is left cannot be too much, its pages are not looked at, and the bound says so."""
        path = tmp_path / "a.parquet"
        table = pa.table({"s": [f"{n}" for n in range(1000)], "t": [f"{n}" for n in range(1000)]})
        pq.write_table(table, path, use_dictionary=False)
        metadata = pq.read_metadata(path)
        every, first = exactly(path), unpacked(path, metadata, [0], 0)
        whole = unpacked(path, metadata, [0, 1], 1 << 40)
        partly = unpacked(path, metadata, [0, 1], whole - 1)
        assert partly == first + unpacked(path, metadata, [1], 1 << 40)
        assert every < partly < whole

    def test_looks_at_the_largest_first(self, tmp_path: Path):
        """Wherever it stands in the file: its bound is the one that says most."""
        path = tmp_path / "a.parquet"
        long = [f"{n}" for n in range(1000)]
        table = pa.table({"s": ["x"] * 1000, "t": long, "u": ["y"] * 1000})
        pq.write_table(table, path, use_dictionary=False)
        metadata = pq.read_metadata(path)
        whole = unpacked(path, metadata, [0, 1, 2], 1 << 40)
        largest, others = unpacked(path, metadata, [1], 0), unpacked(path, metadata, [0, 2], 1 << 40)
        assert unpacked(path, metadata, [0, 1, 2], whole - 1) == largest + others

    @pytest.mark.parametrize("length", [200, 3000, 70_000, 2_000_000])
    def test_reads_headers_of_any_length(self, tmp_path: Path, length: int):
        """A page's header may name its longest text, and is as long as that."""
        path = tmp_path / "a.parquet"
        pq.write_table(
            pa.table({"s": ["a" * length]}), path, use_dictionary=False, write_page_index=False,
            write_statistics=True, data_page_version="1.0",
        )  # fmt: skip
        assert length < exactly(path) < length + 100


class TestALie:
    """A footer that says less than its pages."""

    @pytest.mark.row("unpacks to too much")
    def test_is_found_out_before_a_page_is_unpacked(self, tmp_path: Path):
        """The file is refused by what its page headers say."""
        path = tmp_path / "a.parquet"
        size = lying(path, pa.array([f"{n:04d}" + "0" * 3000 for n in range(1000)]))
        assert size - 10_000 < exactly(path) <= size
        file, failures = open_batch(path, RULES)
        assert file is None
        assert f"{exactly(path):,} bytes once unpacked, or more" in failures[0].message

    @given(st.binary(max_size=60), st.integers(0, 2000))
    @settings(max_examples=60, deadline=None)
    def test_of_noise_is_no_column(self, tmp_path_factory, noise: bytes, at: int):
        """Whatever stands where pages should be, a number or `BadPage` comes, and soon."""
        path = tmp_path_factory.getbasetemp() / "noise.parquet"
        pq.write_table(pa.table({"s": [f"{n}" for n in range(500)]}), path, compression="zstd")
        metadata, data = pq.read_metadata(path), bytearray(path.read_bytes())
        data[4 + at : 4 + at + len(noise)] = noise
        path.write_bytes(data)
        with suppress(BadPage):
            assert unpacked(path, metadata, [0], 0) >= 0

    def test_of_other_bytes_is_unreadable(self, tmp_path: Path):
        """A file whose pages are noise is told as one that cannot be read."""
        path = tmp_path / "a.parquet"
        pq.write_table(pa.table({"s": ["a", "b"]}), path, compression="zstd")
        data = bytearray(path.read_bytes())
        data[4:24] = b"\xff" * 20
        path.write_bytes(data)
        (failure,) = open_batch(path, RULES)[1]
        assert failure.message.startswith("not a readable Parquet file (cut short?): ")
