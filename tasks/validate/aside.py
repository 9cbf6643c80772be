"""Which rows break a rule of rows, kept while they are few enough to be kept aside."""

from collections.abc import Collection, Iterable
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MOST = 100_000
"""Findings, each a row and a rule that it breaks, of one batch: what bounds memory and the report."""


class Aside:
    """Collects row numbers by rule; a batch in which too many rows are bad is given up, and its rows let go.

    `rules` are the numbers of the rules of rows in the suite, `rows` how many there are in the batch,
    `share` how many of them may be bad. Several threads may tell it of rows, each of rules of its own.
    """

    def __init__(self, rules: Collection[int], rows: int, share: float) -> None:
        self.rules = frozenset(rules)
        self.share = share
        self.too_many = False
        self._rows = rows
        self._found: dict[int, list[NDArray[np.int64]]] = {}
        self._counts: dict[int, int] = {}
        self._lock = Lock()

    def note_all(self, masks: Iterable[tuple[int, pa.Array | None]], before: int) -> None:
        """Rules and which of the next rows break them; `before` rows came before."""
        for rule, mask in masks:
            if mask is not None and rule in self.rules and not self.too_many:
                bad = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
                self.note(rule, before + np.flatnonzero(bad))

    def note(self, rule: int, rows: NDArray[np.int64]) -> None:
        """Rows that break a rule."""
        with self._lock:
            if self._accept(rule, len(rows)):
                self._found.setdefault(rule, []).append(rows)

    def of(self, rule: int) -> NDArray[np.int64]:
        """The rows that break this rule, in order."""
        return np.concatenate([np.empty(0, np.int64), *self._found.get(rule, [])])

    def settle(self) -> NDArray[np.int64]:
        """The rows that break any rule, in order; none, and `too_many`, where they are more than may be."""
        rows = np.unique(np.concatenate([self.of(rule) for rule in self.rules] or [np.empty(0, np.int64)]))
        if self._exceeds(len(rows)):
            self._give_up()
        return rows[:0] if self.too_many else rows

    def _accept(self, rule: int, count: int) -> bool:
        """Whether to keep `count` more findings of this rule."""
        if rule not in self.rules or not count or self.too_many:
            return False
        self._counts[rule] = self._counts.get(rule, 0) + count
        if self._exceeds(self._counts[rule]) or sum(self._counts.values()) > MOST:
            self._give_up()
        return not self.too_many

    def _exceeds(self, count: int) -> bool:
        return count > 0 and count / max(self._rows, count) > self.share

    def _give_up(self) -> None:
        self.too_many = True
        self._found.clear()
