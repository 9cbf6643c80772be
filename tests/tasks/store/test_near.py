"""What never changes is asked for once on a machine; anything else always."""

from pathlib import Path

import pytest
from ledgers import Meddled

from tasks.store import Near
from tasks.store.directory import DirectoryStore

SHA = "5" * 64
KEY = f"batches/small/{SHA}.0a1b2c.profile.json"


@pytest.fixture
def store(tmp_path: Path) -> Meddled:
    """A store that notes what it is asked."""
    return Meddled(DirectoryStore(tmp_path / "store"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "model" / "near"


class TestGet:
    def test_asks_once(self, store, folder):
        """Whoever asks again on this machine."""
        store.put(KEY, b"profile")
        assert [Near(store, folder).get(KEY)[0] for _ in range(3)] == [b"profile"] * 3
        assert [operation for operation, _ in store.calls] == ["put", "get"]

    def test_what_was_put_is_here(self, store, folder):
        """And in the store."""
        Near(store, folder).put(KEY, b"profile")
        assert store.get(KEY)[0] == b"profile"
        store.calls.clear()
        assert Near(store, folder).get(KEY) == (b"profile", "")
        assert store.calls == []

    def test_what_is_nowhere_is_asked_for_again(self, store, folder):
        """Somebody else may put it there."""
        near = Near(store, folder)
        assert near.get(KEY) is None
        store.put(KEY, b"profile")
        assert near.get(KEY)[0] == b"profile"

    @pytest.mark.parametrize(
        "key",
        ["batches/small/catalogue.json", f"batches/small/{SHA}.parquet", f"ledger/small/{SHA}.1.json",
         f"batches/small/{SHA}.json", f"batches/small/{SHA}.1.csv"],
    )  # fmt: skip
    def test_keeps_nothing_that_may_change_or_is_large(self, store, folder, key):
        """The catalogue, the ledger, and batches themselves are as the store has them."""
        near = Near(store, folder)
        near.put(key, b"before")
        store.put(key, b"now")
        assert near.get(key)[0] == b"now"
        assert not folder.exists()

    @pytest.mark.parametrize("damage", [b"", b"profile", b"0" * 64 + b"\nprofile"])
    def test_asks_again_for_a_damaged_copy(self, store, folder, damage):
        """A flipped bit costs a request."""
        near = Near(store, folder)
        near.put(KEY, b"profile")
        (folder / f"{SHA}.0a1b2c.profile.json").write_bytes(damage)
        assert near.get(KEY)[0] == b"profile"
        assert near.get(KEY) == (b"profile", "")

    def test_goes_on_where_nothing_can_be_kept(self, store, folder):
        """A file where the folder should be: each question is the store's."""
        folder.parent.mkdir()
        folder.write_bytes(b"in the way")
        near = Near(store, folder)
        near.put(KEY, b"profile")
        assert near.get(KEY)[0] == b"profile"
        near.forget()


class TestForget:
    def test_keeps_what_was_asked_for(self, store, folder):
        """Of a champion that is none any more nothing is left."""
        other = KEY.replace(SHA, "6" * 64)
        before = Near(store, folder)
        before.put(KEY, b"old")
        before.put(other, b"of now")
        now = Near(store, folder)
        now.get(other)
        now.forget()
        assert [path.name for path in folder.iterdir()] == [other.rpartition("/")[2]]
