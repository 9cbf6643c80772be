"""Counts what a suite's expectations ask of columns, a block of rows at a time.

Columns of which no two are asked for together may be counted by several threads at the same time.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from tasks.validate.amounts import Mean, Quantiles
from tasks.validate.aside import Aside
from tasks.validate.found import Expectation
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
from tasks.validate.tallies import Repeats, Scan, Tally
from tasks.validate.values import Unexpected, among, between, missing, missing_mask

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


class Counting:
    """One suite on one file: what counts for each expectation, by its number in the suite."""

    def __init__(self, scan: Scan, suite: list[Expectation], aside: Aside | None) -> None:
        self._scan = scan
        self._aside = aside
        self.tallies: dict[int, Tally | Repeats] = {}
        self.watches: dict[int, _Watch] = {}
        self._of: dict[str, list[int]] = {}
        """The numbers of the expectations on one column's values."""
        self._needed: list[int] = []
        for number, expectation in enumerate(suite):
            kind, arguments = expectation
            if "column" in arguments and kind not in OF_NAMES:
                self._of.setdefault(arguments["column"], []).append(number)
            if kind == NOT_NULL:
                self._needed.append(number)
            elif kind == UNIQUE:
                self.tallies[number] = Repeats(arguments["column"])
            elif kind in _OF_VALUES:
                self.tallies[number] = Tally(_OF_VALUES[kind](arguments))
            elif kind in _WATCHES:
                self.watches[number] = _WATCHES[kind](expectation)

    @property
    def columns(self) -> list[str]:
        """All that have to be read."""
        watched = (name for one in self.watches.values() for name in one.columns)
        return list(dict.fromkeys([*self._of, *watched]))

    def count(self, columns: list[str]) -> tuple[int, dict[str, int]]:
        """One scan of these columns, all that is asked of them: rows, and missing values by column."""
        rows, nulls = 0, {column: 0 for column in columns if column in self._of}
        watches = [one for one in self.watches.values() if not set(columns).isdisjoint(one.columns)]
        for block in self._scan(columns):
            for column in nulls:
                nulls[column] += self._see(column, block.column(column), rows)
            for watch in watches:
                watch.see(block)
            rows += block.num_rows
        self._settle(columns, watches)
        return rows, nulls

    def takes_long(self, columns: list[str]) -> bool:
        """Whether more is asked of one of these columns than a look at each value."""
        of_one = (self.tallies.get(number) for column in columns for number in self._of.get(column, []))
        watched = (name for one in self.watches.values() for name in one.columns)
        return any(isinstance(one, Repeats) for one in of_one) or not set(columns).isdisjoint(watched)

    def _see(self, column: str, values: pa.Array, before: int) -> int:
        """How many values of a block are missing; every tally of the column has seen it."""
        absent = missing(values)
        asked = [number for number in self._of[column] if number in self.tallies]
        masks = [(number, self.tallies[number].see(values)) for number in asked]
        if self._aside is not None:
            needed = [number for number in self._of[column] if number in self._needed] if absent else []
            masks += [(number, missing_mask(values)) for number in needed]
            self._aside.note_all(masks, before)
        return absent

    def _settle(self, columns: list[str], watches: list[_Watch]) -> None:
        """Read once more what may occur twice."""
        for number in (number for column in columns for number in self._of.get(column, [])):
            tally = self.tallies.get(number)
            if isinstance(tally, Repeats):
                tally.settle(self._scan)
                if self._aside is not None:
                    self._aside.note(number, tally.rows)
        for watch in watches:
            if isinstance(watch, Together):
                watch.settle(self._scan(list(watch.columns)))
