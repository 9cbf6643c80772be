"""Rows as they come, period by period; then a Parquet file of each, whatever other rows came between.

A file's bytes depend on the rows of its period and their order alone: so a month that was given alone is
known again, unread, in the whole history.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

_GROUP = 1 << 16
"""Rows of a row group."""


class Pieces:
    """A file of its own for each period while rows come; the files are closed with the block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Any] = {}
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def __len__(self) -> int:
        return len(self._open)

    def __contains__(self, period: str) -> bool:
        return period in self._open

    def add(self, period: str, rows: pa.RecordBatch) -> None:
        """Rows that come after those that the period has."""
        if period not in self._open:
            file = self._closing.enter_context(pa.OSFile(str(self._pieces(period)), "wb"))
            packed = pa.ipc.IpcWriteOptions(compression="lz4")
            stream = pa.ipc.new_stream(file, rows.schema, options=packed)
            self._open[period] = self._closing.enter_context(stream)
        self._open[period].write_batch(rows)

    def files(self) -> Iterator[tuple[str, Path]]:
        """Each period, in order, with its Parquet file, once all rows have come."""
        self._closing.close()
        for period in sorted(self._open):
            pieces, whole = self._pieces(period), self._folder / f"{period}.parquet"
            with (
                pa.OSFile(str(pieces)) as file,
                pa.ipc.open_stream(file) as stream,
                pq.ParquetWriter(whole, stream.schema) as writer,
            ):
                for group in _groups(stream):
                    writer.write_table(group, _GROUP)
            pieces.unlink()
            yield period, whole

    def _pieces(self, period: str) -> Path:
        return self._folder / f"{period}.pieces"


def _groups(stream: Any) -> Iterator[pa.Table]:
    """The rows of each row group, of one piece: where pages end depends on pieces."""
    kept: list[pa.RecordBatch] = []
    for piece in stream:
        kept.append(piece)
        if sum(one.num_rows for one in kept) >= _GROUP:
            whole = pa.Table.from_batches(kept)
            yield whole.slice(0, _GROUP).combine_chunks()
            kept = whole.slice(_GROUP).to_batches()
    if kept:
        yield pa.Table.from_batches(kept).combine_chunks()
