"""What the dvc command says, in a process for each command or in one for all."""

import subprocess
from pathlib import Path

import pytest
from data_factories import months, stage_bytes, versioned

import tasks.version.commands
from tasks.errors import EvergreenError, StoreUnavailable
from tasks.version.commands import KeptDvc, add, checkout, dvc, push
from tasks.version.remote import configure
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two accepted months in a folder that DVC knows."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    workspace = versioned(tmp_path, months(FEBRUARY, JANUARY))
    configure(workspace)
    return workspace


@pytest.fixture(scope="module")
def kept():
    """One process for all tests."""
    with KeptDvc() as one:
        yield one


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

        monkeypatch.setattr(tasks.version.commands.subprocess, "run", failing)
        with pytest.raises(EvergreenError, match=r"failed: ERROR: failed to do it") as raised:
            dvc(workspace, *arguments)
        assert type(raised.value) is kind


@pytest.mark.real
class TestKept:
    """One process runs every command, and the road makes no difference."""

    def test_the_same_files(self, kept, workspace, tmp_path):
        """Pointer, restored batches and what the store has are those of a process for each command."""
        other = versioned(tmp_path, months(FEBRUARY, JANUARY), name="other")
        configure(other)
        for folder, run in ((workspace, kept), (other, dvc)):
            add(folder, run)
            push(folder, run)
            for batch in folder.batches.iterdir():
                batch.unlink()
            checkout(folder, run)
        assert workspace.batches_pointer.read_bytes() == other.batches_pointer.read_bytes()
        assert stage_bytes(workspace.batches) == stage_bytes(other.batches) != {}
        assert stage_bytes(workspace.root / "store") == stage_bytes(other.root / "store")

    def test_one_error_and_its_own(self, kept, workspace):
        """A command that fails says what DVC said then, and not what it said before; the next one works."""
        for name in ("nothing", "neither"):
            with pytest.raises(EvergreenError, match=f"ERROR: .*{name}") as raised:
                kept(workspace, "add", f"data/{name}")
        assert "nothing" not in str(raised.value)
        kept(workspace, "add", "data/batches")
        assert workspace.batches_pointer.exists()

    def test_an_unreachable_store(self, kept, workspace):
        """A push that fails is `StoreUnavailable`: it may be tried again."""
        add(workspace, kept)
        (workspace.root / "store").write_text("a file where a directory is due")
        with pytest.raises(StoreUnavailable, match="dvc push"):
            push(workspace, kept)
        (workspace.root / "store").unlink()
        push(workspace, kept)

    def test_a_process_that_died(self, workspace):
        """It is an error with the command's name, and no hang."""
        with KeptDvc() as run:
            run.process.kill()
            run.process.wait()
            with pytest.raises(EvergreenError, match="dvc add data/batches: its process ended"):
                add(workspace, run)
