"""Intake: what lies under incoming/ becomes acknowledged batches, once, whatever happens meanwhile."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from factories import PARAMS
from ledgers import MODEL, Meddled, sha

from tasks.errors import BadInput, StoreUnavailable
from tasks.intake import Arrivals, batch_bytes, incoming_prefix, intake, read_catalogue
from tasks.params import parse_params
from tasks.store import Store, open_store

SMALL = parse_params(PARAMS)


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store."""
    return open_store(str(tmp_path))


def arrive(store: Store, name: str = "2024-01.parquet", data: bytes = b"a") -> None:
    """An object where producers put theirs."""
    store.put(incoming_prefix(MODEL) + name, data)


def told(arrivals: Arrivals) -> list[tuple[str, int]]:
    """The new revisions, by period and number."""
    return [(one.period, one.revision) for one in arrivals.new]


class TestIntake:
    """Everything that has arrived and was not handled."""

    def test_acknowledges_what_it_can_bring_back(self, store: Store) -> None:
        """New revisions are in the catalogue, and their bytes beside it."""
        arrive(store, "2024-02.parquet", b"b")
        arrive(store)
        arrivals = intake(SMALL, store)
        assert told(arrivals) == [("2024-01", 1), ("2024-02", 1)]
        assert [batch_bytes(store, MODEL, one) for one in arrivals.new] == [b"a", b"b"]
        assert read_catalogue(store, MODEL) == arrivals.catalogue

    def test_again_finds_nothing(self, store: Store) -> None:
        """What was handled is not read again: one catalogue, one listing."""
        arrive(store)
        first = intake(SMALL, store)
        meddled = Meddled(store)
        again = intake(SMALL, meddled)
        assert (again.new, again.catalogue) == ((), first.catalogue)
        assert [operation for operation, _ in meddled.calls] == ["get", "list"]

    def test_of_a_changed_object_is_a_new_revision(self, store: Store) -> None:
        """A correction at the same path; the bytes that it corrects stay."""
        arrive(store)
        intake(SMALL, store)
        arrive(store, data=b"better")
        arrivals = intake(SMALL, store)
        assert told(arrivals) == [("2024-01", 2)]
        assert [batch_bytes(store, MODEL, one) for one in arrivals.catalogue.revisions] == [b"a", b"better"]

    def test_of_the_same_content_uploaded_again_is_none(self, store: Store) -> None:
        """Another upload of the same bytes is handled, and nothing new."""
        arrive(store)
        intake(SMALL, store)
        store.delete(incoming_prefix(MODEL) + "2024-01.parquet")
        arrive(store)
        assert intake(SMALL, store).new == ()

    def test_of_the_same_content_under_another_etag_is_none(self, local: Store) -> None:
        """Multipart or not gives other etags for one content: it is read once more, and that is all."""
        arrive(local)
        before = intake(SMALL, local).catalogue
        stale = before.model_copy(update={"handled": {f"{incoming_prefix(MODEL)}2024-01.parquet": "other:1"}})
        found = local.get(f"batches/{MODEL}/catalogue.json")
        assert found is not None
        local.replace(f"batches/{MODEL}/catalogue.json", stale.to_bytes(), etag=found[1])
        assert intake(SMALL, local).new == ()
        assert intake(SMALL, local).catalogue == before

    def test_of_nothing_is_nothing(self, store: Store) -> None:
        """A store in which nothing has arrived is left as it is."""
        assert intake(SMALL, store) == Arrivals((), read_catalogue(store, MODEL), ())
        assert list(store.list("")) == []

    def test_after_a_crash_before_the_acknowledgement_takes_it_up(self, local: Store) -> None:
        """Bytes that were copied and not acknowledged are acknowledged by the next call, once."""
        arrive(local)

        def dies(operation: str, key: str, _: bytes) -> None:
            if key.endswith("catalogue.json") and operation == "create":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            intake(SMALL, Meddled(local, before=dies))
        assert told(intake(SMALL, local)) == [("2024-01", 1)]


