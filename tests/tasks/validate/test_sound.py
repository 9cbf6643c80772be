"""What passes Arrow's full check at a glance, and nothing else does."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.validate.sound import require_sound, surely_sound

OFFSETS = st.lists(st.integers(-1, 7), min_size=2, max_size=5).flatmap(
    lambda drawn: st.sampled_from([drawn, sorted(drawn)])
)
"""Some in order, so that only the bytes may be wrong."""
TEXTS = ["red", "", "green"]
KINDS = [(pa.string(), np.int32), (pa.large_string(), np.int64)]


def text(offsets: list[int], data: bytes, kind: pa.DataType, width: type, start: int = 0) -> pa.RecordBatch:
    """One column of text of any offsets and bytes, from the one at `start` on."""
    room = np.zeros(len(offsets), width)
    buffers = [None, pa.py_buffer(room), pa.py_buffer(data)]
    batch = column(pa.Array.from_buffers(kind, len(offsets) - 1 - start, buffers, offset=start))
    # Not before: pyarrow looks at the first and the last one whenever it makes something.
    room[:] = offsets
    return batch


def column(values: pa.Array) -> pa.RecordBatch:
    """A batch of nothing else."""
    return pa.record_batch({"a": values})


def coded(codes: list[int], texts: pa.Array, start: int = 0) -> pa.DictionaryArray:
    """Codes of any numbers, from the one at `start` on."""
    numbers = pa.array(codes, pa.int32()).slice(start)
    return pa.DictionaryArray.from_arrays(numbers, texts, safe=False)


def verdicts(batch: pa.RecordBatch) -> tuple[str | None, str | None]:
    """What is said of a batch, here and by Arrow; None where it is sound."""
    said: list[str | None] = []
    for ask in (require_sound, lambda one: one.validate(full=True)):
        try:
            ask(batch)
        except (pa.ArrowException, ValueError) as error:
            said.append(str(error))
        else:
            said.append(None)
    return said[0], said[1]


class TestSurelySound:
    """Seen at once."""

    @pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
    def test_are_ascii_and_codes_of_it(self, kind: pa.DataType):
        """Whole and as a part of it, beside text that is not; all of it empty too."""
        values = pa.array([*TEXTS, "rötlich"], kind)
        assert surely_sound(values[:3])
        assert surely_sound(values[1:2])
        assert surely_sound(coded([0, 2, 1, 2], values[:3]))
        assert surely_sound(coded([9, 2, 1, 2], values[:3], start=1))

    @pytest.mark.parametrize(
        "values",
        [
            pa.array(["red", "rötlich"]),
            pa.array(["red", None]),
            pa.array([], pa.string()),
            pa.array([1, 2]),
            pa.array([b"red"]),
            pa.array(["rötlich"]).dictionary_encode(),
            pa.array(["red", None]).dictionary_encode(),
            pa.DictionaryArray.from_arrays([0], pa.array(["red", None])),
            pa.DictionaryArray.from_arrays([0], pa.array([1])),
            pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), pa.array(["red"])),
        ],
    )
    def test_are_no_others(self, values: pa.Array):
        """Though they are sound, Arrow is asked."""
        assert not surely_sound(values)
        assert verdicts(column(values)) == (None, None)


@pytest.mark.parametrize(("kind", "width"), KINDS)
class TestText:
    """Of offsets and bytes that lie, Arrow says what is wrong."""

    @pytest.mark.parametrize(
        ("offsets", "data"),
        [
            ([0, 3, 2, 5], b"redgr"),
            ([3, 0, 5], b"redgr"),
            ([3, 0, 2], b"redgr"),
            ([-1, 3, 5], b"redgr"),
            ([0, 3, 6], b"redgr"),
            ([0, 3, 2**30], b"redgr"),
            ([0, 9, 5], b"redgr"),
            ([0, -1, 5], b"redgr"),
            ([2, 0, 5], b"redgr"),
            ([0, 3, 5], b"re\xffgr"),
            ([0, 1, 2], "ö".encode()),
            ([0, 3, 5], b"\x80edgr"),
            ([0, 3, 5], b"redg\x80"),
        ],
    )
    def test_that_lies_is_refused_as_arrow_does(
        self, kind: pa.DataType, width: type, offsets: list[int], data: bytes
    ):
        """Backwards, beyond the end, bytes that are no UTF-8, a character in two texts."""
        ours, arrows = verdicts(text(offsets, data, kind, width))
        assert ours == arrows is not None

    @given(OFFSETS, st.integers(0, 1), st.data())
    @settings(max_examples=300)
    def test_is_judged_as_by_arrow(
        self, kind: pa.DataType, width: type, offsets: list[int], start: int, data: st.DataObject
    ):
        """Any offsets, any bytes, any part."""
        drawn = bytes(data.draw(st.lists(st.sampled_from([65, 66, 0xC3, 0xB6]), min_size=6, max_size=6)))
        ours, arrows = verdicts(text(offsets, drawn, kind, width, start))
        assert ours == arrows


class TestCodes:
    """Of codes without a text, Arrow says which."""

    @pytest.mark.parametrize("codes", [[0, 3], [-1], [0, -(2**31)], [2**31 - 1, 0]])
    def test_that_lie_are_refused_as_arrow_does(self, codes: list[int]):
        """Below zero, and from the number of texts on."""
        ours, arrows = verdicts(column(coded(codes, pa.array(TEXTS))))
        assert ours == arrows is not None

    def test_of_text_that_lies_are_refused_as_arrow_does(self):
        """Bytes that are no UTF-8 behind good codes."""
        bad = text([0, 3], b"re\xff", *KINDS[0]).column(0)
        ours, arrows = verdicts(column(coded([0, 0], bad)))
        assert ours == arrows is not None

    @given(st.lists(st.integers(-2, 4), min_size=1, max_size=6), st.integers(0, 2))
    @settings(max_examples=200)
    def test_are_judged_as_by_arrow(self, codes: list[int], start: int):
        """Any codes, any part."""
        ours, arrows = verdicts(column(coded(codes, pa.array(TEXTS), min(start, len(codes) - 1))))
        assert ours == arrows


def test_one_column_that_lies_is_found_among_others():
    """A batch is sound if each of its columns is."""
    bad = text([0, 3], b"re\xff", *KINDS[0]).column(0)
    batch = pa.record_batch({"a": pa.array(["red"]), "b": bad, "c": pa.array([1])})
    with pytest.raises(pa.ArrowInvalid, match=r"In column 1: .*UTF8"):
        require_sound(batch)
