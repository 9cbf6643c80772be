"""In what the rows of a period differ from those that were delivered. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.add.codes import Codes, codes_of, numbered, repeated, row_codes


@dataclass(frozen=True)
class Names:
    """Columns by what they are for; `made` says that ids were made here, and say nothing of a row."""

    id: str
    made: bool
    time: str
    label: str


@dataclass(frozen=True)
class Difference:
    """`pairs` has for each row of the table its row among those delivered, or -1.

    `filled` are rows in which nothing but a missing label has changed, `changed` the others that did, in
    `columns`. `gained` and `lost` are columns that only the table has, or only what was delivered.
    """

    pairs: Codes
    added: int
    removed: int
    changed: int
    filled: int
    columns: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether the rows are the same, in whatever order."""
        return not (self.added or self.removed or self.corrects)

    @property
    def corrects(self) -> bool:
        """Whether rows that are there would be others."""
        return bool(self.changed or self.filled or self.gained or self.lost)


def difference(old: pa.Table, new: pa.Table, names: Names, *, part: bool = False) -> Difference:
    """Compare a period's rows, `old` as delivered and `new` as cut; the order of rows says nothing.

    `part` says that the new ones may be further rows.
    """
    told = [one for one in new.column_names if not (names.made and one == names.id)]
    codes = {one: codes_of(old.column(one), new.column(one)) for one in told if one in old.column_names}
    split = old.num_rows
    pairs = _pairs(codes, names, split, new.num_rows, part=part)
    here = np.flatnonzero(pairs >= 0)
    differs = {one: found[pairs[here]] != found[split + here] for one, found in codes.items()}
    nowhere = np.zeros(len(here), dtype=bool)
    others = _any((found for one, found in differs.items() if one != names.label), nowhere)
    label = differs.get(names.label, nowhere)
    filled = label & ~others
    if names.label in codes:
        filled &= codes[names.label][pairs[here]] < 0
    changed = (label | others) & ~filled
    return Difference(
        pairs=pairs, added=new.num_rows - len(here), removed=split - len(here),
        changed=int(changed.sum()), filled=int(filled.sum()),
        columns=tuple(one for one, found in differs.items() if (found & changed).any()),
        gained=tuple(one for one in new.column_names if one not in old.column_names),
        lost=tuple(one for one in old.column_names if one not in new.column_names),
    )  # fmt: skip


def _pairs(codes: dict[str, Codes], names: Names, split: int, rows: int, *, part: bool) -> Codes:
    """By all that a row holds; then by its id or, where that was made, by all but the label, then its time.

    A time tells a row only where no other row that is left has it, and never among further rows: those of
    a day would be taken for a correction of the ones before, which would be lost.
    """
    pairs = np.full(rows, -1, dtype=np.int64)
    if names.time not in codes:
        return pairs
    _pair(pairs, row_codes(list(codes.values())), split)
    if not names.made:
        if names.id in codes:
            _pair(pairs, codes[names.id], split)
        return pairs
    _pair(pairs, row_codes([found for one, found in codes.items() if one != names.label]), split)
    if not part:
        _pair(pairs, codes[names.time], split, alone=True)
    return pairs


def _pair(pairs: Codes, codes: Codes, split: int, *, alone: bool = False) -> None:
    """Pair rows without a partner, the first of a code with the first; `alone`: of single ones only."""
    left_old = np.setdiff1d(np.arange(split), pairs)
    left_new = np.flatnonzero(pairs < 0)
    old, new = codes[left_old], codes[split + left_new]
    most = max(len(old), len(new), 1)
    _, at_old, at_new = np.intersect1d(
        old * most + numbered(old), new * most + numbered(new), assume_unique=True, return_indices=True
    )
    if alone:
        single = ~np.isin(old[at_old], np.union1d(repeated(old), repeated(new)))
        at_old, at_new = at_old[single], at_new[single]
    pairs[left_new[at_new]] = left_old[at_old]


def _any(found: Iterable[Any], nowhere: Any) -> Any:
    return np.any([nowhere, *found], axis=0)
