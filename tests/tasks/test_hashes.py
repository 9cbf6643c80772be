"""A file's hash is taken once; a file that has changed is hashed again."""

import os
from pathlib import Path

import pytest

from tasks.documents import digest
from tasks.hashes import KnownHashes
from tasks.workspace import Workspace

LONG_AGO_NS = 1_600_000_000 * 10**9


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that has not changed for years."""
    path = tmp_path / "file"
    written(path, b"some bytes")
    return path


def written(path: Path, data: bytes, when: int = LONG_AGO_NS) -> None:
    """Bytes at `path`, last changed at `when`."""
    path.write_bytes(data)
    os.utime(path, ns=(when, when))


def hashed(kept: Path, path: Path) -> tuple[str, int]:
    """What a new process says about a file, and how many files it had to read."""
    hashes = KnownHashes(kept)
    sha256 = hashes.of(path)
    hashes.save()
    return sha256, hashes.hashed


class TestOnce:
    """What has not changed is not read again."""

    def test_the_second_time(self, tmp_path, file):
        """A file is read once, by whichever process."""
        kept = tmp_path / "hashes.json"
        assert hashed(kept, file) == (digest(b"some bytes"), 1)
        assert hashed(kept, file) == (digest(b"some bytes"), 0)

    def test_by_another_name(self, tmp_path, file):
        """A link to the same file, as DVC makes them for each run, is the same file."""
        kept = tmp_path / "hashes.json"
        hashed(kept, file)
        (tmp_path / "link").hardlink_to(file)
        assert hashed(kept, tmp_path / "link") == (digest(b"some bytes"), 0)

    def test_what_nobody_asks_for_is_forgotten(self, tmp_path, file):
        """What is kept does not grow with files that are gone."""
        kept = tmp_path / "hashes.json"
        hashed(kept, file)
        written(tmp_path / "other", b"other bytes")
        hashed(kept, tmp_path / "other")
        assert hashed(kept, file)[1] == 1


class TestChanged:
    """A changed file is found, whichever trace the change has left."""

    def test_other_bytes_of_the_same_length(self, tmp_path, file):
        """One changed byte shows by the time of the change."""
        kept = tmp_path / "hashes.json"
        hashed(kept, file)
        written(file, b"some bytEs", LONG_AGO_NS + 1)
        assert hashed(kept, file) == (digest(b"some bytEs"), 1)

    def test_another_length_at_the_same_time(self, tmp_path, file):
        """More bytes show by their number."""
        kept = tmp_path / "hashes.json"
        hashed(kept, file)
        written(file, b"some more bytes")
        assert hashed(kept, file) == (digest(b"some more bytes"), 1)

    def test_another_file_in_its_place(self, tmp_path, file):
        """A file of the same length and time that takes its place shows by its inode."""
        kept = tmp_path / "hashes.json"
        hashed(kept, file)
        written(tmp_path / "other", b"some bytEs")
        (tmp_path / "other").replace(file)
        assert hashed(kept, file) == (digest(b"some bytEs"), 1)

    def test_a_file_written_just_now(self, tmp_path, file):
        """It is hashed each time: a second change within a tick of the clock would leave no trace."""
        kept = tmp_path / "hashes.json"
        file.write_bytes(b"new")
        assert hashed(kept, file) == (digest(b"new"), 1)
        assert hashed(kept, file) == (digest(b"new"), 1)

    def test_a_file_from_the_future(self, tmp_path, file):
        """A clock that is ahead is not believed either."""
        kept = tmp_path / "hashes.json"
        written(file, b"some bytes", 4_000_000_000 * 10**9)
        hashed(kept, file)
        assert hashed(kept, file)[1] == 1


class TestWhatIsKept:
    """It is a cache: damaged, lost or not to be written, it only costs time."""

    @pytest.mark.parametrize(
        "damage",
        [b"", b"[]", b"\xff", b'{"1:2": 3}', b'{"1:2": [1, 2, "x"]}', b'{"files": {"1:2": {"size": 1}}}'],
    )
    def test_damaged(self, tmp_path, file, damage):
        """Hashes that cannot be read are taken anew."""
        kept = tmp_path / "hashes.json"
        kept.write_bytes(damage)
        assert hashed(kept, file) == (digest(b"some bytes"), 1)
        assert hashed(kept, file)[1] == 0

    def test_where_nothing_can_be_written(self, file, caplog):
        """The hash is right, and the log says that it was not kept."""
        assert hashed(file / "hashes.json", file) == (digest(b"some bytes"), 1)
        assert "hashes are not kept" in caplog.text

    def test_a_run_has_its_folder_s(self, tmp_path):
        """A run's workspace and its model folder know the same hashes."""
        home = Workspace(tmp_path / "model")
        assert Workspace(home.runs / "20240101T000000-abcd1234").known_hashes == home.known_hashes
        assert home.known_hashes == home.root / ".evergreen" / "hashes.json"
