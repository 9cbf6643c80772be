"""What every store promises, held against each kind of store that there is."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.store import Precondition, Store, open_store

BAD_KEYS = ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a b", "ä", "a\n", "a\\b", "~a", "a\0"]


class TestGet:
    def test_returns_the_bytes_and_the_version_written(self, store: Store):
        """What was put is what is got, byte for byte, with the version that the write returned."""
        etag = store.put("a/b.bin", b"\x00\r\n\xff")
        assert store.get("a/b.bin") == (b"\x00\r\n\xff", etag)

    def test_returns_none_for_what_is_not_there(self, store: Store):
        """A missing object is no error, also under another object's folder."""
        store.put("a/b", b"1")
        assert store.get("missing") is None
        assert store.get("a") is None
        assert store.get("missing", etag='"abc"') is None

    def test_refuses_another_version(self, store: Store):
        """A reader that names a version never gets the bytes of another one."""
        old = store.put("k", b"old")
        assert store.get("k", etag=old) == (b"old", old)
        new = store.put("k", b"new")
        with pytest.raises(Precondition, match="read it again"):
            store.get("k", etag=old)
        assert store.get("k", etag=new) == (b"new", new)

    def test_empty_objects_are_objects(self, store: Store):
        """No bytes is a content like any other."""
        etag = store.create("empty", b"")
        assert store.get("empty") == (b"", etag)
        assert store.exists("empty")

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(max_size=5000))
    def test_any_bytes_come_back(self, store: Store, data: bytes):
        """Round trip for arbitrary content."""
        store.put("any", data)
        found = store.get("any")
        assert found is not None
        assert found[0] == data


class TestCreate:
    def test_refuses_a_taken_key(self, store: Store):
        """The second creator is refused and changes nothing."""
        first = store.create("k", b"first")
        with pytest.raises(Precondition, match="exists already"):
            store.create("k", b"second")
        assert store.get("k") == (b"first", first)

    def test_of_equal_bytes_succeeds_again(self, store: Store):
        """A writer that repeats itself, not knowing that it succeeded, is told that it did."""
        assert store.create("k", b"mine") == store.create("k", b"mine")

    def test_is_possible_again_after_delete(self, store: Store):
        """A deleted key is free."""
        store.create("a/b/c", b"1")
        store.delete("a/b/c")
        store.create("a/b/c", b"2")
        assert store.get("a/b/c")[0] == b"2"  # type: ignore[index]


class TestReplace:
    def test_writes_over_the_version_named(self, store: Store):
        """The current version may be replaced, and has a new version afterwards."""
        first = store.create("k", b"1")
        second = store.replace("k", b"2", etag=first)
        assert second != first
        assert store.get("k") == (b"2", second)

    def test_refuses_a_stale_version(self, store: Store):
        """Who read before somebody else wrote must read again."""
        first = store.create("k", b"1")
        store.replace("k", b"2", etag=first)
        with pytest.raises(Precondition, match="read it again"):
            store.replace("k", b"3", etag=first)
        assert store.get("k")[0] == b"2"  # type: ignore[index]

    def test_refuses_a_missing_object(self, store: Store):
        """There is no version of what is not there, so nothing appears."""
        etag = store.put("other", b"1")
        with pytest.raises(Precondition):
            store.replace("k", b"1", etag=etag)
        assert not store.exists("k")

    def test_of_equal_bytes_succeeds_again(self, store: Store):
        """A replacement whose answer was lost can be asked for again with the old version."""
        first = store.create("k", b"1")
        second = store.replace("k", b"2", etag=first)
        assert store.replace("k", b"2", etag=first) == second


class TestPut:
    def test_writes_over_whatever_is_there(self, store: Store):
        """The last one wins, and every content has its own version."""
        versions = [store.put("k", content) for content in (b"1", b"2", b"3")]
        assert len(set(versions)) == 3
        assert store.get("k") == (b"3", versions[-1])


class TestExistsAndDelete:
    def test_exists_follows_create_and_delete(self, store: Store):
        """There, then gone; a folder is no object."""
        assert not store.exists("a/k")
        store.create("a/k", b"1")
        assert store.exists("a/k")
        assert not store.exists("a")
        store.delete("a/k")
        assert not store.exists("a/k")
        assert store.get("a/k") is None

    def test_delete_of_nothing_is_no_error(self, store: Store):
        """A sweep may run twice."""
        store.delete("missing")
        store.delete("no/such/folder")

    def test_delete_leaves_the_neighbours(self, store: Store):
        """Only the named object goes."""
        for key in ("a/b/c", "a/b/d", "a/e"):
            store.put(key, b"1")
        store.delete("a/b/c")
        assert [found.key for found in store.list("")] == ["a/b/d", "a/e"]


