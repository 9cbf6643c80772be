"""An erasure: the rows go from everywhere, the others stay, and the ledger says so without saying whose."""

import hashlib
import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crashes import stores_replaced
from erasures import KEY, holders
from factories import deliver, parquet, small_batch, small_frame
from ledgers import MODEL, Meddled, decided_workspace, enthroned

from tasks.documents import write_atomically
from tasks.erase.step import Erasing, erase
from tasks.errors import BadInput, Refused
from tasks.intake import batch_bytes, bytes_key, incoming_prefix, intake, read_catalogue
from tasks.ledger import Erased, Ledger, Registered
from tasks.ledger.artifacts import artifact_key, artifacts_of
from tasks.ledger.audit import audit
from tasks.promote import rollback
from tasks.replay.checkout import checkout
from tasks.run.at_work import at_work
from tasks.validate.quarantined import quarantine_key
from tasks.validate.result import BatchReport, Broken, Quarantine
from tasks.workspace import open_folder

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"


def erased(folder: Path, *keys: str, **options: bool) -> Erasing:
    """An erasure in the folder."""
    return erase(folder, keys or (KEY,), reason="asked for on paper", **options)


def ids(ledger: Ledger) -> dict[tuple[str, int], list[str]]:
    """The ids in each revision, by period and number."""
    found = read_catalogue(ledger.store, MODEL).revisions
    bytes_of = {(one.period, one.revision): batch_bytes(ledger.store, MODEL, one) for one in found}
    return {at: pq.read_table(pa.BufferReader(data))["row_id"].to_pylist() for at, data in bytes_of.items()}


