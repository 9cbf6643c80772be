"""What is usual: how far each period that the champion learned from lies from the others of them. Pure."""

import math
from collections.abc import Iterable, Mapping
from itertools import accumulate

from tasks.profile.profile import Profile

LEAST_HISTORY = 4
"""With fewer periods nobody knows what is usual, and the fixed thresholds hold."""

FIXED_EFFECT, FIXED_MISSING = 0.1, 0.05
"""Beyond luck, a tenth of a standard deviation or of the Jensen-Shannon distance; five rows of a hundred."""

FIXED_VOLUME = 0.25
"""A quarter more or fewer rows than in the mean period."""

LEAST_EFFECT, LEAST_MISSING, LEAST_VOLUME = 0.02, 0.01, 0.02
"""Periods that are all alike make no usual of nothing: below these, and luck, nothing is told."""


def others(profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """For each period the profile of all other periods together; nothing where there is one period only.

    Merged from both ends, so that the work grows with the periods and not with their square.
    """
    names, each = list(profiles), list(profiles.values())
    if len(each) <= 1:
        return {}
    before = list(accumulate(each[:-1], Profile.merge))
    after = list(accumulate(reversed(each[1:]), Profile.merge))[::-1]
    middle = [early.merge(late) for early, late in zip(before[:-1], after[1:], strict=True)]
    return dict(zip(names, [after[0], *middle, before[-1]], strict=True))


def luck(rows: int, reference_rows: int) -> float:
    """By how much like samples of so many rows may differ: every threshold of an effect is above it.

    Samples of n and m like rows lie no farther apart, on average, than sqrt(1/n + 1/m) times the integral of
    sqrt(F (1 - F)), which is about 1.5 standard deviations (Bobkov & Ledoux, Memoirs of the AMS 261 (2019),
    theorem 3.2). Twice that is allowed for; rows in clusters and heavy tails may need more. 0 without rows.
    """
    return 3 * math.sqrt(1 / rows + 1 / reference_rows) if rows and reference_rows else 0.0


def usual(seen: Iterable[float | None], *, fixed: float, least: float = 0.0) -> float:
    """The largest of the sizes `seen` among a model's own periods, or `fixed` with fewer than four of them.

    Each is a period against all others, as the newest is against all. If the newest is one more of the same
    kind, it exceeds the largest of n with a chance of 1 / (n + 1): ranks of exchangeable values (Vovk,
    Gammerman & Shafer, Algorithmic Learning in a Random World (2005)); nearly so here, since the periods
    are compared with one period less. So many false alarms are to be expected in each column.
    """
    known = [abs(one) for one in seen if one is not None]
    if len(known) < LEAST_HISTORY:
        return fixed
    return max(*known, least)
