"""A model folder to run cycles in, quick: DVC on paper, and validation in this process."""

from pathlib import Path

import pytest
from data_factories import PaperDvc, on_paper
from factories import small_folder

from tasks.workspace import Workspace, open_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty model folder whose store is its own directory."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    return small_folder(tmp_path)


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> PaperDvc:
    """What was asked of DVC, which does nothing."""
    return on_paper(monkeypatch)


@pytest.fixture
def home(folder: Path) -> Workspace:
    """The model folder, opened."""
    return open_folder(folder)
