"""DVC's configuration names the store, and no secret."""

from pathlib import Path

import pytest
from data_factories import months, stage_bytes, versioned

from tasks.version.remote import configure, store_url
from tasks.workspace import Workspace

JANUARY = "2024-01"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One accepted month."""
    return versioned(tmp_path, months(JANUARY))


class TestConfiguration:
    """DVC's configuration names the store, and no secret."""

    def test_nothing_secret_is_written(self, workspace, monkeypatch):
        """With credentials in the environment, the endpoint is in DVC's files and neither key is."""
        for name, value in {
            "EVERGREEN_STORE": "s3://bucket/place",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "AWS_ACCESS_KEY_ID": "the-key-id",
            "AWS_SECRET_ACCESS_KEY": "the-secret",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
        configure(workspace)
        written = b"".join(stage_bytes(workspace.root / ".dvc").values()).decode()
        assert "url = s3://bucket/place/dvc\n" in written
        assert "endpointurl = http://127.0.0.1:1\n" in written
        assert "the-key-id" not in written
        assert "the-secret" not in written

    def test_a_relative_store_is_the_folder_s(self, workspace, monkeypatch):
        """`url: store` is a directory in the model folder, wherever the command was started."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        assert store_url(workspace) == str(workspace.root / "store")

    def test_again_changes_nothing(self, workspace):
        """A second call leaves every byte and no other file."""
        configure(workspace)
        before = stage_bytes(workspace.root / ".dvc")
        configure(workspace)
        assert stage_bytes(workspace.root / ".dvc") == before
