"""What is kept beside the log so that nobody has to read all of it: pointer, snapshot, segments of looks.

The pointer is the fold at some entry, renewed after each append; the snapshot is the same at the last
full `SNAPSHOT_EVERY` entries, for when the pointer is of no use. One that is lost, stale or wrong
costs requests, never truth.
"""

import logging

from tasks.documents import digest
from tasks.errors import EvergreenError
from tasks.ledger.sealed import sealed, unsealed
from tasks.ledger.segments import Segment
from tasks.ledger.state import SegmentRef, State
from tasks.store import Store

SNAPSHOT_EVERY = 500
"""Entries from one snapshot to the next: the most that a reader without a pointer has to read."""
_log = logging.getLogger(__name__)


class Caches:
    """The caches of one model's ledger."""

    def __init__(self, store: Store, model: str) -> None:
        self.store = store
        self.pointer_key = f"pointers/{model}.json"
        self.snapshot_key = f"snapshots/{model}.json"
        self.keys = (self.pointer_key, self.snapshot_key)
        self._model = model
        self._segments: dict[str, Segment] = {}
        self._unwritten: dict[str, Segment] = {}

    def segment_key(self, sha256: str) -> str:
        """Where a segment lies."""
        return f"segments/{self._model}/{sha256}.json"

    def told(self, key: str) -> State | None:
        """What a pointer or a snapshot says, if it is a whole fold; nothing to be believed as it is."""
        found = self.store.get(key)
        if found is None:
            return None
        state = unsealed(found[0])
        if state is None:
            _log.warning("%s: damaged, or no fold of the ledger by this version; going on without it", key)
        return state

    def keep(self, segment: Segment | None) -> None:
        """Take looks that have moved out of the fold; they are written with the next `renew`."""
        if segment is not None:
            sha256 = segment.ref.sha256
            if sha256 not in self._segments:
                self._unwritten[sha256] = segment
            self._segments[sha256] = segment

    def segment(self, ref: SegmentRef, *, stored: bool = True) -> Segment | None:
        """The looks that `ref` names, hashed again; None where they are neither here nor in the store."""
        if ref.sha256 in self._segments or not stored:
            return self._segments.get(ref.sha256)
        key = self.segment_key(ref.sha256)
        found = self.store.get(key)
        if found is None or digest(found[0]) != ref.sha256:
            _log.warning("%s: %s; reading the log instead", key, "damaged" if found else "not there")
            return None
        self._segments[ref.sha256] = Segment.parse(found[0], key)
        return self._segments[ref.sha256]

    def renew(self, state: State) -> None:
        """Renew the pointer, and a snapshot that is due; the entry is in, whatever the store says now.

        Segments come first: what a pointer names is there.
        """
        data = sealed(state)
        due = [self.snapshot_key] if state.number % SNAPSHOT_EVERY == 0 else []
        try:
            for sha256, segment in list(self._unwritten.items()):
                self.store.put(self.segment_key(sha256), segment.to_bytes())
                del self._unwritten[sha256]
        except EvergreenError as error:
            _log.warning("%s: not renewed, which costs the next reader requests: %s", self.pointer_key, error)
            return
        for key in (self.pointer_key, *due):
            try:
                self.store.put(key, data)
            except EvergreenError as error:
                _log.warning("%s: not renewed, which costs the next reader requests: %s", key, error)
