"""What a fold may ask of the entries before, where its state is not enough."""

from dataclasses import dataclass, field
from typing import Protocol

from tasks.errors import Corrupt
from tasks.ledger.entries import Entry
from tasks.ledger.segments import Segment
from tasks.ledger.state import SegmentRef


class Past(Protocol):
    """Entries by number and segments by hash; both raise `Corrupt` for what is not there."""

    def entry(self, number: int) -> Entry:
        """Entry `number`."""

    def segment(self, ref: SegmentRef) -> Segment:
        """The looks that `ref` names."""


@dataclass
class InMemory:
    """What a fold has seen itself."""

    entries: dict[int, Entry] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)

    def keep(self, entry: Entry, segment: Segment | None) -> None:
        """Keep an entry, and the looks that move out with it if any do."""
        self.entries[entry.number] = entry
        if segment is not None:
            self.segments[segment.ref.sha256] = segment

    def entry(self, number: int) -> Entry:
        """See `Past.entry`."""
        if number not in self.entries:
            raise Corrupt(f"expected ledger entry {number}, which is not at hand")
        return self.entries[number]

    def segment(self, ref: SegmentRef) -> Segment:
        """See `Past.segment`."""
        if ref.sha256 not in self.segments:
            raise Corrupt(f"expected the looks of segment {ref.sha256[:12]}…, which are not at hand")
        return self.segments[ref.sha256]


NOTHING = InMemory()
"""The past of a fold that has its state and nothing else."""
