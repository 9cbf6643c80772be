"""Which files are read: tables alone, and each of them once."""

import pytest

from tasks.errors import BadInput
from tasks.tables.paths import files_of


def test_a_folder_is_its_tables(tmp_path):
    """By their names; other files are left."""
    for name in ("b.csv", "a.parquet", "note.txt"):
        (tmp_path / name).write_text(name)
    assert [one.name for one in files_of([tmp_path])] == ["a.parquet", "b.csv"]


def test_a_file_that_comes_twice_is_refused(tmp_path):
    """Its rows would be doubled: by the same name, in its folder, or as a copy."""
    one, copy = tmp_path / "a.csv", tmp_path / "a (1).csv"
    one.write_text("x\n1\n")
    for paths in ([one, one], [tmp_path, one]):
        with pytest.raises(BadInput, match=r"a\.csv: holds the same bytes as .*a\.csv: give each row once"):
            files_of(paths)
    copy.write_text("x\n1\n")
    with pytest.raises(BadInput, match="holds the same bytes"):
        files_of([tmp_path])
    copy.write_text("x\n2\n")
    assert len(files_of([tmp_path])) == 2
    (tmp_path / "a.csv.gz").write_bytes(b"packed")
    with pytest.raises(BadInput, match="a: is there in two formats: give one of them"):
        files_of([tmp_path])
