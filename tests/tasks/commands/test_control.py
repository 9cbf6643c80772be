"""approve and reject on the command line: what waits, what became of it, and the exit status."""

from pathlib import Path

import pytest
from commands import evergreen
from ledgers import MODEL, sha, waiting

from tasks.hold import hold
from tasks.ledger import Ledger
from tasks.store import open_store


class TestTold:
    """What people are told of a decision that waits for one of them."""

    @pytest.fixture
    def folder(self, folder: Path, tmp_path: Path) -> Path:
        """A model folder in which decision 4 waits for approval."""
        waiting(open_store(str(folder / "store")), tmp_path)
        return folder

    @pytest.mark.parametrize("name", ["status", "history", "run", "show"])
    def test_what_waits_for_whom(self, folder: Path, name: str) -> None:
        """And with which two commands it is answered."""
        arguments = ["4"] if name == "show" else []
        told = " ".join(evergreen(name, *arguments, "-C", folder).out.split())
        assert (
            "decision 4 to promote waits for somebody's `evergreen approve 4` or `evergreen reject 4`" in told
        )

    def test_what_became_of_a_decision(self, folder: Path) -> None:
        """`show` of a decision that was rejected names the entry; `show` of that one, the decision."""
        said = evergreen("reject", 4, "--reason", "prices", "-C", folder)
        assert said.out == "entry 5: decision 4 is rejected; the champion stays\n"
        assert "it was rejected already, by entry 5" in evergreen("show", 4, "-C", folder).out
        told = evergreen("show", 5, "-C", folder, "--json").document
        assert (told["entry"]["body"]["reason"], told["decision"]["challenger"]) == ("prices", sha("a"))
        assert "waits" not in evergreen("history", "-C", folder).out

    def test_that_an_approval_came_to_nothing(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A hold in between is exit status 1, and why."""
        ledger = Ledger(open_store(str(folder / "store")), MODEL)

        def held_first(ledger: Ledger, *_: object) -> object:
            return hold(ledger, reason="incident") and ledger.state()

        monkeypatch.setattr("tasks.approve.finish", held_first)
        said = evergreen("approve", 4, "--reason", "yes", "-C", folder)
        assert (said.status, ledger.state().champion) == (1, None)
        assert "entry 5 approved decision 4, and nothing was promoted" in " ".join(said.out.split())

    def test_that_an_approval_promoted(self, folder: Path) -> None:
        """Both entries; a second one is refused."""
        said = evergreen("approve", 4, "--reason", "yes", "-C", folder)
        assert said.out == "entry 6: the challenger is champion now, by approval 5\n"
        again = evergreen("approve", 4, "--reason", "yes", "-C", folder)
        assert (again.status, again.out) == (1, "")
        assert "promoted already, by entry 6" in again.err
