"""A model folder with a champion in its directory store, and what a run left there that died."""

from pathlib import Path

import pytest
from crashes import promote_until
from factories import small_folder
from ledgers import decided_workspace, enthroned, frozen

from tasks.ledger import Ledger
from tasks.opening import open_ledger


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder whose ledger has champion `old`, at entry 5."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    folder = small_folder(tmp_path)
    enthroned(tmp_path / "made", frozen(open_ledger(folder)[1].store), "old")
    return folder


@pytest.fixture
def ledger(folder: Path) -> Ledger:
    """The folder's ledger."""
    return open_ledger(folder)[1]


@pytest.fixture
def left(ledger: Ledger, tmp_path: Path) -> int:
    """The registration of challenger `dead`, uploaded, whose run died before its decision: entry 7."""
    promote_until("decision", decided_workspace(tmp_path / "made", ledger, "dead"), ledger.store)
    return ledger.state().open[0].number
