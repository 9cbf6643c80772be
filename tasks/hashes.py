"""The hashes of files that have not changed since they were last hashed, as DVC tells it: by their stat.

A file is the same while its device, inode, size and time of change (to the nanosecond) are: the time that
a program may set (mtime), or where links do not come and go, the kernel's own (ctime). A file
that changed in the last two seconds is not remembered: another change within one tick of the file
system's clock would leave no trace. Bytes that change and leave none of these do not pass either:
`prepare` hashes what it reads.
"""

import logging
import os
import time
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from tasks.documents import SETTLED_NS, Hash, digest_file, write_atomically

_log = logging.getLogger(__name__)


_Seen = tuple[int, int, Hash]
"""A file as it was when it was hashed: its size, the time of its change in nanoseconds, the SHA-256."""
_FILES = TypeAdapter(dict[str, _Seen])


class KnownHashes:
    """Hashes kept in the file `kept`, which may be lost or damaged: they are then taken anew."""

    def __init__(self, kept: Path, *, by: Literal["st_mtime_ns", "st_ctime_ns"] = "st_mtime_ns") -> None:
        self._kept, self._by = kept, by
        self._before = _read(kept)
        self._now: dict[str, _Seen] = {}
        self.hashed = 0

    def of(self, path: str | Path, stat: os.stat_result | None = None) -> str:
        """The SHA-256 of a file's bytes; `stat` is what was seen of it before, if it was looked at."""
        stat = stat or Path(path).stat()
        place = f"{stat.st_dev}:{stat.st_ino}"
        seen = self._now.get(place) or self._before.get(place)
        size, changed = stat.st_size, getattr(stat, self._by)
        if seen is None or seen[0] != size or seen[1] != changed:
            started = time.time_ns()
            seen = (size, changed, digest_file(Path(path)))
            self.hashed += 1
            after = Path(path).stat()
            same = (after.st_ino, after.st_size, getattr(after, self._by)) == (stat.st_ino, size, changed)
            if not same or changed > started - SETTLED_NS:
                return seen[2]
        self._now[place] = seen
        return seen[2]

    def save(self) -> None:
        """Keep what was asked for since this was opened, and forget the rest; nothing is no news."""
        if self._now and self._now != self._before:
            try:
                write_atomically(self._kept, _FILES.dump_json(self._now))
            except OSError as error:
                _log.warning("%s: hashes are not kept, the next run takes them again: %s", self._kept, error)


def _read(kept: Path) -> dict[str, _Seen]:
    try:
        return _FILES.validate_json(kept.read_bytes())
    except (OSError, ValidationError):
        return {}
