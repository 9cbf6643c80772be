"""What is kept aside is shown as it is, and a person's word counts for what they saw."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asides import FEBRUARY, JANUARY, KEPT_ASIDE, MARCH, batch, waiting
from data_factories import on_paper
from factories import MODEL, deliver, small_folder, small_frame

import tasks.quarantine
from tasks.errors import BadInput, Refused
from tasks.intake import intake, read_catalogue
from tasks.opening import open_ledger
from tasks.quarantine import listing, release, show
from tasks.run import retrain


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three of January's 400 rows are in quarantine, none of February's."""
    return waiting(tmp_path, monkeypatch)


class TestRelease:
    """A word is written where there is something to release, with a reason, once."""

    @pytest.mark.parametrize(
        ("period", "reason", "error", "message"),
        [
            (FEBRUARY, "x", BadInput, "expected a batch with rows in quarantine"),
            ("2031-01", "x", BadInput, "expected a batch with rows in quarantine"),
            (JANUARY, "  ", BadInput, "expected why, found nothing"),
        ],
    )
    def test_of_nothing(self, folder, period, reason, error, message):
        """Where nothing is kept aside there is nothing to release; nobody's word goes without a reason."""
        with pytest.raises(error, match=message):
            release(*open_ledger(folder), period, reason=reason)

    def test_twice(self, folder):
        """The first word stands."""
        home, ledger = open_ledger(folder)
        release(home, ledger, JANUARY, reason="a real storm")
        with pytest.raises(Refused, match="released already"):
            release(home, ledger, JANUARY, reason="another")
        assert listing(home, ledger).batches[0].released.reason == "a real storm"

    def test_while_a_correction_arrives(self, folder, monkeypatch):
        """A word about rows that are no longer in use is not written."""
        home, ledger = open_ledger(folder)
        original = tasks.quarantine.update_catalogue

        def late(*arguments):
            deliver(folder, JANUARY, batch(JANUARY, {8: 9999.0}))
            intake(home.params, ledger.store)
            return original(*arguments)

        monkeypatch.setattr(tasks.quarantine, "update_catalogue", late)
        with pytest.raises(Refused, match="another batch came meanwhile, and nothing was released"):
            release(home, ledger, JANUARY, reason="a real storm")
        assert not any(one.released for one in read_catalogue(ledger.store, MODEL).revisions)

    def test_of_labels(self, folder):
        """A label that is none cannot be learned from, whatever anybody says."""
        deliver(folder, MARCH, batch(MARCH, {}, label={5: 7}))
        retrain(folder)
        with pytest.raises(Refused, match="label is the label, and no model can learn one that is none"):
            release(*open_ledger(folder), MARCH, reason="x")


class TestShow:
    """What is set aside is as bad as data can be, and is shown all the same."""

    def test_columns_that_nobody_declared(self, tmp_path, monkeypatch):
        """Only the declared columns, which were read and found whole, go into the copy for people."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(monkeypatch)
        folder = small_folder(tmp_path, params=KEPT_ASIDE)
        table = pa.Table.from_pandas(
            small_frame(JANUARY).assign(x=[9999.0, *[0.0] * 399]), preserve_index=False
        )
        broken = pa.Array.from_buffers(pa.string(), 400, pa.array([b"\xff"] * 400, pa.binary()).buffers())
        table = table.append_column("quarantine.rules", broken)
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        deliver(folder, JANUARY, sink.getvalue().to_pybytes())
        outcome = retrain(folder)
        assert (outcome.verdict, len(outcome.quarantined)) == ("waiting", 1)
        shown = show(*open_ledger(folder), JANUARY)
        assert shown.first[0]["quarantine.rules"] == "x be_between"