class TestRows:
    """Who goes and who stays."""

    def test_go_from_every_batch_whatever_it_came_as(self, folder: Path, ledger: Ledger) -> None:
        """Superseded revisions and CSV too: nothing below the folder or in its store holds the key."""
        assert len(holders(folder)) == 6  # three batches, a CSV beside one, and what was delivered
        before = ids(ledger)
        done = erased(folder)
        assert holders(folder) == []
        assert (done.rows, done.absent, done.searched, done.unsearched, done.orphans) == (4, 0, 4, (), ())
        after = ids(ledger)
        left = [[one for one in found if one != KEY] for found in before.values()]
        assert list(after.values()) == left
        assert [len(found) for found in after.values()] == [148, 149, 149, 150]

    def test_take_the_place_of_the_old_ones(self, folder: Path, ledger: Ledger) -> None:
        """In the order of arrival, under new numbers, to be judged anew; untouched batches stay."""
        before = read_catalogue(ledger.store, MODEL)
        erased(folder)
        after = read_catalogue(ledger.store, MODEL)
        told = [(one.period, one.revision, one.status) for one in after.revisions]
        assert told == [
            (JANUARY, 3, "arrived"), (JANUARY, 4, "arrived"), (FEBRUARY, 2, "arrived"), (MARCH, 1, "arrived"),
        ]  # fmt: skip
        assert after.revisions[-1] == before.revisions[-1]
        assert after.next_revision(JANUARY) == 5
        assert (after.erasing, after.cleared) == ((), 6)

    @pytest.mark.long
    def test_keep_every_value_and_type(self, folder: Path, ledger: Ledger) -> None:
        """Of the rows that stay."""
        old = read_catalogue(ledger.store, MODEL).revisions[0]
        before = pq.read_table(pa.BufferReader(batch_bytes(ledger.store, MODEL, old)))
        erased(folder)
        new = read_catalogue(ledger.store, MODEL).revisions[0]
        after = pq.read_table(pa.BufferReader(batch_bytes(ledger.store, MODEL, new)))
        stay = pa.array([one != KEY for one in before["row_id"].to_pylist()])
        assert after.equals(before.filter(stay).replace_schema_metadata(None))

    @pytest.mark.long
    def test_of_several_people_go_at_once(self, folder: Path) -> None:
        """Each key counts."""
        assert erased(folder, KEY, "2024-03-00009").rows == 5

    def test_that_are_nobodys_change_nothing(self, folder: Path, ledger: Ledger) -> None:
        """No entry, no new revision: somebody may ask twice."""
        before = read_catalogue(ledger.store, MODEL), ledger.state()
        done = erased(folder, "nobody", "no one")
        assert (done.entry, done.rows, done.searched, done.absent) == (None, 0, 4, 2)
        assert (read_catalogue(ledger.store, MODEL), ledger.state()) == before

    @pytest.mark.long
    def test_can_be_all_of_a_batch(self, folder: Path, ledger: Ledger) -> None:
        """What is left is a batch without rows, which validation blocks with its reason."""
        erased(folder, *(f"2024-03-{number:05d}" for number in range(150)))
        assert ids(ledger)[MARCH, 2] == []

    def test_in_quarantine_go_too(self, folder: Path, ledger: Ledger) -> None:
        """With the report that names them, and the profile."""
        one = read_catalogue(ledger.store, MODEL).revisions[0]
        broken = Broken(column="x", rule="max", message="x of person-17", rows=1, places="3")
        kept = Quarantine(rows=1, places="3", broken=(broken,))
        report = BatchReport(
            period=JANUARY, file=one.file, rules="0" * 64, rows=150, checks=1, quarantine=kept
        )
        keys = [quarantine_key(MODEL, report), f"batches/{MODEL}/{one.sha256}.{'0' * 64}.json",
                f"batches/{MODEL}/{one.sha256}.{'0' * 12}.profile.json"]  # fmt: skip
        for key in keys:
            ledger.store.put(key, report.to_bytes())
        erased(folder)
        assert [key for key in keys if ledger.store.exists(key)] == []

    def test_go_from_dvc(self, folder: Path, ledger: Ledger) -> None:
        """From its remote by content, and from this machine's cache and stages with all that is in them."""
        home = open_folder(folder)
        one = read_catalogue(ledger.store, MODEL).revisions[0]
        data = batch_bytes(ledger.store, MODEL, one)
        name = hashlib.md5(data, usedforsecurity=False).hexdigest()
        place = f"files/md5/{name[:2]}/{name[2:]}"
        ledger.store.put(f"dvc/{place}", data)
        for path in (home.dvc_cache / place, home.batches / one.file, home.prepared / "train.parquet",
                     home.near / f"{one.sha256}.{'0' * 12}.profile.json"):  # fmt: skip
            write_atomically(path, data)
        erased(folder)
        assert holders(folder) == []
        assert not ledger.store.exists(f"dvc/{place}")


