"""A batch is read once for its content and its settings; its profile lies beside it from then on."""

import logging

import pytest
from class_factories import CLASS_PARAMS
from data_factories import changed, small_params
from factories import deliver, small_folder
from ledgers import Meddled

from tasks.documents import Document
from tasks.errors import Corrupt
from tasks.intake import bytes_key, intake
from tasks.params import parse_params
from tasks.profile import profile, profiles
from tasks.profile.step import profile_key
from tasks.store import open_store

PARAMS = small_params()


@pytest.fixture
def store(tmp_path):
    """A store with two months taken in, which notes what it is asked."""
    folder = small_folder(tmp_path)
    for month in ("2024-01", "2024-02"):
        deliver(folder, month)
    return Meddled(open_store(str(folder / "store")))


@pytest.fixture
def revisions(store):
    return intake(PARAMS, store).new


class TestOnce:
    def test_a_batch_with_a_profile_is_not_read(self, store, revisions):
        """The second time only the two small documents are."""
        first = profiles(store, PARAMS, revisions)
        store.calls.clear()
        assert profiles(store, PARAMS, revisions) == first
        assert store.calls == [("get", profile_key(PARAMS, one.sha256)) for one in revisions]

    def test_other_features_are_another_profile(self, revisions):
        """What the profile depends on is in its name; what it does not depend on is not."""
        sha256 = revisions[0].sha256
        fewer = small_params(("numeric: [x, z]", "numeric: [x]"))
        patient = small_params(("rounds: 15", "rounds: 16"))
        assert profile_key(fewer, sha256) != profile_key(PARAMS, sha256) == profile_key(patient, sha256)

    def test_other_classes_are_another_profile(self):
        """They are counted one by one; a model without classes and slices has the key that it always had."""
        key = "batches/small/0.78671849122f.profile.json"
        other = changed(("[low, middle, high]", "[low, high, none]"), params=CLASS_PARAMS)
        keys = {profile_key(parse_params(one), "0") for one in (CLASS_PARAMS, other)}
        assert len({*keys, key, profile_key(PARAMS, "0")}) == 4
        assert profile_key(small_params(("  slices: [colour]\n", "")), "0") == key

    def test_what_slices_tell_is_in_its_name_where_they_tell_it(self):
        """A model with slices and no category has the key that it had before categories were counted."""
        numbers = small_params(("      categorical: [colour]\n", ""))
        assert profile_key(numbers, "0") == "batches/small/0.a0a6187b4ece.profile.json"
        assert profile_key(PARAMS, "0") != "batches/small/0.0dda1a111361.profile.json"

    def test_rows_left_out_are_another_profile(self, store, revisions):
        """Each is kept under a name of its own, and computed once."""
        keys = {profile_key(PARAMS, revisions[0].sha256, left_out) for left_out in ("", "3-5", "3-6")}
        assert len(keys) == 3
        first = profiles(store, PARAMS, revisions, {revisions[0].period: "3-5"})
        assert [one.rows for one in first.values()] == [397, 400]
        store.calls.clear()
        assert profiles(store, PARAMS, revisions, {revisions[0].period: "3-5"}) == first
        assert [operation for operation, _ in store.calls] == ["get", "get"]

    def test_the_stored_document_is_canonical(self, store, revisions):
        """What is read back is what was computed, byte for byte."""
        found = profile(store, PARAMS, revisions[0])
        stored = store.get(profile_key(PARAMS, revisions[0].sha256))
        assert isinstance(found, Document)
        assert stored[0] == found.to_bytes() == profile(store, PARAMS, revisions[0]).to_bytes()


class TestDamage:
    def test_a_damaged_profile_is_computed_anew(self, store, revisions, caplog):
        """It is only a copy of what the batch says."""
        found = profile(store, PARAMS, revisions[0])
        store.put(profile_key(PARAMS, revisions[0].sha256), b'{"rows": "many"}')
        with caplog.at_level(logging.WARNING):
            assert profile(store, PARAMS, revisions[0]) == found
        assert "computed anew" in caplog.text
        assert store.get(profile_key(PARAMS, revisions[0].sha256))[0] == found.to_bytes()

    def test_a_damaged_batch_has_none(self, store, revisions):
        """Bytes that are not what their name says are not profiled."""
        store.put(bytes_key(PARAMS.model, revisions[0].sha256), b"other")
        with pytest.raises(Corrupt, match="not to its name"):
            profile(store, PARAMS, revisions[0])
