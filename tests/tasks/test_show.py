"""One entry, and what it rests on, verified."""

import os
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from ledgers import MODEL, decided_workspace, enthroned, frozen, sha
from rich.console import Console

from tasks.errors import BadInput, Corrupt
from tasks.ledger import Ledger, Registered
from tasks.ledger.artifacts import artifact_key
from tasks.promote import promote, rollback
from tasks.show import Shown, show, shown_text
from tasks.store import open_store


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Contract 1; `a`: 2 look, 3 registered, 4 decision, 5 promotion; `b`: 6 to 9; 10 rollback to `a`."""
    ledger = frozen(open_store(str(tmp_path / "store")))
    enthroned(tmp_path, ledger, "a")
    enthroned(tmp_path, ledger, "b")
    rollback(ledger, reason="worse on Mondays")
    return ledger


def words(found: Shown) -> str:
    """As a person reads it."""
    console = Console(file=StringIO(), width=200)
    console.print(shown_text(found))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


class TestClocks:
    """The store's time stands beside the one that the writer put into the entry."""

    def test_is_told(self, ledger: Ledger) -> None:
        """When the store got the entry, with nothing more to say of clocks that agree."""
        found = show(ledger, 4)
        apart = datetime.fromisoformat(str(found.stored)) - datetime.fromisoformat(found.entry.time)
        assert abs(apart) < timedelta(seconds=30)
        assert f"stored {found.stored} by the store's clock\n" in "\n".join(
            line.rstrip() for line in words(found).splitlines()
        )

    @pytest.mark.parametrize(("seconds", "told"), [
        (3600, "the writer's was 60 minutes behind it"), (-7200, "the writer's was 120 minutes ahead of it"),
        (50, None), (-50, None),
    ])  # fmt: skip
    def test_says_how_far_they_are_apart(
        self, ledger: Ledger, tmp_path: Path, seconds: int, told: str | None
    ) -> None:
        """By more than a minute; less is what clocks do."""
        at = datetime.fromisoformat(ledger.entry(4).time).timestamp() + seconds
        os.utime(tmp_path / "store" / ledger.key(4), (at, at))
        said = words(show(ledger, 4))
        assert (told in said) if told else ("the writer's" not in said)


class TestShow:
    """An entry, and for what follows from a decision, the decision."""

    @pytest.mark.parametrize(
        ("number", "challenger"), [(3, "a"), (4, "a"), (5, "a"), (8, "b"), (9, "b"), (10, "a")]
    )
    def test_brings_the_decision_behind_it(self, ledger: Ledger, number: int, challenger: str) -> None:
        """Registration, decision, promotion and rollback lead to the decision on that candidate."""
        found = show(ledger, number)
        assert found.entry.number == number
        assert found.decision is not None
        assert found.decision.challenger == sha(challenger)
        assert found.report == artifact_key(MODEL, found.artifacts["report.html"].sha256)

    @pytest.mark.parametrize("number", [1, 2])
    def test_of_what_no_decision_is_behind_is_the_entry(self, ledger: Ledger, number: int) -> None:
        """A contract or a look shows itself."""
        found = show(ledger, number)
        assert found == Shown(entry=ledger.entry(number), stored=found.stored)

    def test_saves_the_report(self, ledger: Ledger, tmp_path: Path) -> None:
        """The page as it was when it was decided."""
        show(ledger, 9, tmp_path / "pages" / "report.html")
        assert (tmp_path / "pages" / "report.html").read_text() == "<p>the report on b</p>"

    def test_has_no_report_of_a_look(self, ledger: Ledger, tmp_path: Path) -> None:
        """The message says which entries have one; nothing is written."""
        with pytest.raises(BadInput, match=r"entry 2 \(look\) has no report"):
            show(ledger, 2, tmp_path / "report.html")
        assert not (tmp_path / "report.html").exists()

    @pytest.mark.parametrize("number", [0, -1, 11, 10**30])
    def test_of_no_entry_is_bad_input(self, ledger: Ledger, number: int) -> None:
        """Which numbers there are, and which was asked for."""
        with pytest.raises(BadInput, match=f"expected an entry from 1 to 10, found {number}"):
            show(ledger, number)

    @pytest.mark.parametrize("name", ["decision.json", "report.html"])
    def test_shows_no_changed_artifact(self, ledger: Ledger, tmp_path: Path, name: str) -> None:
        """What was changed since is not shown as what was decided."""
        body = ledger.entry(3).body
        assert isinstance(body, Registered)
        ledger.store.put(artifact_key(MODEL, body.artifacts[name].sha256), b"forged")
        with pytest.raises(Corrupt, match="not to its name"):
            show(ledger, 4, tmp_path / "report.html")
        assert not (tmp_path / "report.html").exists()


class TestWords:
    """As a person reads it."""

    def test_say_who_when_and_why(self, ledger: Ledger) -> None:
        """The entry's line, the verdict and the headline, and where the report is."""
        told = words(show(ledger, 4))
        assert told.startswith(f"entry 4, decision, {ledger.entry(4).time}, by ")
        assert "a: promote" in told
        assert "evergreen show 4 --report report.html" in told

    def test_say_where_a_report_was_saved(self, ledger: Ledger, tmp_path: Path) -> None:
        """Instead of how it could be."""
        console = Console(file=StringIO(), width=500)
        console.print(shown_text(show(ledger, 4), saved=tmp_path / "[b]report.html"))
        told = console.file.getvalue()  # type: ignore[attr-defined]
        assert f"report saved: {tmp_path}/[b]report.html" in told
        assert "--report" not in told

    def test_say_why_a_rollback_was(self, ledger: Ledger) -> None:
        """The reason that went into the ledger."""
        assert "5: worse on Mondays" in words(show(ledger, 10))

    def test_call_a_drill_a_drill(self, ledger: Ledger, tmp_path: Path) -> None:
        """A drill's decision is not mistaken for one that counts."""
        promote(decided_workspace(tmp_path, ledger, "d", verdict="keep", drill=True), ledger, sha("inputs"))
        assert "drill" in words(show(ledger, 13)).splitlines()[1]