class TestLedger:
    """What the entry says, and what is known of it afterwards."""

    def test_names_contents_and_counts_and_nobody(self, folder: Path, ledger: Ledger) -> None:
        """Periods, hashes before and after, rows: nothing from which the key could be told."""
        before = {one.sha256 for one in read_catalogue(ledger.store, MODEL).revisions}
        done = erased(folder)
        body = ledger.entry(6).body
        assert isinstance(body, Erased)
        assert (done.entry, body.batches, body.before) == (6, done.batches, None)
        after = {one.sha256 for one in read_catalogue(ledger.store, MODEL).revisions}
        assert {one.old for one in body.batches} == before - after
        assert {one.new for one in body.batches} == after - before
        assert audit(ledger).model_dump(include={"wrong", "entries", "erasures"}) == {
            "wrong": None, "entries": 6, "erasures": 1,
        }  # fmt: skip

    def test_names_what_was_made_from_the_rows(self, folder: Path, ledger: Ledger) -> None:
        """The decision, the promotion, and that its champion is in office."""
        done = erased(folder)
        assert (done.decisions, done.champions, done.in_office) == ((4,), (5,), True)
        other = erased(folder, f"{FEBRUARY}-00020")
        assert (other.entry, other.decisions, other.champions, other.in_office) == (7, (), (), False)
        assert ledger.state().erased == 7

    def test_names_a_champion_that_a_rollback_brought_back(
        self, ledger: Ledger, folder: Path, tmp_path: Path
    ) -> None:
        """It is in office by the rollback's entry; the second champion was made from nobody knows what."""
        enthroned(tmp_path, ledger, "b")
        assert rollback(ledger, reason="worse").champion.number == 10
        done = erased(folder, dry_run=True)
        assert (done.decisions, done.champions, done.in_office) == ((4,), (5, 10), True)
        assert done.unknown == (8, 9)

    @pytest.mark.parametrize("name", ["dataset.json", "prepared.json"])
    def test_names_what_cannot_be_told(self, folder: Path, ledger: Ledger, name: str) -> None:
        """An artifact that is gone is no proof that the rows were not in the window."""
        ref = artifacts_of(ledger.entry(3))[name]
        ledger.store.delete(artifact_key(MODEL, ref.sha256, ref.after))
        done = erased(folder, dry_run=True)
        assert (done.decisions, done.champions, done.unknown) == ((), (), (4, 5))

    def test_explains_why_a_decision_cannot_be_brought_back(self, folder: Path, tmp_path: Path) -> None:
        """In one line, with the entry, instead of missing bytes; and no half folder."""
        erased(folder)
        from tasks.opening import open_ledger

        with pytest.raises(Refused, match=r"decision 4 was made from rows of 2024-01 .* by entry 6 \("):
            checkout(open_ledger(folder)[1], 5, tmp_path / "back")
        assert not (tmp_path / "back").exists()

    @pytest.mark.long
    def test_can_be_erased_from_again(self, folder: Path, ledger: Ledger) -> None:
        """The next person's rows go from what was left; the catalogue leads from first to last."""
        first = read_catalogue(ledger.store, MODEL).revisions[0]
        erased(folder)
        erased(folder, f"{JANUARY}-00009")
        after = read_catalogue(ledger.store, MODEL)
        assert after.erased[first.sha256] == after.revisions[0].sha256
        assert after.revisions[0].revision == 5
        assert not holders(folder, f"{JANUARY}-00009")


class TestDryRun:
    """Says what would go."""

    def test_changes_no_byte(self, folder: Path) -> None:
        """Nor does it need the folder to itself."""
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        with at_work(open_folder(folder)):
            done = erased(folder, dry_run=True)
        assert (done.entry, done.rows, done.decisions) == (None, 4, (4,))
        (folder / ".evergreen" / "runs.lock").unlink()
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


class TestWhatCannotBeSearched:
    """Is named, and never passed over."""

    @pytest.fixture
    def unreadable(self, folder: Path, ledger: Ledger) -> Path:
        """April is no Parquet, May is no CSV, June has no ids."""
        deliver(folder, "2024-04", small_batch("2024-04")[:-9])
        ledger.store.put(f"{incoming_prefix(MODEL)}2024-05.csv", f'row_id\n"{KEY}\n'.encode())
        deliver(folder, "2024-06", parquet(small_frame("2024-06").drop(columns="row_id")))
        return folder

    def test_is_named_with_the_reason(self, unreadable: Path) -> None:
        """What can be searched is erased from all the same."""
        done = erased(unreadable)
        assert done.rows == 4
        told = (
            "2024-04 (revision 1, arrived): not a readable Parquet file",
            "2024-05 (revision 1, blocked): 2024-05: 2024-05.csv: a quote",
            "2024-06 (revision 1, arrived): it has no column row_id",
        )
        assert len(done.unsearched) == len(told)
        assert all(one.startswith(start) for one, start in zip(done.unsearched, told, strict=True))

    @pytest.mark.long
    def test_goes_whole_if_asked_for(self, unreadable: Path, ledger: Ledger) -> None:
        """With what was delivered."""
        done = erased(unreadable, whole=True)
        assert (done.unsearched, [one.period for one in done.batches if one.new is None]) == (
            (), ["2024-04", "2024-05", "2024-06"],
        )  # fmt: skip
        assert holders(unreadable) == []
        assert {one.period for one in read_catalogue(ledger.store, MODEL).revisions} == {
            JANUARY, FEBRUARY, MARCH,
        }  # fmt: skip

    @pytest.mark.long
    def test_includes_what_a_crash_left_a_moment_ago(self, folder: Path, ledger: Ledger) -> None:
        """It may be an intake's that is at work."""
        key = bytes_key(MODEL, "f" * 64)
        ledger.store.put(key, b"x")
        (told,) = erased(folder).unsearched
        assert told == f"{key}: no batch yet, and younger than retention.grace_hours"
        assert ledger.store.exists(key)


