"""The log on an object store: strong reads, fenced appends.

Entry n+1 is created with `If-None-Match: *`, so each number has one writer. The pointer is a
cache of the fold: a reader takes it, checks that it belongs to this chain, and goes on to n+1
until there is none. Every so many entries the same fold is kept as a snapshot, for when the pointer
is of no use. A lost, stale or wrong pointer or snapshot costs requests, never truth.
"""

import logging
import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from tasks.code import code_version
from tasks.documents import digest
from tasks.errors import Conflict, Corrupt, StoreUnavailable
from tasks.ledger.entries import Body, Entry, parse_entry
from tasks.ledger.fold import advance
from tasks.ledger.sealed import sealed, unsealed
from tasks.ledger.state import State
from tasks.store import Precondition, Store

_ATTEMPTS = 200
SNAPSHOT_EVERY = 500
"""Entries from one snapshot to the next: the most that a reader without a pointer has to read."""
_log = logging.getLogger(__name__)


def actor() -> str:
    """Who acts: `EVERGREEN_ACTOR`, or the user."""
    return os.environ.get("EVERGREEN_ACTOR") or os.environ.get("USER") or f"uid {os.getuid()}"


class Ledger:
    """The ledger of one model. Not for use by several threads at once."""

    def __init__(self, store: Store, model: str) -> None:
        self.store = store
        self.model = model
        self._known: State | None = None

    def key(self, number: int) -> str:
        """Where entry `number` lies."""
        return f"ledger/{self.model}/{number:020d}.json"

    @property
    def pointer_key(self) -> str:
        """Where the cached fold lies."""
        return f"pointers/{self.model}.json"

    @property
    def snapshot_key(self) -> str:
        """Where the fold at the last full `SNAPSHOT_EVERY` entries lies."""
        return f"snapshots/{self.model}.json"

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

    def state(self) -> State:
        """The fold of the whole log as of now: a strong read."""
        state = self._known or self._cached()
        for entry, head in self.entries(state.number + 1):
            state = advance(state, entry, head)
        self._known = state
        return state

    def append(self, decide: Callable[[State], Body | None]) -> State:
        """Append what `decide` makes of the newest state, and return the state after it.

        `decide` is asked again at each retry, on the state that won; it raises to refuse
        (the fence), and returns None when the log already says it (idempotence).
        Raises `Conflict` if others win too many times in a row.
        """
        for attempt in range(_ATTEMPTS):
            state = self.state()
            body = decide(state)
            if body is None:
                return state
            entry = self._next(state, body)
            data = entry.to_bytes()
            # Before it is written: an entry that does not follow would be one for ever.
            after = advance(state, entry, digest(data))
            if not self._created(self.key(entry.number), data):
                # Somebody else has this number. Wait a little at random, then read on.
                time.sleep(random.uniform(0, min(0.5, 0.005 * 2 ** min(attempt, 7))))  # noqa: S311 - no secret
                continue
            self._known = after
            self._cache(after)
            _log.info("ledger %s: entry %d, %s", self.model, entry.number, body.kind)
            return after
        raise Conflict(f"ledger of {self.model}: {_ATTEMPTS} others were faster in a row; try again")

    def _cache(self, state: State) -> None:
        """Renew the pointer, and a snapshot that is due; the entry is in, whatever the store says now."""
        due = [self.snapshot_key] if state.number % SNAPSHOT_EVERY == 0 else []
        for key in (self.pointer_key, *due):
            try:
                self.store.put(key, sealed(state))
            except StoreUnavailable as error:
                _log.warning("%s: not renewed, which costs the next reader requests: %s", key, error)

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
            raise Corrupt(f"{self.key(number)}: expected model {self.model}, found {entry.model}")
        return entry, digest(found[0])

    def told(self, key: str) -> State | None:
        """What a pointer or a snapshot says, if it is a whole fold; nothing to be believed as it is."""
        found = self.store.get(key)
        if found is None:
            return None
        state = unsealed(found[0])
        if state is None:
            _log.warning("%s: damaged, or no fold of the ledger by this version; going on without it", key)
        return state

    def _cached(self) -> State:
        """The fold of pointer or snapshot if one is of this chain; else the empty state, to fold it all."""
        for key in (self.pointer_key, self.snapshot_key):
            state = self.told(key)
            if state is None:
                continue
            head = self.store.get(self.key(state.number))
            if head is not None and digest(head[0]) == state.head:
                return state
            _log.warning("%s: of another chain; going on without it", key)
        return State()
