"""What one expectation on the values of a column counts, block by block."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.validate import uniqueness
from tasks.validate.found import EXAMPLES
from tasks.validate.values import Unexpected, examples

Scan = Callable[[list[str]], Iterable[pa.RecordBatch]]
"""Reads the named columns from the start, a record batch at a time."""


class Tally:
    """Counts what one expectation on values does not allow."""

    def __init__(self, unexpected: Unexpected) -> None:
        self._unexpected = unexpected
        self.count = 0
        self.examples: list[Any] = []

    def see(self, values: pa.Array) -> pa.Array | None:
        """Which of these values are not allowed, if any is."""
        mask = self._unexpected(values)
        if mask is None:
            return None
        self.count += pc.sum(mask).as_py()
        if len(self.examples) < EXAMPLES:
            self.examples += examples(values.filter(mask), EXAMPLES - len(self.examples))
        return mask


class Repeats:
    """Keeps the keys of a column that must be unique."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._keys = uniqueness.Kept()
        self.rows: uniqueness.RowNumbers = np.empty(0, np.int64)
        self.examples: list[Any] = []

    @property
    def count(self) -> int:
        """How many values repeat."""
        return len(self.rows)

    def see(self, values: pa.Array) -> None:
        """Which of them repeat shows at the end."""
        self._keys.add(uniqueness.keys(values))

    def settle(self, scan: Scan) -> None:
        """Compare the values themselves, where keys repeat."""
        suspects = self._keys.repeated()
        self._keys.clear()
        if len(suspects):
            again = (batch.column(self._column) for batch in scan([self._column]))
            self.rows, self.examples = uniqueness.repeated(again, suspects)
