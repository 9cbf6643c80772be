"""Looks that have moved out of the fold: immutable segments, each of which names the one before.

A segment follows from the log alone, so whoever folds past it makes the same bytes: its hash in
the state is as good as the looks themselves, and an object that is lost can be made again.
"""

from tasks.documents import Document, digest
from tasks.ledger.entries import Body, Looked
from tasks.ledger.state import LookTaken, SegmentRef, State

KEPT = 16
"""Looks in a segment, and the fewest that stay in the fold; it never holds twice as many for long."""


class Segment(Document):
    """Consecutive looks, as they were known when they moved out, and the segment before."""

    looks: tuple[LookTaken, ...]
    before: SegmentRef | None

    @property
    def ref(self) -> SegmentRef:
        """How the fold names it."""
        periods = [period for look in self.looks for period in look.periods]
        highest = max([*periods, self.before.highest if self.before else ""])
        return SegmentRef(sha256=digest(self.to_bytes()), highest=highest)


def moved_out(state: State, body: Body) -> Segment | None:
    """The looks that leave the fold as `body` comes to it, if any do."""
    if not isinstance(body, Looked) or len(state.looks) < 2 * KEPT:
        return None
    return Segment(looks=state.looks[:KEPT], before=state.archive)