class TestArrivals:
    """Before and after."""

    @pytest.mark.long
    def test_are_taken_in_first(self, folder: Path) -> None:
        """What lies in front of the door counts."""
        frame = small_frame("2024-04", rows=150)
        frame.loc[0, "row_id"] = KEY
        deliver(folder, "2024-04", parquet(frame))
        assert erased(folder).rows == 5
        assert holders(folder) == []

    def test_that_overtake_the_listing_stay(self, folder: Path, ledger: Ledger) -> None:
        """A correction delivered while the old object is looked at was never taken in: it is new data."""
        key, new = f"{incoming_prefix(MODEL)}{JANUARY}.parquet", small_batch(JANUARY, seed=9)

        def correct(operation: str, asked: str, _data: bytes) -> None:
            if (operation, asked) == ("get", key) and ledger.state().erased:
                deliver(folder, JANUARY, new)

        with stores_replaced(lambda store: Meddled(store, before=correct)):
            erased(folder)
        assert ledger.store.get(key)[0] == new

    def test_of_the_very_bytes_are_left_alone(
        self, folder: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A producer's next copy does not bring the person back."""
        data = (folder / "store" / "incoming" / MODEL / f"{JANUARY}.parquet").read_bytes()
        erased(folder)
        before = read_catalogue(ledger.store, MODEL)
        deliver(folder, JANUARY, data)
        deliver(folder, "2024-04", data)
        with caplog.at_level(logging.WARNING):
            assert intake(open_folder(folder).params, ledger.store).new == ()
        assert read_catalogue(ledger.store, MODEL) == before
        assert caplog.text.count("rows were erased from these very bytes") == 2
        assert erased(folder).unsearched == ()
        assert holders(folder) == []


class TestRefusals:
    """One clear line, and nothing is changed."""

    def test_while_a_run_is_at_work(self, folder: Path) -> None:
        """It has batches in hand."""
        with at_work(open_folder(folder)), pytest.raises(Refused, match="a run is at work here"):
            erased(folder)
        assert holders(folder)

    def test_while_a_run_may_be_at_work_elsewhere(self, folder: Path, ledger: Ledger, tmp_path: Path) -> None:
        """A registration without a decision tells of it."""
        decided_workspace(tmp_path, ledger, "b")
        ledger.append(lambda _: Registered(candidate="b" * 64, artifacts={}))
        with pytest.raises(Refused, match="registration 7 has no decision yet"):
            erased(folder)
        assert holders(folder)

    @pytest.mark.parametrize("keys", [("",), (), tuple(map(str, range(10_001)))])
    def test_of_no_keys_or_too_many(self, folder: Path, keys: tuple[str, ...]) -> None:
        """An empty line in a file is nobody."""
        with pytest.raises(BadInput, match=r"expected 1 to 10,000 keys of row_id, found "):
            erase(folder, keys, reason="asked for")

    def test_of_a_reason_that_names_the_person(self, folder: Path) -> None:
        """The ledger keeps it for ever; of whole numbers, the key as it was given counts, too."""
        params = folder / "params.yaml"
        with pytest.raises(BadInput, match="it holds a key"):
            erase(folder, (KEY,), reason=f"letter of {KEY}, May")
        params.write_text(params.read_text().replace("row_id: {type: string}", "row_id: {type: integer}"))
        with pytest.raises(BadInput, match="it holds a key"):
            erase(folder, ("007",), reason="customer 007")
