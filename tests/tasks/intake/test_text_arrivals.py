"""CSV that arrives becomes a Parquet batch, is kept beside it, and is never taken for something else."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import changed
from factories import PARAMS, small_frame
from ledgers import MODEL, Meddled

from tasks.documents import digest
from tasks.intake import Revision, batch_bytes, incoming_prefix, intake, read_catalogue
from tasks.params import parse_params
from tasks.store import Store, open_store

SMALL = parse_params(PARAMS)
RULES = "of whatever rules"
TEXT = small_frame(rows=150).to_csv(index=False).encode()
ANY = ("colour: {type: string, values: [red, green, blue]}", "colour: {type: string}")
UNBOUNDED = ("z: {type: number, max_nulls: 0.2, min: -10, max: 10}", "z: {type: number, max_nulls: 0.2}")
AS_WHOLE = ("x: {type: number, min: -10, max: 10}", "x: {type: integer, min: -10, max: 10}")


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store."""
    return open_store(str(tmp_path))


def arrive(store: Store, name: str, data: bytes = TEXT) -> None:
    """An object where producers put theirs."""
    store.put(incoming_prefix(MODEL) + name, data)


def taken(store: Store, params=SMALL) -> Revision:
    """The one new revision of an intake."""
    (one,) = intake(params, store).new
    return one


class TestText:
    """`<period>.csv` and `<period>.csv.gz`."""

    @pytest.mark.parametrize(
        ("name", "data"), [("2024-01.csv", TEXT), ("2024-01.csv.gz", gzip.compress(TEXT))]
    )
    @pytest.mark.row("CSV")
    def test_becomes_a_batch_and_is_kept(self, store: Store, name: str, data: bytes):
        """The batch is named by its Parquet's hash; what arrived lies beside it under its own."""
        arrive(store, name, data)
        one = taken(store)
        made = batch_bytes(store, MODEL, one)
        frame = pq.read_table(pa.BufferReader(made)).to_pandas()
        assert frame["row_id"].tolist() == small_frame(rows=150)["row_id"].tolist()
        assert frame["x"].tolist() == small_frame(rows=150)["x"].tolist()
        assert (one.size, one.status, one.original.size) == (len(made), "arrived", len(data))
        assert one.original.sha256 == digest(data)
        kept = store.get(f"batches/{MODEL}/{digest(data)}{name.removeprefix('2024-01')}")
        assert kept is not None
        assert kept[0] == data

    @pytest.mark.row("duplicate delivery")
    def test_is_the_same_batch_packed_or_not(self, local: Store):
        """Delivered again as gzip it is no new revision."""
        arrive(local, "2024-01.csv")
        taken(local)
        arrive(local, "2024-01.csv.gz", gzip.compress(TEXT))
        assert intake(SMALL, local).new == ()
        assert intake(SMALL, local).new == ()

    def test_again_is_not_read(self, local: Store):
        """What was handled costs one catalogue and one listing."""
        arrive(local, "2024-01.csv")
        taken(local)
        meddled = Meddled(local)
        assert intake(SMALL, meddled).new == ()
        assert [operation for operation, _ in meddled.calls] == ["get", "list"]

    def test_after_a_crash_before_the_acknowledgement_is_taken_up(self, local: Store):
        """Both files may be there; the next call makes the same ones and acknowledges them once."""
        arrive(local, "2024-01.csv")

        def dies(operation: str, key: str, _: bytes) -> None:
            if key.endswith("catalogue.json") and operation == "create":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            intake(SMALL, Meddled(local, before=dies))
        taken(local)
        assert len(list(local.list(f"batches/{MODEL}/"))) == 3


