"""Documents that never change, kept on this machine, too: a run asks the store for none that it knows.

Of what lies beside a batch, by the batch's hash and by what it depends on: reports and profiles. There is
one for each period that a champion learned from and each that came since, and an S3 takes its time for each.
"""

import re
from contextlib import suppress
from pathlib import Path

from tasks.documents import digest, write_atomically
from tasks.store.interface import Store

_UNCHANGING = re.compile(r"batches/[^/]+/[0-9a-f]{64}\.[^/]+\.json")


class Near:
    """Documents of `store`, of which copies lie in `folder`; what has no such name is the store's alone.

    A copy stands behind its SHA-256: one that is damaged is none.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._asked: set[str] = set()

    def get(self, key: str) -> tuple[bytes, str] | None:
        """Bytes and etag, which is empty where the store was not asked; see `Store.get`."""
        path = self._path(key)
        if path is None:
            return self._store.get(key)
        if (copy := _read(path)) is not None:
            return copy, ""
        found = self._store.get(key)
        if found is not None:
            _write(path, found[0])
        return found

    def put(self, key: str, data: bytes) -> str:
        """Here and in the store; see `Store.put`."""
        if (path := self._path(key)) is not None:
            _write(path, data)
        return self._store.put(key, data)

    def forget(self) -> None:
        """Remove what nobody has asked for since this was made."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in self._asked:
                    path.unlink()

    def _path(self, key: str) -> Path | None:
        if _UNCHANGING.fullmatch(key) is None:
            return None
        name = key.rpartition("/")[2]
        self._asked.add(name)
        return self._folder / name


def _read(path: Path) -> bytes | None:
    try:
        sha256, _, data = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return data if digest(data).encode() == sha256 else None


def _write(path: Path, data: bytes) -> None:
    """Where it cannot be kept, it is asked for again."""
    with suppress(OSError):
        write_atomically(path, digest(data).encode() + b"\n" + data)
