"""What is validated by hand is on the shelf for everybody, and a store that is away stops nothing."""

import logging

import pytest
from commands import evergreen
from data_factories import put_batch
from factories import MODEL, deliver, parquet, small_batch, small_folder, small_frame
from ledgers import Meddled

from tasks.checked import keep_reports
from tasks.documents import digest
from tasks.errors import StoreUnavailable
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.validate import rules_hash, validate
from tasks.validate.shelf import read_report


@pytest.fixture
def fetched(tmp_path):
    """A folder with a good January and a February that breaks a rule, taken in and brought here."""
    folder = small_folder(tmp_path)
    months = {"2024-01": small_batch(), "2024-02": parquet(small_frame("2024-02").assign(x=9999.0))}
    for month, data in months.items():
        deliver(folder, month, data)
    assert evergreen("intake", "-C", folder).status == 0
    home, ledger = open_ledger(folder)
    return home, ledger, [put_batch(home, month, data) for month, data in months.items()]


class TestByHand:
    def test_the_page_knows_it(self, fetched):
        """`evergreen docs` tells what `evergreen validate` found; a second time there is nothing to put."""
        home, ledger, _ = fetched
        assert evergreen("validate", "-C", home.root).status == 1
        page = home.root / "docs.html"
        assert evergreen("docs", "-C", home.root, "--page", page).status == 0
        said = page.read_text()
        assert "not checked under these rules" not in said
        assert "x: must lie between -10 and 10: 400 of 400 rows do not" in said
        assert keep_reports(home, ledger, validate(home).reports) == 0

    def test_of_a_batch_that_nobody_took_in(self, fetched):
        """It is of this folder alone."""
        home, ledger, batches = fetched
        put_batch(home, "2024-03", small_batch("2024-03"))
        assert keep_reports(home, ledger, validate(home).reports) == len(batches)

    def test_of_other_bytes_under_its_name(self, fetched):
        """What was changed here is not what arrived: no report is put beside that."""
        home, ledger, (january, _) = fetched
        (home.batches / january.name).write_bytes(small_batch(seed=5))
        reports = validate(home).reports
        assert keep_reports(home, ledger, reports) == 1
        arrived = digest(small_batch())
        assert read_report(ledger.store, MODEL, january, arrived, rules_hash(home.params)) is None


class TestAStoreThatIsAway:
    def test_stops_nothing(self, fetched, caplog):
        """The reports are here, and the message says so."""
        home, ledger, _ = fetched

        def away(*_):
            raise StoreUnavailable("the store does not answer")

        store = Meddled(ledger.store)
        store.get = away
        with caplog.at_level(logging.WARNING):
            assert keep_reports(home, Ledger(store, MODEL), validate(home).reports) == 0
        assert "the reports are in this folder alone: the store does not answer" in caplog.text

    def test_that_is_not_there_is_not_made(self, tmp_path):
        """A folder without a store has none afterwards."""
        folder = small_folder(tmp_path)
        home, _ = open_ledger(folder)
        put_batch(home, "2024-01", small_batch())
        assert evergreen("validate", "-C", folder).status == 0
        assert not (folder / "store").exists()
