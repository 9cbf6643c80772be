"""What is particular to a directory: crashes, foreign files, the lock, the limits of file names."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tasks.errors import BadInput, StoreUnavailable
from tasks.store import Precondition
from tasks.store.directory import DirectoryStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def directory(root: Path) -> DirectoryStore:
    return DirectoryStore(root)


class TestCrash:
    def test_a_writer_killed_halfway_leaves_nothing_visible(self, directory, root):
        """Its temporary file is not listed, not readable as an object, and gone after the next write."""
        code = (
            "import os, sys, tasks.store.directory as d\n"
            "d.os.fsync = lambda _: os.kill(os.getpid(), 9)\n"
            "d.DirectoryStore(sys.argv[1]).put('k', b'half')\n"
        )
        killed = subprocess.run([sys.executable, "-c", code, str(root)], check=False)
        assert killed.returncode == -9
        left = list(root.rglob("*.tmp"))
        assert len(left) == 1
        assert directory.get("k") is None
        assert list(directory.list("")) == []
        directory.put("other", b"1")
        assert not left[0].exists()

    def test_the_lock_of_a_killed_process_is_free(self, directory, root):
        """The kernel releases it, so nobody has to remove a stale lock by hand."""
        code = (
            "import os, sys, tasks.store.directory as d\n"
            "with d.DirectoryStore(sys.argv[1])._locked(): os.kill(os.getpid(), 9)\n"
        )
        assert subprocess.run([sys.executable, "-c", code, str(root)], check=False).returncode == -9
        directory.create("k", b"1")


class TestLock:
    def test_waiting_for_it_is_bounded(self, directory, root, monkeypatch):
        """A process that holds the lock and hangs makes the store unavailable, not the caller hang."""
        monkeypatch.setattr("tasks.store.directory.LOCK_SECONDS", 0.1)
        directory.put("k", b"1")
        with (root / ".evergreen~" / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(StoreUnavailable, match="another process held the lock"):
                directory.put("k", b"2")
        directory.put("k", b"2")

    def test_creation_does_not_rest_on_it_alone(self, directory, monkeypatch):
        """A program that knows nothing of the lock puts a file in place meanwhile: it is not written over."""

        def overtaken(temporary: Path, data: bytes) -> None:
            temporary.write_bytes(data)
            (directory._root / "k").write_bytes(b"theirs")

        monkeypatch.setattr("tasks.store.directory._write", overtaken)
        with pytest.raises(Precondition):
            directory.create("k", b"mine")
        assert directory.get("k")[0] == b"theirs"


class TestForeignFiles:
    def test_files_put_there_by_hand_are_objects(self, directory, root):
        """Data may arrive by copying files into the directory."""
        (root / "incoming").mkdir(parents=True)
        (root / "incoming" / "2013-01.parquet").write_bytes(b"rows")
        (found,) = directory.list("incoming/")
        assert directory.get(found.key, etag=found.etag) == (b"rows", found.etag)

    def test_touching_a_file_changes_no_version(self, directory, root):
        """Content counts, not times."""
        etag = directory.put("k", b"1")
        os.utime(root / "k", (1, 1))
        assert next(directory.list("")).etag == etag


class TestLimits:
    def test_an_object_cannot_be_a_folder_of_another(self, directory):
        """S3 allows both `a` and `a/b`; files do not, and the message says so."""
        directory.put("a", b"1")
        directory.put("c/d", b"1")
        for key in ("a/b", "a/b/c", "c"):
            for write in (directory.create, directory.put):
                with pytest.raises(BadInput, match="no object may be a folder of another"):
                    write(key, b"2")

    def test_a_root_that_is_a_file_is_unavailable(self, tmp_path):
        """One clear message, with the path."""
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(StoreUnavailable, match=r"file.*Check that it is a directory"):
            DirectoryStore(tmp_path / "file").put("k", b"1")

    def test_reading_creates_nothing(self, directory, root):
        """A mistyped path is not brought into being by looking at it."""
        assert directory.get("k") is None
        assert not directory.exists("k")
        assert list(directory.list("")) == []
        directory.delete("k")
        assert not root.exists()

    def test_delete_removes_the_folders_it_empties(self, directory, root):
        """No empty folders pile up, and the root stays."""
        directory.put("a/b/c", b"1")
        directory.delete("a/b/c")
        assert [path.name for path in root.iterdir()] == [".evergreen~"]
