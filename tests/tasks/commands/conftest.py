"""A model folder to give commands in."""

from pathlib import Path

import pytest
from factories import small_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder in which nothing has happened; its store is its own directory."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    return small_folder(tmp_path)
