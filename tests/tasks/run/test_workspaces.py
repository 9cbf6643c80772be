"""Workspaces are made from the folder, and filled with exactly the wanted batches."""

import hashlib

import pytest
from data_factories import PaperDvc, stage_bytes
from factories import parquet, small_frame

from tasks.documents import digest
from tasks.errors import BadInput, Corrupt
from tasks.intake import Revision, batch_bytes, bytes_key
from tasks.run.workspaces import assemble, copy_pins, open_run
from tasks.store import open_store
from tasks.workspace import Workspace

PAPER = PaperDvc()


def arrived(home: Workspace, period: str, seed: int = 0) -> Revision:
    """A revision whose bytes are in the store."""
    data = parquet(small_frame(period, seed, rows=100))
    store = open_store(str(home.root / "store"))
    store.put(bytes_key("small", digest(data)), data)
    return Revision(
        period=period, revision=1, sha256=digest(data), size=len(data), source="incoming", arrived="now"
    )


class TestAssemble:
    """Exactly these revisions, each hashed."""

    def test_brings_what_is_missing_and_removes_the_rest(self, home):
        """An old revision goes, a new one comes, and what is there is not fetched again."""
        workspace = open_run(home)
        store = open_store(str(home.root / "store"))
        january, february, corrected = (
            arrived(home, "2024-01"),
            arrived(home, "2024-02"),
            arrived(home, "2024-02", seed=4),
        )
        assemble(workspace, home, store, (january, february), PAPER)
        store.delete(bytes_key("small", january.sha256))
        assemble(workspace, home, store, (january, corrected), PAPER)
        assert set(stage_bytes(workspace.batches)) == {january.file, corrected.file}

    @pytest.mark.parametrize("data", [b"other bytes", None])
    def test_bytes_that_are_not_what_arrived(self, home, data):
        """A batch that was changed or lost in the store is `Corrupt`, and not put to use."""
        workspace, revision = open_run(home), arrived(home, "2024-01")
        store = open_store(str(home.root / "store"))
        store.delete(bytes_key("small", revision.sha256))
        if data is not None:
            store.put(bytes_key("small", revision.sha256), data)
        with pytest.raises(Corrupt, match=bytes_key("small", revision.sha256)):
            assemble(workspace, home, store, (revision,), PAPER)
        assert stage_bytes(workspace.batches) == {}


class TestDamage:
    """What the cache holds is looked at before it is put to use."""

    def test_a_damaged_batch_comes_from_the_store(self, home):
        """It is brought again, and the cache forgets its damaged twin, which DVC would link back."""
        store, january = open_store(str(home.root / "store")), arrived(home, "2024-01")
        data = batch_bytes(store, "small", january)
        name = hashlib.md5(data, usedforsecurity=False).hexdigest()
        cached = home.dvc_cache / "files" / "md5" / name[:2] / name[2:]
        cached.parent.mkdir(parents=True)
        cached.write_bytes(b"damaged")
        workspace = open_run(home)
        workspace.batches.mkdir(parents=True)
        (workspace.batches / january.file).hardlink_to(cached)
        assemble(workspace, home, store, (january,), PAPER)
        assert (workspace.batches / january.file).read_bytes() == data
        assert not cached.exists()


class TestOpenRun:
    """Each run has a workspace of its own."""

    def test_two_are_two(self, home):
        """Two workspaces opened in one second are two, with equal settings."""
        first, second = open_run(home), open_run(home)
        assert first.root != second.root
        assert first.params == second.params == home.params
        assert first.root.parent == home.runs

    def test_pins(self, home):
        """The folder's pins are copied; where there are none the message says what to run."""
        workspace = open_run(home)
        with pytest.raises(BadInput, match="run `evergreen fetch`"):
            copy_pins(home, workspace)
        home.champion_pin.write_text("pin")
        home.code_pin.write_text("code")
        copy_pins(home, workspace)
        assert (workspace.champion_pin.read_text(), workspace.code_pin.read_text()) == ("pin", "code")
