"""A report lies beside its batch in the store, for whoever has the same bytes and the same rules."""

from pathlib import Path

import pytest
from data_factories import changed, put_batch
from factories import parquet, small_folder, small_frame

from tasks.documents import digest
from tasks.store import Store, open_store
from tasks.validate import rules_hash, validate
from tasks.validate.shelf import bring, keep, report_key
from tasks.workspace import Workspace

JANUARY = "2024-01"
DATA = parquet(small_frame(JANUARY, rows=150))
OTHER_RULES = ("x: {type: number, min: -10, max: 10}", "x: {type: number, min: -11, max: 10}")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return open_store(str(tmp_path / "store"))


def machine(parent: Path, name: str, *changes: tuple[str, str]) -> tuple[Workspace, dict[str, str]]:
    """A model folder with January in it, and the batch's hash."""
    workspace = Workspace(small_folder(parent, name=name, params=changed(*changes)))
    batch = put_batch(workspace, JANUARY, DATA)
    return workspace, {batch.name: digest(DATA)}


@pytest.fixture
def checked(tmp_path: Path, store: Store) -> Workspace:
    """A machine that has checked January and kept what it found."""
    workspace, hashes = machine(tmp_path, "one")
    keep(store, "small", validate(workspace).made, hashes)
    return workspace


class TestAnotherMachine:
    """It need not check what was checked."""

    def test_the_same_bytes_and_rules(self, tmp_path, store, checked):
        """The report comes from the store, byte for byte, and nothing is checked."""
        other, hashes = machine(tmp_path, "two")
        assert bring(store, other, hashes) == 1
        assert validate(other).checked == 0
        (report,) = (one.report for one in other.batch_files())
        assert (other.validation / report).read_bytes() == (checked.validation / report).read_bytes()

    @pytest.mark.usefixtures("checked")
    def test_what_is_here_is_not_brought(self, tmp_path, store):
        """A report that the workspace has is not asked for."""
        other, hashes = machine(tmp_path, "two")
        assert [bring(store, other, hashes) for _ in range(2)] == [1, 0]

    @pytest.mark.usefixtures("checked")
    def test_other_rules(self, tmp_path, store):
        """Under other rules the batch is checked here."""
        other, hashes = machine(tmp_path, "two", OTHER_RULES)
        assert bring(store, other, hashes) == 0
        assert validate(other).checked == 1

    @pytest.mark.usefixtures("checked")
    def test_other_bytes_whose_hash_begins_alike(self, tmp_path, store):
        """The whole hash counts, and not the twelve digits in the file's name."""
        other, hashes = machine(tmp_path, "two")
        (name,) = hashes
        assert bring(store, other, {name: hashes[name][:12] + "0" * 52}) == 0

    @pytest.mark.parametrize("damage", [b"", b"{}", b"\xff"])
    def test_a_damaged_report(self, tmp_path, store, checked, damage):
        """It counts for nothing: the batch is checked, and the report kept again."""
        other, hashes = machine(tmp_path, "two")
        key = report_key("small", digest(DATA), rules_hash(checked.params))
        whole = store.get(key)[0]
        store.put(key, damage)
        assert bring(store, other, hashes) == 0
        keep(store, "small", validate(other).made, hashes)
        assert store.get(key)[0] == whole

    def test_another_batch_s_report(self, tmp_path, store, checked):
        """A report counts for the file and the rules that it names."""
        other, hashes = machine(tmp_path, "two")
        key = report_key("small", digest(DATA), rules_hash(checked.params))
        store.put(key, store.get(key)[0].replace(b"2024-01", b"2024-02"))
        assert bring(store, other, hashes) == 0
