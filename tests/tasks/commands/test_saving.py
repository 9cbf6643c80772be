"""A command that saves a file saves it over nothing that the model folder is made of."""

from pathlib import Path

import pytest
from commands import evergreen
from factories import small_batch

from tasks.__main__ import evergreen as group
from tasks.commands.saving import SavedFile, refuse_own
from tasks.errors import BadInput

COMMANDS = {
    "history": ("history", "--page"),
    "drift": ("drift", "--page"),
    "docs": ("docs", "--page"),
    "show": ("show", 4, "--report"),
    "card": ("card", 4, "--save"),
    "score": ("score", "rows.parquet"),
}


class TestOwnFiles:
    """What the folder is made of stays as it is."""

    def test_are_asked_about_by_every_command_that_saves(self) -> None:
        """These are all of them; a new one joins this table."""
        saving = {
            name for name, one in group.commands.items()
            if any(isinstance(param.type, SavedFile) for param in one.params)
        }  # fmt: skip
        assert saving == set(COMMANDS)

    @pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
    def test_are_refused_by_each_command(self, folder: Path, command: tuple[object, ...]) -> None:
        """params.yaml is what it was, and one line says why."""
        before = (folder / "params.yaml").read_bytes()
        said = evergreen(*command, folder / "params.yaml", "-C", folder)
        assert (said.status, said.err.count("\n")) == (2, 1)
        assert f"params.yaml: belongs to the model folder {folder}; name another file" in said.err
        assert (folder / "params.yaml").read_bytes() == before

    @pytest.mark.parametrize(
        "name",
        ["dvc.yaml", "dvc.lock", "champion.json", "code.json", "environment.json", "data/x.html",
         ".dvc/config", ".evergreen/runs/x", "store/ledger/small/x.json", "pages/../dvc.yaml", "link.html"],
    )  # fmt: skip
    def test_are_these(self, folder: Path, name: str) -> None:
        """By whatever path: also whatever data, DVC, runs and a store of its own keep."""
        (folder / "pages").mkdir()
        (folder / "link.html").symlink_to(folder / "params.yaml")
        with pytest.raises(BadInput, match="belongs to the model folder"):
            refuse_own(folder, folder / name)

    @pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
    def test_are_no_folders(self, folder: Path, tmp_path: Path, command: tuple[object, ...]) -> None:
        """One line says that a folder is none."""
        said = evergreen(*command, tmp_path, "-C", folder)
        assert (said.status, said.err) == (
            2,
            f"evergreen: {tmp_path}: Is a directory; name a file to save to\n",
        )

    @pytest.mark.parametrize("name", ["page.html", "pages/x.html", "../scores.parquet"])
    def test_are_not_others(self, folder: Path, name: str) -> None:
        """A page beside them, and whatever lies outside, is the caller's."""
        refuse_own(folder, folder / name)


class TestScores:
    """They are written to a file of their own."""

    def test_never_over_their_rows(self, folder: Path, tmp_path: Path) -> None:
        """The same file, also by another name, is refused before anything is read."""
        rows = tmp_path / "rows.parquet"
        rows.write_bytes(small_batch("2024-05", rows=20))
        (tmp_path / "link.parquet").hardlink_to(rows)
        before = rows.read_bytes()
        for target in (rows, tmp_path / "link.parquet"):
            said = evergreen("score", rows, target, "-C", folder)
            assert (said.status, rows.read_bytes()) == (2, before)
            assert "is the file that is read" in said.err
