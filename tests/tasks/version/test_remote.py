"""DVC's configuration names the store, and no secret."""

from pathlib import Path

import pytest
from configobj import ConfigObj
from data_factories import months, stage_bytes, versioned

from tasks.errors import BadInput
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
        assert 'url = "s3://bucket/place/dvc"\n' in written
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

    def test_a_run_has_its_folder_s_store(self, workspace, tmp_path, monkeypatch):
        """A relative store is the model folder's in a run's workspace too: what is pushed must stay."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        run = versioned(tmp_path, months(JANUARY), name="run")
        configure(run, home=workspace)
        assert f'url = "{workspace.root}/store/dvc"' in (run.root / ".dvc" / "config.local").read_text()

    @pytest.mark.parametrize("name", ["a #b", "a, b", "[c]", "%(d)s", "e = f; g", "ü'"])
    def test_paths_as_people_have_them(self, tmp_path, monkeypatch, name):
        """DVC reads the path that was meant, whatever its own syntax makes of such signs."""
        monkeypatch.setenv("EVERGREEN_STORE", f"{tmp_path}/{name}")
        workspace = versioned(tmp_path, months(JANUARY), name=f"folder {name}")
        configure(workspace, home=workspace)
        read = ConfigObj(str(workspace.root / ".dvc" / "config.local"), interpolation=False)
        assert read['remote "store"']["url"] == f"{tmp_path}/{name}/dvc"
        assert read["cache"]["dir"] == str(workspace.dvc_cache)

    def test_file_urls_are_paths(self, workspace, monkeypatch):
        """`file:///my%20store` is the directory that the ledger lies in."""
        monkeypatch.setenv("EVERGREEN_STORE", "file:///my%20store")
        configure(workspace)
        assert 'url = "/my store/dvc"' in (workspace.root / ".dvc" / "config.local").read_text()

    def test_a_path_that_has_no_name_in_dvc(self, workspace, monkeypatch):
        """A quotation mark is refused before anything is written."""
        monkeypatch.setenv("EVERGREEN_STORE", '/a"b')
        with pytest.raises(BadInput, match="quotation mark"):
            configure(workspace)

    def test_home(self, workspace, monkeypatch):
        """`~/store` is below the user's own folder."""
        monkeypatch.setenv("EVERGREEN_STORE", "~/store")
        assert store_url(workspace) == str(Path("~/store").expanduser())
