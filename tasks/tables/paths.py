"""Which files are tables: those that are named, and those of a folder, each once."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tasks.documents import digest_file
from tasks.errors import BadInput
from tasks.intake.names import ending


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The files, and a folder's by their names; raises `BadInput` for what is no table, or there twice."""
    files = [file for path in paths for file in _files(path)]
    _refuse_twice(files)
    return files


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not ending(path.name):
            raise BadInput(f"{path}: expected a table that ends in .parquet, .csv or .csv.gz")
        return [path]
    found = sorted(one for one in path.iterdir() if one.is_file() and ending(one.name))
    if not found:
        raise BadInput(f"{path}: expected tables (.parquet, .csv, .csv.gz) in this folder, found none")
    return found


def _refuse_twice(files: Sequence[Path]) -> None:
    """Each row of a file that is there twice would be two. Only files of one size are compared."""
    names = [one.with_name(one.name.removesuffix(ending(one.name))) for one in files]
    known: dict[tuple[int, str], Path] = {}
    sizes = [one.stat().st_size for one in files]
    count = Counter(sizes)
    for file, size in zip(files, sizes, strict=True):
        if count[size] == 1:
            continue
        content = size, digest_file(file)
        if content in known:
            raise BadInput(f"{file}: holds the same bytes as {known[content]}: give each row once")
        known[content] = file
    formats = [one for one, count in Counter(names).items() if count > 1]
    if formats:
        raise BadInput(f"{formats[0]}: is there in two formats: give one of them")
