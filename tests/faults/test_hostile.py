"""Hostile input at every door: one clear line, the documented exit status, and a store that is as it was."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from commands import Said, evergreen
from data_factories import on_paper
from factories import deliver, parquet, small_frame
from faults.hostile import CASES, CATALOGUE, HERE, POINTER, ROWS, Case, foreign_pin
from ledgers import sha
from pasts import Past, judged_once

from tasks.documents import digest_file
from tasks.opening import open_ledger


def listing(folder: Path) -> dict[str, str]:
    """Every object of the store by its hash."""
    store = folder / "store"
    files = (path for path in store.rglob("*") if path.is_file() and ".evergreen~" not in path.parts)
    return {path.relative_to(store).as_posix(): digest_file(path) for path in files}


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Two months and a champion; each test does its harm to a copy."""
    return judged_once(tmp_path_factory.mktemp("past"))


@pytest.fixture
def folder(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the model folder, in which the commands run."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    on_paper(monkeypatch)
    shutil.copytree(past.folder, tmp_path / "model")
    monkeypatch.chdir(tmp_path / "model")
    return tmp_path / "model"


def one_line(said: Said) -> str:
    """What was said, if it is one line on stderr and nothing else."""
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert len(said.err) < 1_000
    assert said.err.startswith("evergreen: ")
    return said.err


class TestHostileInput:
    """Refused at the door."""

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    def test_ends_in_one_line_and_changes_nothing(self, folder: Path, case: Case) -> None:
        """With the documented exit status; objects of the store are the same, byte for byte."""
        case.harm(folder)
        before = listing(folder)
        said = evergreen(*(folder if one is HERE else one for one in case.arguments), "-C", folder)
        assert said.status == case.status, said
        assert case.words in one_line(said)
        assert listing(folder) == before

    def test_are_at_least_twenty_five(self) -> None:
        """At every door: options, settings, suites, pins, entries, pointers, catalogue, artifacts, rows."""
        assert len(CASES) >= 25
        assert len({case.name.partition(":")[0] for case in CASES}) >= 12

    @pytest.mark.parametrize("name", ["a\x1b[2J", "x" * 5000], ids=["escape", "long"])
    def test_of_the_environment_gets_into_no_entry(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """Who acts is written down for good, so it has to be a name."""
        monkeypatch.setenv("EVERGREEN_ACTOR", name)
        before = listing(folder)
        said = evergreen("hold", "--reason", "x", "-C", folder)
        assert (said.status, "EVERGREEN_ACTOR: expected" in one_line(said)) == (2, True)
        assert listing(folder) == before


class TestHostileBatches:
    """What arrives is acknowledged, judged and told; nothing else is touched."""

    @pytest.mark.long
    @pytest.mark.parametrize(
        "data",
        [b"", b"PAR1" + b"\0" * 50 + b"\xff\xff\xff\x7fPAR1", ROWS[:-9]],
        ids=["empty", "a footer of 2 GB", "cut short"],
    )
    def test_block_and_leave_the_ledger(self, folder: Path, data: bytes) -> None:
        """Exit status 1, no entry, and no object that was there is another."""
        before = listing(folder)
        deliver(folder, "2024-03", data)
        said = evergreen("run", "-C", folder)
        assert said.status == 1
        assert "blocked: 2024-03: not a readable Parquet file" in said.out
        after = listing(folder)
        other = {key for key in before if after.get(key) != before[key]}
        assert {key for key in other if "/docs/" not in key} <= {CATALOGUE.removeprefix("store/")}
        assert {key for key in after if key.startswith(("ledger/", "pointers/"))} <= set(before)

    @pytest.mark.long
    def test_cannot_steer_a_terminal(self, folder: Path) -> None:
        """A value that would clear the screen is told by number."""
        rows = small_frame("2024-03")
        rows["colour"] = "red\x1b[2J"
        deliver(folder, "2024-03", parquet(rows))
        said = evergreen("run", "-C", folder)
        assert said.status == 1
        assert "\x1b" not in said.out + said.err
        assert r"red\x1b[2J" in said.err


class TestForeignPins:
    """A champion.json that somebody has edited."""

    @pytest.mark.parametrize(
        "change",
        [
            {"number": 99},
            pytest.param({"candidate": sha("x")}, marks=pytest.mark.long),
            pytest.param({"registered": 2}, marks=pytest.mark.long),
        ],
        ids=["number", "candidate", "registered"],
    )
    def test_meet_no_holdout(self, folder: Path, change: dict[str, Any]) -> None:
        """Repeating a cycle against a champion that never was is refused before a look is spent."""
        foreign_pin(**change)(folder)
        deliver(folder, "2024-03")
        number = open_ledger(folder)[1].state().number
        said = evergreen("run", "--pinned", "-C", folder)
        assert (said.status, "put no such champion in office" in one_line(said)) == (2, True)
        assert open_ledger(folder)[1].state().number == number


class TestPointerThatCannotBeRenewed:
    """The entry is the commit, whatever becomes of what is kept beside it."""

    def test_takes_nothing_back(self, folder: Path) -> None:
        """A folder lies where the pointer should: the hold is in, is told, and stands for every reader."""
        (folder / POINTER).unlink()
        (folder / POINTER).mkdir()
        assert evergreen("hold", "--reason", "x", "-C", folder).status == 0
        assert open_ledger(folder)[1].state().hold is not None