class TestUnfitText:
    """What cannot become Parquet is blocked at the door, and stands in nobody's way."""

    @pytest.mark.row("hostile CSV")
    def test_is_a_blocked_revision(self, local: Store, caplog: pytest.LogCaptureFixture):
        """With file, place and reason; the bytes are kept, and the good batch beside it is taken in."""
        arrive(local, "2024-01.csv", TEXT + b"ragged,row\n")
        arrive(local, "2024-02.csv")
        bad, good = intake(SMALL, local).new
        assert (bad.status, bad.unread, good.status) == ("blocked", True, "arrived")
        assert "2024-01: 2024-01.csv: not a readable CSV file: CSV parse error: Row #152: " in bad.reason
        assert "Expected 10 columns, got 2" in bad.reason
        assert "blocked: 2024-01.csv: not a readable CSV file" in caplog.text
        assert local.get(f"batches/{MODEL}/{bad.sha256}.csv")[0] == TEXT + b"ragged,row\n"
        assert intake(SMALL, local).new == ()

    def test_is_usable_under_no_rules(self, local: Store):
        """Other rules do not make a batch of it; an earlier good revision stays in use."""
        arrive(local, "2024-01.csv")
        good = taken(local)
        arrive(local, "2024-01.csv", b"row_id,x\na,<html>\n")
        bad = taken(local)
        assert (bad.revision, bad.status, bad.unread) == (2, "blocked", True)
        assert [one.sha256 for one in read_catalogue(local, MODEL).usable(RULES)] == [good.sha256]

    def test_is_read_again_under_other_types(self, local: Store):
        """A correction of params.yaml is enough: nobody has to deliver again."""
        arrive(local, "2024-01.csv")
        refused = taken(local, parse_params(changed(AS_WHOLE)))
        assert "2024-01.csv: not a readable CSV file: column x: Row #2: " in refused.reason
        good = taken(local)
        assert (good.revision, good.status) == (2, "arrived")

    def test_tells_the_reason_of_today(self, local: Store):
        """Read again on other terms and refused elsewhere: it is told as new, once, and no new revision."""
        frame = small_frame(rows=150).astype({"z": object})
        frame.loc[3, "z"] = "warm"
        arrive(local, "2024-01.csv", frame.to_csv(index=False).encode())
        first = taken(local, parse_params(changed(AS_WHOLE)))
        assert "column x: Row #2: " in first.reason
        again = taken(local)
        assert "column z: Row #5: " in again.reason
        assert read_catalogue(local, MODEL).revisions == (again,)
        assert (again.revision, again.status, again.sha256) == (1, "blocked", first.sha256)
        assert intake(SMALL, local).new == ()
        other = parse_params(changed(("max: 5000", "max: 6000")))
        assert intake(other, local).new == ()

    def test_is_not_read_again_where_something_newer_came(self, local: Store):
        """A later Parquet of the period counts, whatever types are declared for the text before it."""
        arrive(local, "2024-01.csv")
        taken(local)
        arrive(local, "2024-01.parquet", b"newer")
        taken(local)
        assert intake(parse_params(changed(AS_WHOLE)), local).new == ()

    def test_is_not_read_again_under_other_ranges(self, local: Store):
        """They do not change what a CSV becomes."""
        arrive(local, "2024-01.csv")
        taken(local)
        meddled = Meddled(local)
        intake(parse_params(changed(UNBOUNDED, ANY)), meddled)
        assert [operation for operation, _ in meddled.calls] == ["get", "list"]


class TestTwoAtOnce:
    """One period in two formats."""

    @pytest.mark.row("one period, two formats")
    def test_are_left_alone(self, local: Store, caplog: pytest.LogCaptureFixture):
        """Which of them counts is nobody's guess; others go on, and with one taken away so does it."""
        arrive(local, "2024-01.csv")
        arrive(local, "2024-01.parquet", b"a")
        arrive(local, "2024-02.csv")
        arrivals = intake(SMALL, local)
        assert [one.period for one in arrivals.new] == ["2024-02"]
        assert arrivals.unplaced == tuple(f"incoming/{MODEL}/2024-01.{name}" for name in ("csv", "parquet"))
        assert "2024-01 came 2 times at once; left alone: keep one" in caplog.text
        local.delete(f"incoming/{MODEL}/2024-01.parquet")
        assert taken(local).period == "2024-01"

    @pytest.mark.row("one period, two formats")
    def test_are_not_two_where_one_would_only_be_read_again(self, local: Store):
        """A correction as Parquet counts, although a limit changed since the CSV was read."""
        arrive(local, "2024-01.csv")
        taken(local)
        arrive(local, "2024-01.parquet", b"newer")
        widened = parse_params(changed(("max: 5000", "max: 6000")))
        one = taken(local, widened)
        assert (one.revision, one.source) == (2, f"incoming/{MODEL}/2024-01.parquet")
        again = intake(widened, local)
        assert (again.new, again.unplaced) == ((), ())

    @pytest.mark.row("one period, two formats")
    def test_that_are_both_new_are_left_alone_after_others(self, local: Store):
        """Another CSV and a Parquet that came since the last run: neither is known to be the later one."""
        arrive(local, "2024-01.csv")
        taken(local)
        arrive(local, "2024-01.csv", TEXT.replace(b"red", b"green"))
        arrive(local, "2024-01.parquet", b"newer")
        arrivals = intake(parse_params(changed(("max: 5000", "max: 6000"))), local)
        assert (len(arrivals.unplaced), arrivals.new) == (2, ())

    @pytest.mark.row("one period, two formats")
    def test_one_after_the_other_are_two_revisions(self, local: Store):
        """The later arrival is the newer one."""
        arrive(local, "2024-01.csv")
        assert taken(local).revision == 1
        arrive(local, "2024-01.parquet", b"a")
        assert taken(local).revision == 2
        assert read_catalogue(local, MODEL).newest("2024-01").original is None
