"""Expectations executed on Arrow record batches: the same results as Great Expectations, in one scan.

Great Expectations stays what a suite is written in and what its results look like. What this module
does not know (`tasks.validate.known`), Great Expectations itself is asked.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.validate import uniqueness
from tasks.validate.amounts import Mean, Quantiles
from tasks.validate.aside import Aside
from tasks.validate.found import (
    EXAMPLES,
    Expectation,
    Found,
    of_values,
    rows_between,
    without_nulls,
)
from tasks.validate.known import (
    BETWEEN,
    GREATER,
    IN_SET,
    MATCH,
    MEAN,
    MEDIAN,
    NO_MATCH,
    NOT_NULL,
    QUANTILES,
    TOGETHER,
    UNIQUE,
)
from tasks.validate.names import OF_NAMES
from tasks.validate.patterns import matching, not_matching
from tasks.validate.several import Greater, Together
from tasks.validate.values import Unexpected, among, between, examples, missing, missing_mask

Scan = Callable[[list[str]], Iterable[pa.RecordBatch]]
"""Reads the named columns from the start, a record batch at a time."""

_OF_VALUES: dict[str, Callable[[dict[str, Any]], Unexpected]] = {
    BETWEEN: between,
    IN_SET: among,
    MATCH: matching,
    NO_MATCH: not_matching,
}
_Watch = Mean | Quantiles | Greater | Together
"""Sees the blocks of rows with its own columns, and tells what it found at the end."""

_WATCHES: dict[str, Callable[[Expectation], _Watch]] = {
    MEAN: Mean,
    MEDIAN: Quantiles,
    QUANTILES: Quantiles,
    GREATER: Greater,
    TOGETHER: Together,
}


class _Tally:
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


class _Repeats:
    """Keeps the keys of a column that must be unique."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._keys: list[uniqueness.Keys] = []
        self.rows: uniqueness.RowNumbers = np.empty(0, np.int64)
        self.examples: list[Any] = []

    @property
    def count(self) -> int:
        return len(self.rows)

    def see(self, values: pa.Array) -> None:
        """Which of them repeat shows at the end."""
        self._keys.append(uniqueness.keys(values))

    def settle(self, scan: Scan) -> None:
        """Compare the values themselves, where keys repeat."""
        suspects = uniqueness.repeated_keys(self._keys)
        self._keys.clear()
        if len(suspects):
            again = (batch.column(self._column) for batch in scan([self._column]))
            self.rows, self.examples = uniqueness.repeated(again, suspects)


def run(
    scan: Scan, suite: list[Expectation], aside: Aside | None = None, names: Sequence[str] = ()
) -> Iterator[Found]:
    """The result of each expectation, in the suite's order; columns are read once, repeated ids twice.

    `aside` is told which rows break an expectation, by its number in the suite. `names` are all columns of
    the file, for expectations on which there are.
    """
    tallies, watches = _set_up(suite)
    rows, nulls = _count(scan, suite, tallies, watches.values(), aside)
    for number, expectation in enumerate(suite):
        kind, arguments = expectation
        if kind in OF_NAMES:
            yield OF_NAMES[kind](expectation, names)
        elif number in watches:
            yield _watched(scan, watches[number])
        elif number in tallies:
            tally = tallies[number]
            if isinstance(tally, _Repeats):
                tally.settle(scan)
                if aside is not None:
                    aside.note(number, tally.rows)
            yield of_values(expectation, rows, nulls[arguments["column"]], tally.count, tally.examples)
        elif kind == NOT_NULL:
            yield without_nulls(expectation, rows, nulls[arguments["column"]])
        else:
            yield rows_between(expectation, rows)


def _set_up(suite: list[Expectation]) -> tuple[dict[int, _Tally | _Repeats], dict[int, _Watch]]:
    """What counts for each expectation, by its number in the suite."""
    tallies: dict[int, _Tally | _Repeats] = {}
    watches: dict[int, _Watch] = {}
    for number, expectation in enumerate(suite):
        kind, arguments = expectation
        if kind == UNIQUE:
            tallies[number] = _Repeats(arguments["column"])
        elif kind in _OF_VALUES:
            tallies[number] = _Tally(_OF_VALUES[kind](arguments))
        elif kind in _WATCHES:
            watches[number] = _WATCHES[kind](expectation)
    return tallies, watches


def _watched(scan: Scan, watch: _Watch) -> Found:
    if isinstance(watch, Together):
        watch.settle(scan(list(watch.columns)))
    return watch.found()


def _count(
    scan: Scan,
    suite: list[Expectation],
    tallies: Mapping[int, _Tally | _Repeats],
    watches: Collection[_Watch],
    aside: Aside | None,
) -> tuple[int, dict[str, int]]:
    """One scan: every tally and watch sees every block; rows in all, and missing values by column."""
    columns = [one["column"] for kind, one in suite if "column" in one and kind not in OF_NAMES]
    columns = list(dict.fromkeys(columns))
    rows, nulls = 0, dict.fromkeys(columns, 0)
    asked = {column: [n for n in tallies if suite[n][1]["column"] == column] for column in columns}
    needed = {
        column: [n for n, (kind, one) in enumerate(suite) if kind == NOT_NULL and one["column"] == column]
        for column in columns
    }
    for batch in scan(list(dict.fromkeys([*columns, *(name for one in watches for name in one.columns)]))):
        for column in columns:
            values = batch.column(column)
            absent = missing(values)
            nulls[column] += absent
            masks = [(number, tallies[number].see(values)) for number in asked[column]]
            if aside is not None:
                masks += [(number, missing_mask(values)) for number in needed[column] if absent]
                aside.note_all(masks, rows)
        for watch in watches:
            watch.see(batch)
        rows += batch.num_rows
    return rows, nulls
