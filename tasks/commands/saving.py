"""Files that a command saves where it is told to: never over what the model folder itself is made of."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import click

from tasks.errors import BadInput

if TYPE_CHECKING:
    from tasks.workspace import Workspace


class SavedFile(click.Path):
    """The type of an argument or option that names a file to write; `command` refuses a folder's own."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)


def saved_files(function: Any) -> tuple[str, ...]:
    """The names of those among a command's arguments and options."""
    declared = getattr(function, "__click_params__", ())
    return tuple(str(one.name) for one in declared if isinstance(one.type, SavedFile))


def refuse_own(folder: Path, *targets: Path | None) -> None:
    """Raise `BadInput` for a folder, and for a file of the model folder, of its data or of its store."""
    for target in filter(None, targets):
        # Only a command that saves something needs the settings here.
        from tasks.workspace import open_folder

        if target.is_dir():
            raise BadInput(f"{target}: Is a directory; name a file to save to")
        home, wanted = open_folder(folder), target.resolve()
        files = {*home.artifact_paths().values(), home.champion_pin, home.code_pin, home.table_form}
        trees = [home.data, home.dvc_cache.parent, home.runs.parent, home.root / ".git", *_store(home)]
        own = wanted in {one.resolve() for one in files}
        if own or any(wanted.is_relative_to(one.resolve()) for one in trees):
            raise BadInput(f"{target}: belongs to the model folder {home.root}; name another file to save to")


def refuse_same(source: Path, target: Path) -> None:
    """Raise `BadInput` where a command would write over what it reads."""
    if target.exists() and source.exists() and target.samefile(source):
        raise BadInput(f"{target}: is the file that is read; name another file to save to")


def _store(home: "Workspace") -> tuple[Path, ...]:
    from tasks.version.remote import store_url

    url = store_url(home)
    return () if url.startswith("s3://") else (Path(unquote(url.removeprefix("file://"))),)