class TestList:
    KEYS = ("o/a", "o/a-b", "o/a.b", "o/a=1/z", "o/ab", "o/b/a", "o/b/c/d", "other")

    def test_shows_keys_in_order(self, store: Store):
        """By the whole key's bytes, which is not the order of folders on disk or in SeaweedFS."""
        keys = ["o/a-b", "o/a.b", "o/a/b", "o/a0", "o/ab"]
        for key in reversed(keys):
            store.put(key, b"1")
        assert [found.key for found in store.list("")] == keys

    def test_shows_what_starts_with_the_prefix(self, store: Store):
        """A prefix may end anywhere, also inside a name."""
        for key in self.KEYS:
            store.put(key, b"1")
        for prefix in ("", "o", "o/", "o/a", "o/a=", "o/b/", "o/b/c/d", "nothing", "o/b/a/x/"):
            expected = [key for key in self.KEYS if key.startswith(prefix)]
            assert [found.key for found in store.list(prefix)] == expected, prefix

    def test_tells_version_size_and_time(self, store: Store):
        """A listing's version is the one that `get` and `replace` know; its time is an aware UTC one."""
        etag = store.put("k", b"12345")
        (found,) = store.list("k")
        assert (found.etag, found.size) == (etag, 5)
        assert abs(found.modified - datetime.now(UTC)) < timedelta(minutes=1)

    def test_of_an_empty_store_is_empty(self, store: Store):
        """Nothing was written, so nothing is there; not even the store's own files."""
        assert list(store.list("")) == []
        store.delete("k")
        store.probe()
        assert list(store.list("")) == []

    def test_goes_beyond_one_page(self, store: Store):
        """S3 answers a thousand keys at a time; a listing is whole."""
        keys = [f"many/{number:04}" for number in range(1001)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: store.put(key, b""), keys))
        assert [found.key for found in store.list("many/")] == keys


class TestKeys:
    def test_bad_ones_are_refused_by_every_method(self, store: Store):
        """No method lets a name through that could leave the store or mean two things."""
        for key in BAD_KEYS:
            for call, more in (
                (store.get, {}),
                (store.create, {"data": b""}),
                (store.replace, {"data": b"", "etag": "x"}),
                (store.put, {"data": b""}),
                (store.exists, {}),
                (store.delete, {}),
            ):
                with pytest.raises(BadInput, match="segments"):
                    call(key, **more)

    def test_prefixes_that_no_key_has_are_refused(self, store: Store):
        """A mistyped prefix is an error, not an empty listing."""
        for prefix in ("/", "a//", "../", "a/../b", "a b"):
            with pytest.raises(BadInput):
                list(store.list(prefix))


class TestIdentity:
    def test_the_url_opens_the_same_store(self, store: Store):
        """What is written into a ledger or a log leads back to the objects."""
        store.put("k", b"1")
        again = open_store(store.url)
        assert again.url == store.url
        assert again.get("k") == store.get("k")
        assert again.rehearsal is store.rehearsal is store.url.startswith("file:")


class TestWholeness:
    def test_a_reader_sees_old_or_new_never_a_mixture(self, store: Store):
        """An object of 1 MB written over and over is read whole each time."""
        contents = [bytes([letter]) * 1_000_000 for letter in b"abc"]
        store.put("k", contents[0])
        done = threading.Event()

        def write() -> None:
            for content in contents * 4:
                store.put("k", content)
            done.set()

        reads = 0
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            while not done.is_set() or reads == 0:
                assert store.get("k")[0] in contents  # type: ignore[index]
                reads += 1
            writing.result()


class TestProbe:
    def test_accepts_this_store_and_cleans_up(self, store: Store):
        """The stores that Evergreen ships keep the promises it asks for, and probing leaves nothing."""
        store.put("mine", b"1")
        started = time.monotonic()
        store.probe()
        assert time.monotonic() - started < 20
        assert [found.key for found in store.list("")] == ["mine"]
