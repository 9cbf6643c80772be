"""The demo's table and pages are made from the ledger's own evidence."""

from pathlib import Path

import pytest
from data_factories import on_paper
from example.cycles import Cycle
from example.table import year_table
from factories import MONTHS, deliver, small_folder
from pages import Page

from tasks.opening import open_ledger
from tasks.run import retrain


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[Cycle]]:
    """A model folder, and its cycles: a month that decides nothing yet, one that does, and a drill."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    on_paper(monkeypatch)
    folder, cycles = small_folder(tmp_path), []
    for name, month in (("first", MONTHS[0]), ("second", MONTHS[1]), ("null challenger", None)):
        if month:
            deliver(folder, month)
        outcome = retrain(folder, drill=month is None)
        cycles.append(Cycle(name, month or "nothing", outcome.model_dump(mode="json"), 1.0, 1.0))
    return folder, cycles


class TestYearTable:
    """A row a cycle, and a page of both gates that leads to each decision's own."""

    def test_the_index_is_the_history_and_its_links_lead_to_pages(
        self, played: tuple[Path, list[Cycle]], tmp_path: Path
    ) -> None:
        """Each decision that has a page is linked, and each page that is linked is there."""
        folder, cycles = played
        table = year_table(cycles, open_ledger(folder)[1], tmp_path / "reports")
        assert table.row_count == len(cycles)
        page = Page((tmp_path / "reports" / "index.html").read_text(encoding="utf-8"))
        links = [one for one in page.all("href") if not one.startswith("#")]
        assert links == ["second.html", "null-challenger.html"]
        assert all((tmp_path / "reports" / one).read_text().startswith("<!doctype html>") for one in links)
        assert "In 1 decision, Evergreen changed the model once." in page.words
        assert "1 drill not counted" in page.words