class TestConcurrent:
    """Others who take in, and producers who write, at the same time."""

    def test_intakes_acknowledge_each_arrival_once(self, store: Store) -> None:
        """Four at once over six batches: six revisions, each the first of its period."""
        for month in range(1, 7):
            arrive(store, f"2024-0{month}.parquet", f"{month}".encode())
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: intake(SMALL, store), range(4)))
        revisions = read_catalogue(store, MODEL).revisions
        assert sorted((one.period, one.revision) for one in revisions) == [
            (f"2024-0{n}", 1) for n in range(1, 7)
        ]
        assert len(list(store.list(f"batches/{MODEL}/"))) == 7

    def test_overtaken_between_read_and_acknowledgement_says_it_once(self, local: Store) -> None:
        """Another intake that takes the same object in between: one revision."""
        arrive(local)

        def overtaken(operation: str, key: str, _: bytes) -> None:
            if operation == "create" and key.endswith("catalogue.json"):
                intake(SMALL, local)

        intake(SMALL, Meddled(local, before=overtaken))
        assert len(read_catalogue(local, MODEL).revisions) == 1

    def test_an_object_that_changes_while_it_is_read_is_left_for_the_next_call(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Never the listing of one version with the bytes of another."""
        arrive(store)

        def changes(operation: str, _: str, _data: bytes) -> None:
            if operation == "list":
                arrive(store, data=b"changed")

        assert intake(SMALL, Meddled(store, after=changes)).new == ()
        assert "changed while it was read; the next run takes it" in caplog.text
        arrivals = intake(SMALL, store)
        assert [batch_bytes(store, MODEL, one) for one in arrivals.new] == [b"changed"]

    def test_an_object_that_vanishes_is_left_alone(self, local: Store) -> None:
        """A producer that takes its upload back in between."""
        arrive(local)

        def vanishes(operation: str, prefix: str, _: bytes) -> None:
            if operation == "list":
                local.delete(f"{prefix}2024-01.parquet")

        assert intake(SMALL, Meddled(local, after=vanishes)).new == ()
        assert intake(SMALL, local).new == ()


class TestBadArrivals:
    """What is no batch stays where it is, and is named."""

    @pytest.mark.parametrize(
        "name",
        ["2024-13.parquet", "2024-1.parquet", "2024-01-01.parquet", "2024-01.csv.bz2", "2024-01",
         "readme.txt", "2024-01.parquet.crc", "0000-01.parquet", "9999-12.parquet", "2024-01.PARQUET",
         ".parquet", ".csv",
         "2024-01.parquet.gz", "2024-01.CSV", "2024-01.csv.csv", "2024-01.gz",
         "backup/2024-01.parquet", "2024-01.parquet/part-0.parquet", "-2024-01.parquet"],
    )  # fmt: skip
    def test_by_name_are_left_alone(self, local: Store, name: str, caplog: pytest.LogCaptureFixture) -> None:
        """The good batch beside them is taken in; they are reported, with what was expected."""
        arrive(local, name)
        arrive(local, "2024-02.parquet")
        with caplog.at_level(logging.WARNING):
            arrivals = intake(SMALL, local)
        assert told(arrivals) == [("2024-02", 1)]
        assert arrivals.unplaced == (incoming_prefix(MODEL) + name,)
        assert f"{name}: expected <month>.parquet, .csv or .csv.gz; left alone" in caplog.text

    def test_a_copy_in_a_folder_does_not_stand_in_for_the_batch(self, local: Store) -> None:
        """Only what lies directly under the prefix is the period's batch."""
        arrive(local, data=b"the batch")
        arrive(local, "old/2024-01.parquet", b"a copy")
        assert [batch_bytes(local, MODEL, one) for one in intake(SMALL, local).new] == [b"the batch"]

    def test_of_other_models_are_not_ours(self, local: Store) -> None:
        """Each model has a prefix of its own, also where one's name begins with another's."""
        local.put("incoming/small-2/2024-01.parquet", b"theirs")
        assert intake(SMALL, local) == Arrivals((), read_catalogue(local, MODEL), ())

    @pytest.mark.row("too large")
    def test_too_large_are_refused_by_listing(self, local: Store) -> None:
        """Before a byte is read: the size, the limit, and what to do."""
        arrive(local, data=b"x" * 1_000_001)
        meddled = Meddled(local)
        with pytest.raises(BadInput, match=r"1,000,001 bytes; intake\.max_bytes allows 1,000,000") as caught:
            intake(SMALL, meddled)
        assert "2024-01.parquet" in str(caught.value)
        assert ("get", f"{incoming_prefix(MODEL)}2024-01.parquet") not in meddled.calls

    def test_too_large_do_not_hold_up_the_good_ones(self, local: Store) -> None:
        """What is good is acknowledged first, before and after it in time; the error comes at the end."""
        for month, size in ((1, 1), (2, 1_000_001), (3, 1)):
            arrive(local, f"2024-0{month}.parquet", b"x" * size)
        with pytest.raises(BadInput, match="2024-02"):
            intake(SMALL, local)
        assert [one.period for one in read_catalogue(local, MODEL).revisions] == ["2024-01", "2024-03"]

    def test_of_an_unreachable_store_is_unavailable(self, local: Store) -> None:
        """A store that fails half-way is an error to be tried later; what was acknowledged stays."""
        arrive(local)
        arrive(local, "2024-02.parquet", b"b")

        def down(operation: str, key: str, _: bytes) -> None:
            if operation == "get" and "2024-02" in key:
                raise StoreUnavailable("down")

        with pytest.raises(StoreUnavailable):
            intake(SMALL, Meddled(local, before=down))
        assert [one.period for one in read_catalogue(local, MODEL).revisions] == ["2024-01"]
        assert told(intake(SMALL, local)) == [("2024-02", 1)]
        assert read_catalogue(local, MODEL).revisions[1].sha256 == sha("b")
