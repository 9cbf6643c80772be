"""The protocol in simulations, and each of its parts left out: the judges tell the two apart."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from faults.broken import BROKEN
from faults.simulated import play

QUICK, LONG, SOUGHT = 12, 2_000, 100


def folder(root: Path, seed: int) -> Path:
    """An empty folder for one simulation."""
    made = root / str(seed)
    made.mkdir()
    return made


class TestProtocol:
    """As it is."""

    def test_every_history_is_explained(self, tmp_path: Path) -> None:
        """Four clients that crash, and whose store answers late, twice or not at all: nothing is wrong."""
        for seed in range(QUICK):
            assert play(seed, folder(tmp_path, seed)) == [], f"seed {seed}"

    @pytest.mark.long
    @pytest.mark.timeout(1800)
    def test_many_more_are_explained(self, tmp_path: Path) -> None:
        """The same with seeds that the quick test does not see."""
        for seed in range(QUICK, QUICK + LONG):
            assert play(seed, folder(tmp_path, seed)) == [], f"seed {seed}"

    def test_a_seed_gives_the_same_history_again(self, tmp_path: Path) -> None:
        """So that what a seed has shown can be looked at."""
        lines = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            play(11, tmp_path / name)
            lines.append([path.read_text() for path in sorted((tmp_path / name).glob("history-*"))])
        assert lines[0] == lines[1]
        assert len("".join(lines[0]).splitlines()) > 30


class TestBroken:
    """With one part of the protocol left out."""

    @pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
    def test_is_found(self, tmp_path: Path, broken: Callable[[], AbstractContextManager[Any]]) -> None:
        """A history is rejected by the judges that accept the protocol's own with the same seed."""
        first = BROKEN[broken]
        tried = range(first, first + SOUGHT)
        seed = next((one for one in tried if play(one, folder(tmp_path, one), broken)), None)
        assert seed is not None, f"{SOUGHT} histories, and nobody noticed"
        (tmp_path / "as it is").mkdir()
        assert play(seed, tmp_path / "as it is") == []
