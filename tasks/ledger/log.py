"""The log on an object store: strong reads, fenced appends.

Entry n+1 is created with `If-None-Match: *`, so each number has one writer. The pointer is a
cache of the fold: a reader takes it, checks that it belongs to this chain, and goes on to n+1
until there is none (`tasks/ledger/caches.py`).
"""

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from tasks.code import code_version
from tasks.documents import digest
from tasks.errors import Conflict, Corrupt, StoreUnavailable
from tasks.ledger import looks
from tasks.ledger.caches import Caches
from tasks.ledger.entries import Body, Entry, parse_entry
from tasks.ledger.fold import advance
from tasks.ledger.reason import actor
from tasks.ledger.segments import Segment, moved_out
from tasks.ledger.state import LookTaken, SegmentRef, State
from tasks.store import Precondition, Store

_ATTEMPTS = 200
_log = logging.getLogger(__name__)


class Ledger:
    """The ledger of one model. Not for use by several threads at once."""

    def __init__(self, store: Store, model: str) -> None:
        self.store = store
        self.model = model
        self.caches = Caches(store, model)
        self._known: State | None = None

    def key(self, number: int) -> str:
        """Where entry `number` lies."""
        return f"ledger/{self.model}/{number:020d}.json"

    def entry(self, number: int) -> Entry:
        """Entry `number`; raises `Corrupt` if it is missing or not an entry."""
        found = self._read(number)
        if found is None:
            raise Corrupt(f"{self.key(number)}: expected a ledger entry, found nothing")
        return found[0]

    def entries(self, first: int = 1) -> Iterator[tuple[Entry, str]]:
        """Every entry from `first` on, with the SHA-256 of its bytes, until there is none."""
        number = first
        while (found := self._read(number)) is not None:
            yield found
            number += 1

    def states(self, after: State | None = None) -> Iterator[tuple[Entry, State]]:
        """Every entry that follows state `after` (default: every entry), with the state it leads to."""
        state = after or State()
        for entry, head in self.entries(state.number + 1):
            state = self._advanced(state, entry, head)
            yield entry, state

    def state(self) -> State:
        """The fold of the whole log as of now: a strong read."""
        state = self._known or self._cached()
        for _, after in self.states(state):
            state = after
        self._known = state
        return state

    def segment(self, ref: SegmentRef) -> Segment:
        """Looks that have moved out of the fold; where the object is of no use, from the log."""
        found = self.caches.segment(ref)
        if found is not None:
            return found
        for _ in self.states():
            if (made := self.caches.segment(ref, stored=False)) is not None:
                return made
        raise Corrupt(
            f"ledger of {self.model}: its looks {ref.sha256[:12]}… are not in the log. Delete "
            f"{self.caches.pointer_key} and {self.caches.snapshot_key}: they are made again from the log"
        )

    def look(self, state: State, look: str, periods: tuple[str, ...]) -> LookTaken | None:
        """The look at `periods` with this identity, if it was taken by `state`."""
        return looks.find_look(state, look, self, periods)

    def looks_at(self, state: State, periods: tuple[str, ...]) -> tuple[LookTaken, ...]:
        """Looks that by `state` have spent budget on a holdout which shares a period with `periods`."""
        return looks.looks_at(state, periods, self)

    def append(self, decide: Callable[[State], Body | None]) -> State:
        """Append what `decide` makes of the newest state, and return the state after it.

        `decide` is asked again at each retry, on the state that won; it raises to refuse
        (the fence), and returns None when the log already says it (idempotence).
        Raises `Conflict` if others win too many times in a row, and `StoreUnavailable` where the store
        does not answer: if that is after the entry was sent, the message says that it may be in.
        """
        for attempt in range(_ATTEMPTS):
            state = self.state()
            body = decide(state)
            if body is None:
                return state
            entry = self._next(state, body)
            data = entry.to_bytes()
            # Before it is written: an entry that does not follow would be one for ever.
            after = self._advanced(state, entry, digest(data))
            try:
                created = self._created(self.key(entry.number), data)
            except StoreUnavailable as error:
                raise StoreUnavailable(f"{error}. {_may_be_in(entry)}") from error
            if not created:
                # Somebody else has this number. Wait a little at random, then read on.
                time.sleep(random.uniform(0, min(0.5, 0.005 * 2 ** min(attempt, 7))))  # noqa: S311 - no secret
                continue
            self._known = after
            self.caches.renew(after)
            _log.info("ledger %s: entry %d, %s", self.model, entry.number, body.kind)
            return after
        raise Conflict(f"ledger of {self.model}: {_ATTEMPTS} others were faster in a row; try again")

    def _advanced(self, state: State, entry: Entry, head: str) -> State:
        after = advance(state, entry, head, self)
        self.caches.keep(moved_out(state, entry.body))
        return after

    def _created(self, key: str, data: bytes) -> bool:
        """Whether the entry at `key` is ours, by its bytes: the transaction id makes them nobody else's.

        Read back also after a success: a store was once seen to tell two creators that they had won.
        """
        try:
            self.store.create(key, data)
        except Precondition:
            return False
        found = self.store.get(key)
        return found is not None and found[0] == data

    def _next(self, state: State, body: Body) -> Entry:
        return Entry(
            number=state.number + 1,
            model=self.model,
            previous=state.head,
            transaction=uuid.uuid4().hex,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            actor=actor(),
            code=code_version(),
            body=body,
        )

    def _read(self, number: int) -> tuple[Entry, str] | None:
        found = self.store.get(self.key(number))
        if found is None:
            return None
        entry = parse_entry(found[0], key=self.key(number), number=number)
        if entry.model != self.model:
            raise Corrupt(f"{self.key(number)}: expected model {self.model}, found {entry.model[:80]!a}")
        return entry, digest(found[0])

    def _cached(self) -> State:
        """The fold of pointer or snapshot, if one can be read; else the empty state, to fold it all.

        Raises `Corrupt` if it names another entry than the log has: its writer had read that entry back.
        """
        for key in self.caches.keys:
            state = self.caches.told(key)
            if state is not None:
                self._must_have(state, key)
                return state
        return State()

    def _must_have(self, told: State, cache: str) -> None:
        found = self.store.get(self.key(told.number))
        if found is None or digest(found[0]) != told.head:
            what = "nothing" if found is None else f"bytes that hash to {digest(found[0])[:12]}…"
            named = f"{cache} names an entry that hashes to {str(told.head)[:12]}…"
            raise Corrupt(
                f"{self.key(told.number)}: {named}, found {what}: damaged, lost, or of another ledger. Bring "
                f"the entry back from a backup; or, to go on with the log as it is, delete "
                f"{' and '.join(self.caches.keys)}"
            )


def _may_be_in(entry: Entry) -> str:
    sent = f"Entry {entry.number} ({entry.body.kind})"
    return f"{sent} may be in all the same: look at `evergreen history` before you repeat it"
