"""Which batches make a dataset version, and what DVC is told; bytes are pushed to the model's own store."""

import subprocess
from pathlib import Path

import pytest
from data_factories import changed, months, only_dataset, put_batch, stage_bytes, versioned
from factories import parquet, small_folder, small_frame

import tasks.version
from tasks.documents import digest
from tasks.errors import BadInput, EvergreenError, Refused, StoreUnavailable
from tasks.validate import validate
from tasks.version import checkout, configure, dvc, manifest, read_dataset, store_url, version
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two accepted months."""
    return versioned(tmp_path, months(FEBRUARY, JANUARY))


class TestManifest:
    """It names each accepted batch by its content."""

    def test_batches_in_the_order_of_time(self, workspace):
        """Period, file, full hash and rows of each batch, the earliest first."""
        dataset = only_dataset(workspace)
        assert [one.period for one in dataset.batches] == [JANUARY, FEBRUARY]
        for one in dataset.batches:
            assert one.sha256 == digest((workspace.batches / one.file).read_bytes())
            assert one.rows == 120
        assert read_dataset(workspace.dataset) == dataset

    def test_equal_batches_equal_bytes(self, workspace, tmp_path):
        """Another folder with the same months has the same manifest, whatever the order of arrival."""
        other = versioned(tmp_path, months(JANUARY, FEBRUARY), name="other")
        assert other.dataset.read_bytes() == workspace.dataset.read_bytes()

    def test_a_blocked_batch_is_refused(self, workspace):
        """A batch that validation blocked is in no dataset; the reason is validation's."""
        put_batch(workspace, FEBRUARY, parquet(small_frame(FEBRUARY, rows=120).assign(x=9999.0)))
        validate(workspace)
        with pytest.raises(Refused, match=r"blocked: 2024-02 of 120 rows: x: must lie between"):
            manifest(workspace)

    def test_an_unchecked_batch_is_refused(self, workspace):
        """A batch without a report is not taken on trust."""
        put_batch(workspace, FEBRUARY, parquet(small_frame(FEBRUARY, seed=3, rows=120)))
        with pytest.raises(BadInput, match="validate has not run here yet; run `evergreen validate`"):
            manifest(workspace)

    def test_a_report_under_other_rules_is_refused(self, workspace):
        """What passed under yesterday's bounds has not passed under today's."""
        workspace.params_file.write_text(
            changed(("x: {type: number, min: -10", "x: {type: number, min: -11"))
        )
        with pytest.raises(BadInput, match="under other rules; run `evergreen validate` again"):
            manifest(Workspace(workspace.root))

    def test_another_batch_s_report_is_refused(self, workspace):
        """A report counts for the file it names."""
        january, february = workspace.batch_files()
        (workspace.validation / february.report).write_bytes(
            (workspace.validation / january.report).read_bytes()
        )
        with pytest.raises(BadInput, match="of another batch"):
            manifest(workspace)

    @pytest.mark.parametrize("data", [b"", b"{}", b"\xff"])
    def test_a_damaged_report_is_refused(self, workspace, data):
        """A report that cannot be read is none."""
        (workspace.validation / workspace.batch_files()[0].report).write_bytes(data)
        with pytest.raises(BadInput, match="not a report of validate"):
            manifest(workspace)

    def test_two_revisions_of_one_period(self, workspace):
        """Which of two revisions counts is not for `version` to guess."""
        data = parquet(small_frame(JANUARY, seed=8, rows=120))
        (workspace.batches / f"{JANUARY}.{digest(data)[:12]}.parquet").write_bytes(data)
        with pytest.raises(BadInput, match="two revisions of 2024-01"):
            manifest(workspace)

    def test_no_manifest(self, tmp_path):
        """Reading a manifest that is not there says which step makes it."""
        with pytest.raises(BadInput, match="version has not run here yet"):
            read_dataset(tmp_path / "dataset.json")


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


class TestErrors:
    """What DVC cannot do is told as what it means for the caller."""

    @pytest.mark.parametrize(
        ("arguments", "kind"),
        [
            (("push",), StoreUnavailable),
            (("pull",), StoreUnavailable),
            (("add", "data/batches"), EvergreenError),
        ],
    )
    def test_kinds(self, workspace, monkeypatch, arguments, kind):
        """A failed push may succeed later; a failed add may not. DVC's last words are in the message."""

        def failing(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
            return subprocess.CompletedProcess(command, 1, "", "ERROR: failed to do it")

        monkeypatch.setattr(tasks.version.subprocess, "run", failing)
        with pytest.raises(EvergreenError, match=r"failed: ERROR: failed to do it") as raised:
            dvc(workspace, *arguments)
        assert type(raised.value) is kind


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
        checkout(other)
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
