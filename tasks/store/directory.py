"""A local directory as a store, with the promises of S3 between processes of one machine.

An object is the file at its key. What is not an object (the lock, files being written) lies in a folder
whose name no key can have. Every write holds the lock, so a file found there by its holder is a crash's.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tasks.documents import digest
from tasks.errors import BadInput, StoreUnavailable
from tasks.hashes import KnownHashes
from tasks.store.interface import Object, Precondition
from tasks.store.keys import checked, checked_prefix
from tasks.store.probe import probe

_PRIVATE = ".evergreen~"
LOCK_SECONDS = 60.0
"""How long to wait for the lock, which others hold for one write at a time."""


class DirectoryStore:
    """The files below `path`, which is made by the first write. An etag is the SHA-256 of the content."""

    def __init__(self, path: Path | str) -> None:
        self._root = Path(path).expanduser().absolute()

    @property
    def url(self) -> str:
        """`file:///absolute/path`."""
        return self._root.as_uri()

    @property
    def rehearsal(self) -> bool:
        """Always: a directory is one machine's own."""
        return True

    def get(self, key: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """Bytes and etag; see `Store.get`."""
        with self._serving():
            data = _content(self._path(key))
        if data is None:
            return None
        if etag not in {None, digest(data)}:
            raise Precondition(f"{self.url}/{key} is not the version {etag} any more: read it again.")
        return data, digest(data)

    def create(self, key: str, data: bytes) -> str:
        """Write a new object; see `Store.create`."""
        with self._writing(key) as (path, temporary):
            _write(temporary, data)
            try:
                path.hardlink_to(temporary)  # which, unlike a rename, never writes over what is there
            except FileExistsError:
                if _content(path) != data:
                    raise Precondition(f"{self.url}/{key} exists already, with other content.") from None
            _sync(path.parent)
        return digest(data)

    def replace(self, key: str, data: bytes, *, etag: str) -> str:
        """Write over the version `etag`; see `Store.replace`."""
        with self._writing(key) as (path, temporary):
            present = _content(path)
            if present is None or (digest(present) != etag and present != data):
                raise Precondition(
                    f"{self.url}/{key} is not the version {etag} any more (or is gone): read it again.",
                )
            _write_over(path, temporary, data)
        return digest(data)

    def put(self, key: str, data: bytes) -> str:
        """Write without a condition; see `Store.put`."""
        with self._writing(key) as (path, temporary):
            _write_over(path, temporary, data)
        return digest(data)

    def exists(self, key: str) -> bool:
        """Whether there is an object at `key`."""
        with self._serving():
            return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the object and the folders it leaves empty; no error if there is none."""
        path = self._path(key)
        if not self.exists(key):
            return
        with self._serving(), self._locked():
            path.unlink(missing_ok=True)
            _sync(path.parent)
            for folder in path.parents:
                if folder == self._root or any(folder.iterdir()):
                    break
                folder.rmdir()

    def list(self, prefix: str) -> Iterator[Object]:
        """Objects under `prefix`, in key order. A file is read, to hash it, unless that was done before."""
        with self._serving():
            keys = sorted(self._keys(checked_prefix(prefix)))
        private = self._root / _PRIVATE
        known = KnownHashes(private / "known" / f"{digest(prefix.encode())}.json", by="st_ctime_ns")
        for key in keys:
            path = self._root / key
            with self._serving():
                try:
                    about = path.stat()
                    etag = known.of(path, about)
                except FileNotFoundError:
                    continue  # deleted since: a listing is a hint
            yield Object(key, etag, about.st_size, datetime.fromtimestamp(about.st_mtime, UTC))
        # Of folders only, since each keeps a file; and a directory that nobody wrote to may be no store.
        if prefix.endswith("/") and private.is_dir():
            known.save()

    def probe(self) -> None:
        """Raise `UnsafeStore` unless the file system keeps the promises; see `Store.probe`."""
        probe(self)

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def _keys(self, prefix: str) -> Iterator[str]:
        for folder, folders, files in os.walk(self._root / prefix.rpartition("/")[0], onerror=_unless_absent):
            folders[:] = [name for name in folders if name != _PRIVATE]
            for name in files:
                key = (Path(folder) / name).relative_to(self._root).as_posix()
                if key.startswith(prefix):
                    yield key

    @contextmanager
    def _writing(self, key: str) -> Iterator[tuple[Path, Path]]:
        """The object's path and a temporary one, both in folders that exist, under the lock."""
        path = self._path(key)
        with self._serving(), self._locked() as private:
            for stale in private.glob("*.tmp"):
                stale.unlink()
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                raise self._both(key) from None
            if path.is_dir():
                raise self._both(key)
            temporary = private / "object.tmp"
            yield path, temporary
            temporary.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[Path]:
        """Hold the store's lock, in a private folder; the kernel releases it however the process ends."""
        private = self._root / _PRIVATE
        private.mkdir(parents=True, exist_ok=True)
        with (private / "lock").open("w") as lock:
            _acquire(lock.fileno(), time.monotonic() + LOCK_SECONDS)
            yield private

    @contextmanager
    def _serving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnavailable(
                f"The directory store {self.url} could not be used: {error.strerror} ({error.filename}). "
                "Check that it is a directory that you may write to, and that the disk has room.",
            ) from error

    def _both(self, key: str) -> BadInput:
        return BadInput(
            f"{self.url} holds objects as files, so no object may be a folder of another; {key!r} would be. "
            "Give it another name.",
        )


def _acquire(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    error.errno, f"another process held the lock for {LOCK_SECONDS:g} s"
                ) from None
            time.sleep(0.002)
        else:
            return


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def _unless_absent(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _write(temporary: Path, data: bytes) -> None:
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _write_over(path: Path, temporary: Path, data: bytes) -> None:
    _write(temporary, data)
    temporary.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
