"""Which batches make a dataset version."""

import os
from pathlib import Path

import pytest
from data_factories import changed, months, only_dataset, put_batch, versioned
from factories import parquet, small_frame

from tasks.documents import digest
from tasks.errors import BadInput, Refused
from tasks.validate import validate
from tasks.version import manifest, read_dataset
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

    def test_a_changed_byte_is_found(self, workspace):
        """A manifest names no batch whose bytes are not those of its name, whatever was known about it."""
        manifest(workspace)
        path = workspace.batches / workspace.batch_files()[0].name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        with pytest.raises(BadInput, match="not to its name"):
            manifest(workspace)

    def test_old_batches_are_not_read_again(self, workspace):
        """Their hashes are known by their files' stat, and their rows from their reports."""
        before = workspace.dataset.read_bytes()
        for batch in workspace.batch_files():
            os.utime(workspace.batches / batch.name, ns=(10**18, 10**18))
        manifest(workspace)
        for batch in workspace.batch_files():
            path = workspace.batches / batch.name
            path.write_bytes(b"x" * path.stat().st_size)
            os.utime(path, ns=(10**18, 10**18))
        manifest(workspace)
        assert workspace.dataset.read_bytes() == before

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
