"""The step reads what the stages wrote and leaves one page."""

import pytest

from tasks.report import render, report
from tasks.workspace import Workspace


@pytest.fixture
def workspace(tmp_path, make, settings):
    """A workspace in which every stage has written its document."""
    inputs, workspace = make(), Workspace(tmp_path)
    workspace.params_file.write_text(settings)
    for path, document in (
        (workspace.decision, inputs.decision),
        (workspace.evidence, inputs.evidence),
        (workspace.measurements, inputs.measurements),
        (workspace.model_card, inputs.card),
        (workspace.preparation, inputs.preparation),
        (workspace.dataset, inputs.dataset),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document.to_bytes())
    return workspace


class TestReport:
    """`report` is `render` over the workspace's files."""

    def test_the_file_is_the_page_of_the_documents(self, workspace, make):
        """What was written and read again gives the page of the originals."""
        assert report(workspace) == workspace.report
        assert workspace.report.read_text(encoding="utf-8") == render(make())

    def test_a_second_run_writes_the_same_bytes_and_leaves_nothing_else(self, workspace):
        """Running again changes nothing."""
        first = report(workspace).read_bytes()
        assert report(workspace).read_bytes() == first
        beside = {path.name for path in workspace.data.iterdir() if path.is_file()}
        assert beside == {
            "decision.json",
            "evidence.json",
            "measurements.json",
            "dataset.json",
            "report.html",
        }

    def test_a_missing_document_leaves_the_old_page(self, workspace):
        """A page is whole or it is the one before."""
        first = report(workspace).read_bytes()
        workspace.evidence.unlink()
        with pytest.raises(OSError, match=r"evidence\.json"):
            report(workspace)
        assert workspace.report.read_bytes() == first
