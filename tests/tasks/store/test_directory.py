"""What is particular to a directory: crashes, foreign files, the lock, the limits of file names."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tasks.documents import digest
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


class TestListing:
    """A file's content is read once, however often it is listed, and again after any change."""

    @pytest.fixture
    def reads(self, monkeypatch) -> list[Path]:
        """The files that listings have read; all of them count as written long ago."""
        found: list[Path] = []

        def read(path: Path) -> str:
            found.append(path)
            return digest(path.read_bytes())

        monkeypatch.setattr("tasks.hashes.digest_file", read)
        monkeypatch.setattr("tasks.hashes.SETTLED_NS", 0)
        return found

    def test_reads_each_file_once(self, directory, root, reads):
        """Whichever process lists; a listing of another folder makes none of them forgotten."""
        directory.put("a/1", b"one")
        directory.put("a/2", b"two")
        directory.put("b/3", b"three")
        for store in (directory, DirectoryStore(root)):
            assert [one.etag for one in store.list("a/")] == [digest(b"one"), digest(b"two")]
            assert [one.etag for one in store.list("b/")] == [digest(b"three")]
        assert reads == [root / "a" / "1", root / "a" / "2", root / "b" / "3"]

    def test_reads_what_is_new_of_many(self, directory, root, reads):
        """One new file among many costs one file."""
        for number in range(20):
            directory.put(f"a/{number}", b"old")
        list(directory.list("a/"))
        reads.clear()
        directory.put("a/20", b"new")
        assert len(list(directory.list("a/"))) == 21
        assert reads == [root / "a" / "20"]

    @pytest.mark.usefixtures("reads")
    def test_sees_a_change_that_hides(self, directory, root):
        """Other bytes of the same length, in place, with the time of the change put back."""
        directory.put("a/1", b"one")
        list(directory.list("a/"))
        before = (root / "a" / "1").stat()
        time.sleep(0.02)
        with (root / "a" / "1").open("r+b") as file:
            file.write(b"two")
        os.utime(root / "a" / "1", ns=(before.st_atime_ns, before.st_mtime_ns))
        (found,) = directory.list("a/")
        assert found.etag == digest(b"two")
        assert directory.get("a/1", etag=found.etag) == (b"two", found.etag)

    def test_does_not_remember_what_has_just_changed(self, directory, monkeypatch):
        """Another change within one tick of the file system's clock would leave no trace."""
        monkeypatch.setattr("tasks.hashes.SETTLED_NS", 10**15)
        directory.put("a/1", b"one")
        list(directory.list("a/"))
        monkeypatch.setattr("tasks.hashes.digest_file", lambda _: "0" * 64)
        assert next(directory.list("a/")).etag == "0" * 64

    @pytest.mark.usefixtures("reads")
    def test_writes_nothing_into_what_may_be_no_store(self, directory, root):
        """A folder that somebody named by mistake stays as it is."""
        (root / "a").mkdir(parents=True)
        (root / "a" / "1").write_bytes(b"one")
        assert len(list(directory.list("a/"))) == 1
        assert [path.name for path in root.iterdir()] == ["a"]

    @pytest.mark.usefixtures("reads")
    @pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", b'{"1:2": [3]}'])
    def test_takes_anew_what_it_cannot_read(self, directory, root, damage):
        """What is known may be lost: that costs time and nothing else."""
        directory.put("a/1", b"one")
        list(directory.list("a/"))
        (kept,) = (root / ".evergreen~" / "known").iterdir()
        kept.write_bytes(damage)
        assert next(directory.list("a/")).etag == digest(b"one")

    @pytest.mark.usefixtures("reads")
    def test_lists_where_nothing_can_be_kept(self, directory, root, caplog):
        """As in a store that may only be read."""
        directory.put("a/1", b"one")
        (root / ".evergreen~" / "known").write_bytes(b"in the way")
        assert [one.etag for one in directory.list("a/")] == [digest(b"one")]
        assert "hashes are not kept" in caplog.text


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
