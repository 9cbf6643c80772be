"""What rests on a revision that is not in use any more is named, and nothing else is."""

from pathlib import Path

import pytest
from data_factories import in_office
from factories import deliver, small_batch
from ledgers import Meddled, enthroned, frozen

from tasks.corrections import Correction, corrections, ever, in_force
from tasks.documents import digest
from tasks.intake import Revision, intake, read_catalogue
from tasks.ledger import Ledger
from tasks.status import status, status_text
from tasks.store import open_store
from tasks.workspace import Workspace

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Ledger]:
    """A champion made from January and February."""
    return in_office(tmp_path_factory.mktemp("office"))


def in_use(period: str, data: bytes, revision: int = 2) -> Revision:
    """A revision of a period that holds `data`."""
    sha256 = digest(data)
    return Revision(period=period, revision=revision, sha256=sha256, size=1, source="s", arrived="now")


def dataset_bytes(office: tuple[Workspace, Ledger], period: str) -> bytes:
    """What the champion was made from."""
    (path,) = office[0].batches.glob(f"{period}.*")
    return path.read_bytes()


class TestCorrections:
    """By period: entries that rest on another revision than the one in use."""

    def test_name_decision_and_champion(self, office):
        """By the entries that made them."""
        ledger = office[1]
        state = ledger.state()
        (found,) = corrections(ledger, [in_use(JANUARY, b"corrected")], ever(ledger))
        expected = (state.decision.number,), (state.champion.number,)
        assert (found.period, found.revision, (found.decisions, found.champions)) == (JANUARY, 2, expected)
        assert corrections(ledger, [in_use(JANUARY, b"corrected")], in_force(state)) == (found,)

    def test_do_not_name_what_saw_the_revision_in_use(self, office):
        """The content counts, and not its number: a correction may have been taken back."""
        same = in_use(JANUARY, dataset_bytes(office, JANUARY), revision=3)
        assert corrections(office[1], [same], ever(office[1])) == ()

    def test_do_not_name_what_never_saw_the_period(self, office):
        """A period outside of the window, or later than it, taught nobody anything."""
        assert corrections(office[1], [in_use(MARCH, b"corrected")], ever(office[1])) == ()

    def test_name_the_holdout_too(self, office):
        """A decision rests on what it was judged on as on what it learned from."""
        (found,) = corrections(office[1], [in_use(FEBRUARY, b"corrected")], ever(office[1]))
        assert found.period == FEBRUARY

    def test_of_documents_that_are_gone_are_not_told(self, office, caplog):
        """The run goes on, and says which entry it cannot tell of."""

        class Gone(Meddled):
            def get(self, key, *, etag=None):
                return None if key.startswith("artifacts/") else super().get(key, etag=etag)

        ledger = Ledger(Gone(office[1].store), office[1].model)
        assert corrections(ledger, [in_use(JANUARY, b"corrected")], ever(ledger)) == ()
        assert "which batches it rests on cannot be told" in caplog.text

    def test_of_registrations_without_a_dataset_are_none(self, tmp_path):
        """Nothing is known of what they were made from."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        resting = in_force(enthroned(tmp_path, ledger, "b"))
        assert [one.champion for one in resting] == [False, True]
        assert corrections(ledger, [in_use(JANUARY, b"corrected")], resting) == ()


class TestWords:
    """One line for a person."""

    def test_name_each_entry(self):
        """Decisions first."""
        many = Correction(period=JANUARY, revision=3, decisions=(4, 8), champions=(5,))
        assert many.words == (
            "2024-01 is in revision 3 now: decision 4, decision 8, champion of entry 5 rest on another one"
        )

    def test_of_one_entry(self):
        """In the singular."""
        one = Correction(period=JANUARY, revision=2, decisions=(4,), champions=())
        assert one.words == "2024-01 is in revision 2 now: decision 4 rests on another one"


class TestStatus:
    """`evergreen status`."""

    @pytest.mark.row("late correction")
    def test_names_the_champion_that_learned_from_the_old_one(self, tmp_path: Path):
        """Until a later decision and champion have learned from the new one."""
        workspace, ledger = in_office(tmp_path)
        deliver(workspace.root, JANUARY, dataset_bytes((workspace, ledger), JANUARY))
        intake(workspace.params, ledger.store)
        assert status(workspace, ledger).corrected == ()
        deliver(workspace.root, JANUARY, small_batch(JANUARY, seed=5))
        intake(workspace.params, ledger.store)
        (found,) = status(workspace, ledger).corrected
        assert (found.period, found.revision, len(found.champions)) == (JANUARY, 2, 1)
        assert read_catalogue(ledger.store, ledger.model).corrects
        told = [
            str(cell) for column in status_text(status(workspace, ledger)).columns for cell in column.cells
        ]
        assert found.words in told
