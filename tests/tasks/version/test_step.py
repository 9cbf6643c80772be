"""The step, with DVC itself and a directory as the remote."""

import pytest
from data_factories import changed, months, only_dataset, stage_bytes, versioned
from factories import small_folder

from tasks.errors import StoreUnavailable
from tasks.version import version
from tasks.version.commands import checkout, dvc
from tasks.version.remote import configure
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.mark.real
class TestRealDvc:
    """With DVC itself and a directory as the remote."""

    def test_bytes_come_back_from_the_store(self, tmp_path, monkeypatch):
        """Batches that were versioned come back to the byte in an empty folder with an empty cache."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        workspace = versioned(tmp_path, months(JANUARY, FEBRUARY))
        configure(workspace)
        version(workspace)
        before = stage_bytes(workspace.batches)
        other = Workspace(
            small_folder(
                tmp_path, name="other", params=changed(("url: store", f"url: {workspace.root}/store"))
            )
        )
        other.data.mkdir()
        other.batches_pointer.write_bytes(workspace.batches_pointer.read_bytes())
        configure(other)
        dvc(other, "pull", "--quiet", "data/batches.dvc")
        assert stage_bytes(other.batches) == before
        (other.batches / next(iter(before))).unlink()
        checkout(other, dvc)
        assert stage_bytes(other.batches) == before

    def test_an_unreachable_store(self, tmp_path, monkeypatch):
        """A store that cannot be written is `StoreUnavailable`; the manifest stays as written."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        workspace = versioned(tmp_path, months(JANUARY))
        (workspace.root / "store").write_text("a file where a directory is due")
        configure(workspace)
        with pytest.raises(StoreUnavailable, match="dvc push"):
            version(workspace)
        assert only_dataset(workspace).batches
