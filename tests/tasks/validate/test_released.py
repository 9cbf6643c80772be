"""What was released is a file of its own, read by the steps after validation."""

import json
from pathlib import Path

import pytest
from asides import waiting
from commands import evergreen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three of January's 400 rows are in quarantine, none of February's."""
    return waiting(tmp_path, monkeypatch)


class TestDamaged:
    """It is a document like any other."""

    def test_is_refused(self, folder):
        """A file that is no list of releases is not read around."""
        evergreen("fetch", "-C", folder)
        evergreen("validate", "-C", folder)
        (folder / "data" / "validation" / "released.json").write_text(json.dumps({"batches": {"a": "b"}}))
        said = evergreen("version", "--manifest-only", "-C", folder)
        assert said.status == 1
        assert "not a document that this version of Evergreen writes" in said.err
