"""Every path has one name, batches are told by theirs, and a folder that is none says so."""

from pathlib import Path

import pytest
from data_factories import months, versioned
from factories import small_folder
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.workspace import BatchFile, Workspace, discard, open_folder, output_of

periods = st.from_regex(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", fullmatch=True)


class TestBatchFile:
    """`<period>.<12 digits>.parquet`, both ways."""

    @given(periods, st.from_regex(r"[0-9a-f]{12}", fullmatch=True))
    def test_round_trip(self, period, short):
        """A name says its period and hash, and the two give the name."""
        batch = BatchFile(period, short)
        assert BatchFile.of(Path("data") / batch.name) == batch
        assert batch.report == f"{period}.{short}.json"

    @pytest.mark.parametrize(
        "name", ["2024-01.parquet", "2024-01.0123456789ab.csv", "2024-01.0123.parquet", "readme", ".parquet"]
    )
    def test_other_names(self, name):
        """A name that intake did not give is refused with the form expected."""
        with pytest.raises(BadInput, match=r"<period>\.<12 digits of its SHA-256>\.parquet"):
            BatchFile.of(Path(name))

    def test_hidden_files_are_not_batches(self, tmp_path):
        """What starts with a dot (a temporary file, DVC's own) is passed over."""
        workspace = versioned(tmp_path, months("2024-01"))
        (workspace.batches / ".2024-01.tmp").write_bytes(b"")
        assert [batch.period for batch in workspace.batch_files()] == ["2024-01"]

    def test_no_batches(self, tmp_path):
        """A folder without a batches directory has no batches."""
        assert Workspace(tmp_path).batch_files() == []


class TestFolder:
    """A model folder has params.yaml and dvc.yaml."""

    def test_opens(self, tmp_path, monkeypatch):
        """A relative path becomes absolute; params are read from it."""
        small_folder(tmp_path)
        monkeypatch.chdir(tmp_path)
        folder = open_folder(Path("model"))
        assert folder.root == tmp_path / "model"
        assert folder.params.model == "small"

    @pytest.mark.parametrize("missing", ["params.yaml", "dvc.yaml"])
    def test_what_is_missing_is_named(self, tmp_path, missing):
        """Without one of the two it is no model folder."""
        folder = small_folder(tmp_path)
        (folder / missing).unlink()
        with pytest.raises(BadInput, match=rf"not a model folder: expected a file {missing}"):
            open_folder(folder)

    def test_every_path_is_below_the_root(self, tmp_path):
        """All named paths lie in the folder, and no two are the same."""
        workspace = Workspace(tmp_path)
        names = [name for name, value in vars(Workspace).items() if isinstance(value, property)]
        paths = [getattr(workspace, name) for name in names]
        assert len(set(paths)) == len(paths) > 20
        assert all(path.is_relative_to(tmp_path) for path in paths)


class TestArtifacts:
    """What a decision keeps."""

    def test_only_what_is_there(self, tmp_path):
        """Artifacts are the files that exist, each under its own name."""
        workspace = versioned(tmp_path, months("2024-01"))
        found = dict(workspace.artifacts())
        assert set(found) == {"params.yaml", "dvc.yaml", "dataset.json"}
        assert all(path.name == name for name, path in found.items())


class TestOutputs:
    """A step's output is there, or the step is named."""

    def test_bytes(self, tmp_path):
        """What is there is read."""
        (tmp_path / "look.json").write_bytes(b"{}")
        assert output_of("evaluate", tmp_path / "look.json") == b"{}"

    def test_missing(self, tmp_path):
        """What is not there names the step to run."""
        with pytest.raises(
            BadInput, match=r"look.json: evaluate has not run here yet; run `evergreen evaluate`"
        ):
            output_of("evaluate", tmp_path / "look.json")

    def test_discard(self, tmp_path):
        """A discarded workspace is gone, with its read-only files; doing it again is no error."""
        workspace = versioned(tmp_path, months("2024-01"))
        for path in workspace.batches.iterdir():
            path.chmod(0o444)
        discard(workspace)
        assert not workspace.root.exists()
        discard(workspace)
