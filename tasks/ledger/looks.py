"""Looks in the fold and in the segments behind it: nothing that was ever asked is forgotten. Pure."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tasks.ledger.entries import Looked
from tasks.ledger.past import Past
from tasks.ledger.segments import KEPT, Segment, moved_out
from tasks.ledger.state import LookTaken, State


def after_look(state: State, body: Looked) -> State:
    """The state with one more look; the oldest move out when there are too many."""
    look = LookTaken(look=body.look, periods=body.periods, drill=body.drill, shared_by=body.shared_by)
    segment = moved_out(state, body)
    update: dict[str, object] = {"looks": (*state.looks, look)}
    if segment is not None:
        update = {"looks": (*state.looks[KEPT:], look), "archive": segment.ref}
    if not body.drill and body.periods:
        update["latest"] = max(min(body.periods), state.latest or "")
    return state.model_copy(update=update)


def find_look(state: State, look: str, past: Past, periods: tuple[str, ...] = ()) -> LookTaken | None:
    """The look with this identity, if it was ever taken; the newest that is known of it.

    Of a look at `periods` no segment is read that cannot hold it; without them, all are.
    """
    at_hand = next((one for one in state.looks if one.look == look), None)
    if at_hand is not None:
        return at_hand
    older = (one for segment in _segments(state, min(periods, default=""), past) for one in segment.looks)
    return next((one for one in older if one.look == look), None)


def looks_at(state: State, periods: tuple[str, ...], past: Past) -> tuple[LookTaken, ...]:
    """Looks that spent budget on a holdout sharing a period with `periods`, in the order they were taken.

    Segments are read only if a look in them can share one: none for a holdout later than those.
    """
    older = [segment.looks for segment in _segments(state, min(periods, default=""), past)]
    found: dict[str, LookTaken] = {}
    for looks in (*reversed(older), state.looks):
        # A look that was decided late is known twice: in its place, with what is known last.
        found |= {one.look: one for one in looks}
    return tuple(one for one in found.values() if not one.drill and set(one.periods) & set(periods))


def level_spent(looks: Sequence[LookTaken]) -> Fraction:
    """How much of a level these looks have spent; beyond 1 the bound on wrong promotions no longer holds.

    The chance that any of them passes a bad challenger is at most the sum of their levels (Bonferroni),
    each of which is one in `shared_by` of the whole.
    """
    return sum((Fraction(1, one.shared_by) for one in looks), Fraction(0))


def looks_left(looks: Sequence[LookTaken], shared_by: int) -> int:
    """How many looks that each spend one in `shared_by` of the level fit beside these."""
    return max(0, (1 - level_spent(looks)) * shared_by // 1)


def retired(state: State, periods: tuple[str, ...]) -> bool:
    """Whether a later holdout has been asked: this one's rows have gone into training by then."""
    return state.latest is not None and state.latest > max(periods)


def _segments(state: State, first: str, past: Past) -> Iterator[Segment]:
    """Segments from the newest back, as long as they can hold a look at `first` or later."""
    ref = state.archive
    while ref is not None and first <= ref.highest:
        segment = past.segment(ref)
        yield segment
        ref = segment.before
