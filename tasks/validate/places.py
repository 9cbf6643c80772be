"""Rows of a batch by their numbers from 0, as short text: `3 5-9` is rows 3 and 5 to 9."""

from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints

from tasks.errors import Corrupt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Places = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{1,12}(-[0-9]{1,12})?( [0-9]{1,12}(-[0-9]{1,12})?)*$")
]
"""At least one row; numbers ascend, and no two ranges meet."""


def places_of(rows: "NDArray[np.int64]") -> str:
    """The text for rows in ascending order, at least one."""
    import numpy as np

    breaks = np.flatnonzero(np.diff(rows) > 1)
    firsts = rows[np.concatenate([[0], breaks + 1])].tolist()
    lasts = rows[np.concatenate([breaks, [len(rows) - 1]])].tolist()
    pairs = zip(firsts, lasts, strict=True)
    return " ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in pairs)


def rows_at(places: str, rows: int) -> "NDArray[np.bool_]":
    """Which of a batch's `rows` rows are meant (rows,); raises `Corrupt` if one is none of them."""
    import numpy as np

    mask, before = np.zeros(rows, dtype=bool), -1
    for part in places.split():
        first, _, last = part.partition("-")
        start, end = int(first), int(last or first)
        if not before < start <= end < rows:
            raise Corrupt(f"rows {part}: expected ascending row numbers below {rows:,}, after row {before}")
        mask[start : end + 1] = True
        before = end
    return mask
