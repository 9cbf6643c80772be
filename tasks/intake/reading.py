"""Bytes on their way to a CSV reader, watched: how many there are, and that they are whole text."""

import io
from typing import IO

BLOCK = 1 << 22
"""Bytes that are read and parsed at once; a row must fit in them."""


class Unfit(Exception):
    """The bytes cannot become a batch; the text says why, for whoever sent them."""


class Watched(io.RawIOBase):
    """A stream of unpacked bytes that raises `Unfit` past `most` of them, and at a NUL.

    Each read gives as many bytes as were asked for, while there are any: how a stream was packed
    does not move the blocks that it is read in.
    """

    def __init__(self, source: IO[bytes], most: int) -> None:
        super().__init__()
        self.columns: list[str] = []
        """The names of the header, once they are known."""
        self._source = source
        self._most = most
        self._count = self._quotes = 0
        self._last = b""
        self._ahead = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def head(self) -> bytes:
        """The first block, which the next read begins with. To be asked before anything is read."""
        self._ahead = self._take(BLOCK)
        return self._ahead

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        size = BLOCK if size < 0 else size
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data + self._take(size - len(data)) if len(data) < size else data

    def finish(self) -> None:
        """Raise `Unfit` where the end, now reached, is not the end of a whole file.

        A quote that is never closed takes every row behind it into one value, and no parser says so.
        """
        if self._quotes % 2:
            raise Unfit('a quote (") is opened and not closed: quotes inside of text are to be doubled')
        if self._last not in (b"\n", b"\r"):
            raise Unfit("the last line has no end (cut short?): end every line, the last one too")

    def _take(self, size: int) -> bytes:
        parts = []
        while size > 0 and (part := self._source.read(size)):
            parts.append(part)
            size -= len(part)
        data = b"".join(parts)
        self._count += len(data)
        if self._count > self._most:
            raise Unfit(
                f"more than {self._most:,} bytes once unpacked, as validate.max_unpacked_bytes allows. "
                "Split the period or raise the limit in params.yaml"
            )
        if b"\0" in data:
            raise Unfit("holds NUL bytes: expected text in UTF-8 (UTF-16 is to be written as UTF-8)")
        self._quotes += data.count(b'"')
        self._last = data[-1:] or self._last
        return data
