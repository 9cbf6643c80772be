"""A folder is looked at once, and says of each file what a look at that file would say."""

from pathlib import Path

import pytest

from tasks.folders import stats


def test_is_what_each_file_says(tmp_path: Path) -> None:
    """Size, time, inode: of a link, of what it leads to."""
    (tmp_path / "a").write_bytes(b"abc")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "c").mkdir()
    assert stats(tmp_path) == {name: (tmp_path / name).stat() for name in ("a", "b", "c")}
    assert stats(tmp_path)["b"].st_size == 3


def test_leaves_out_what_leads_nowhere(tmp_path: Path) -> None:
    """As a file that goes while the folder is looked at."""
    (tmp_path / "a").symlink_to(tmp_path / "gone")
    assert stats(tmp_path) == {}
    assert stats(tmp_path / "no folder") == {}


def open_files() -> int:
    """How many this process has."""
    return len(list(Path("/dev/fd").iterdir()))


def test_leaves_nothing_open(tmp_path: Path) -> None:
    """A file is no folder, which is an error, and costs no descriptor."""
    (tmp_path / "file").write_bytes(b"")
    before = open_files()
    for _ in range(10):
        stats(tmp_path)
        with pytest.raises(NotADirectoryError):
            stats(tmp_path / "file")
    assert open_files() == before
