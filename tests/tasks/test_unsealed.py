"""Numbers come to light when their holdout has retired, and not before."""

import json
from io import StringIO
from pathlib import Path

import pytest
from data_factories import on_paper
from factories import PARAMS, deliver, small_folder
from rich.console import Console

from tasks.decide.sealed import LATER
from tasks.errors import Corrupt
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.past import Judged, read_past
from tasks.report import render_history
from tasks.run import retrain
from tasks.show import show, shown_text
from tasks.unsealed import unsealed

BUDGETED = PARAMS.replace("looks_per_holdout: 1", "looks_per_holdout: 2")


@pytest.fixture(scope="module")
def budgeted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ledger, int, int]:
    """A folder with a budget of two looks: a decision on February, and a later one on March."""
    folder = small_folder(tmp_path_factory.mktemp("budgeted"), params=BUDGETED)
    with pytest.MonkeyPatch.context() as patch:
        on_paper(patch)
        entries = []
        for periods in (("2024-01", "2024-02"), ("2024-03",)):
            for period in periods:
                deliver(folder, period)
            entries.append(retrain(folder).entry)
    ledger = open_ledger(folder)[1]
    assert all(entries), entries
    first, second = (int(str(one)) for one in entries)
    return folder, ledger, first, second


def words(ledger: Ledger, number: int) -> str:
    """As a person reads it."""
    console = Console(file=StringIO(), width=300)
    console.print(shown_text(show(ledger, number), explain=True))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


class TestUnsealed:
    """What is shown of a decision whose holdout had a budget."""

    def test_the_newest_is_sealed(self, budgeted: tuple[Path, Ledger, int, int], tmp_path: Path) -> None:
        """Nothing later has been asked: words and page tell how it ended, and that numbers follow."""
        _, ledger, _, second = budgeted
        found = show(ledger, second, tmp_path / "page.html")
        assert found.decision is not None
        assert found.decision.sealed
        assert LATER in words(ledger, second)
        page = (tmp_path / "page.html").read_text()
        assert "No numbers yet" in page
        assert "Metrics" not in page

    def test_one_whose_holdout_retired_is_open(
        self, budgeted: tuple[Path, Ledger, int, int], tmp_path: Path
    ) -> None:
        """Decided again from its artifacts, with intervals, and the page drawn anew."""
        _, ledger, first, _ = budgeted
        found = show(ledger, first, tmp_path / "page.html")
        assert found.decision is not None
        assert not found.decision.sealed
        assert found.decision.clauses[0].interval is not None
        assert LATER not in words(ledger, first)
        page = (tmp_path / "page.html").read_text()
        assert "No numbers yet" not in page
        assert "Metrics" in page

    def test_the_stored_document_stays_sealed(self, budgeted: tuple[Path, Ledger, int, int]) -> None:
        """Opening changes nothing in the store."""
        _, ledger, first, _ = budgeted
        reference = show(ledger, first).artifacts["decision.json"]
        stored = ledger.store.get(f"artifacts/{ledger.model}/{reference.sha256}")
        assert stored is not None
        assert json.loads(stored[0])["sealed"] is True

    def test_evidence_that_gives_another_decision_is_refused(
        self, budgeted: tuple[Path, Ledger, int, int]
    ) -> None:
        """Numbers that do not lead to the verdict that was taken are not shown as its reasons."""
        _, ledger, first, second = budgeted
        mine, other = show(ledger, first), show(ledger, second)
        assert other.decision is not None
        with pytest.raises(Corrupt, match="gives another decision today"):
            unsealed(ledger, mine.artifacts, other.decision)

    def test_the_past_opens_what_has_retired(self, budgeted: tuple[Path, Ledger, int, int]) -> None:
        """A history tells the first decision's numbers, and none of the second's."""
        _, ledger, *numbers = budgeted
        past = {one.number: one for one in read_past(ledger) if isinstance(one, Judged)}
        sealed = [one.decision.sealed for number in numbers if (one := past[number]).decision is not None]
        assert sealed == [False, True]
        html = render_history(ledger.model, tuple(past.values()))
        assert html.count('class="estimate"') == 1
        assert html.count('<p class="unseen">not shown yet</p>') == 1
