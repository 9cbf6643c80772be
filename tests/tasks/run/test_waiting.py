"""A cycle while promotions are held, and while somebody's approval is missing."""

import shutil
from pathlib import Path

import pytest
from data_factories import on_paper
from factories import PARAMS, deliver, small_batch, small_folder

from tasks.approve import approve_in
from tasks.errors import Refused
from tasks.hold import hold, release
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.run import Outcome, retrain

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"

pytestmark = pytest.mark.usefixtures("paper")


def kinds(folder: Path, first: int) -> list[str]:
    """The kinds of the entries from `first` on."""
    return [entry.body.kind for entry, _ in open_ledger(folder)[1].entries(first)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A folder whose promotions were held when its first decision was made, to copy."""
    folder = small_folder(tmp_path_factory.mktemp("held"))
    deliver(folder, JANUARY)
    deliver(folder, FEBRUARY)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        hold(open_ledger(folder)[1], reason="incident")
        return folder, retrain(folder)


@pytest.fixture
def held(template: tuple[Path, Outcome], folder: Path) -> Outcome:
    """The outcome of that decision, number 5, in `folder`."""
    shutil.copytree(template[0], folder, dirs_exist_ok=True)
    return template[1]


@pytest.fixture
def ledger(held: Outcome, folder: Path) -> Ledger:
    """The ledger of that folder."""
    assert held.entry == 5
    return open_ledger(folder)[1]


class TestHeld:
    """While promotions are held, runs decide and promote nothing."""

    def test_the_decision_is_in_and_told(self, held: Outcome, folder: Path) -> None:
        """The verdict is what it is; the outcome says that it waits, and for what."""
        assert (held.verdict, held.champion) == ("promote", None)
        assert held.hold is not None
        assert held.hold.reason == "incident"
        assert held.promotion_waits == (
            "decision 5 to promote waits for `evergreen release`: entry 1 holds promotions"
        )
        assert kinds(folder, 1) == ["hold", "contract", "look", "registered", "decision"]

    @pytest.mark.usefixtures("held")
    def test_the_next_run_leaves_it(self, folder: Path) -> None:
        """Nothing new, told again, and no entry."""
        again = retrain(folder)
        assert (again.verdict, again.champion, again.finished) == ("nothing new", None, None)
        assert "waits for `evergreen release`" in str(again.promotion_waits)
        assert len(kinds(folder, 1)) == 5


class TestReleased:
    """After the release the next run finishes what waited, if nothing has changed."""

    def test_where_nothing_changed_it_is_promoted(self, ledger: Ledger, folder: Path) -> None:
        """Without a training; and it says what it finished."""
        release(ledger, reason="over")
        outcome = retrain(folder)
        assert outcome.finished == "promotion of decision 5, held until entry 6"
        assert (outcome.verdict, outcome.champion, outcome.promotion_waits) == ("nothing new", 7, None)
        assert kinds(folder, 6) == ["release", "promotion"]

    def test_where_a_month_was_corrected_it_is_not(self, ledger: Ledger, folder: Path) -> None:
        """The incident may have been the data: what was judged on it does not take office after it."""
        deliver(folder, JANUARY, small_batch(JANUARY, seed=5))
        release(ledger, reason="over")
        outcome = retrain(folder)
        assert (outcome.finished, outcome.champion) == (None, None)
        assert outcome.verdict == "exhausted"
        assert "this run left it there: data or settings are not" in str(outcome.promotion_waits)
        assert retrain(folder).champion is None

    def test_where_a_month_arrived_the_next_decision_takes_its_place(
        self, ledger: Ledger, folder: Path
    ) -> None:
        """March is judged against the champion of before, and what waited is history."""
        deliver(folder, MARCH)
        release(ledger, reason="over")
        outcome = retrain(folder)
        assert (outcome.holdout, outcome.finished, outcome.promotion_waits) == ((MARCH,), None, None)
        assert kinds(folder, 6)[:4] == ["release", "look", "registered", "decision"]

    def test_where_settings_changed_it_is_not(self, ledger: Ledger, folder: Path) -> None:
        """Another seed is another challenger."""
        path = folder / "params.yaml"
        path.write_text(path.read_text().replace("seed: 7", "seed: 8"))
        release(ledger, reason="over")
        assert retrain(folder).champion is None

    def test_drills_finish_nothing(self, ledger: Ledger, folder: Path) -> None:
        """A drill leaves what waits to a run that counts."""
        release(ledger, reason="over")
        assert retrain(folder, drill=True).champion is None


class TestApproval:
    """Under a contract that asks for approval."""

    @pytest.fixture
    def outcome(self, folder: Path) -> Outcome:
        """What the run came to whose decision, number 4, waits."""
        text = PARAMS.replace("contract:\n", "contract:\n  promote: {approval: required}\n")
        (folder / "params.yaml").write_text(text)
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        return retrain(folder)

    @pytest.mark.usefixtures("outcome")
    def test_data_that_was_corrected_since_is_not_approved(self, folder: Path) -> None:
        """The periods are named; with the batches that the decision was made from, it may be."""
        deliver(folder, JANUARY, small_batch(JANUARY, seed=5))
        retrain(folder)
        with pytest.raises(Refused, match=r"made from batches that have changed since: 2024-01$"):
            approve_in(folder, 4, reason="looks good")
        assert open_ledger(folder)[1].state().answer is None
        deliver(folder, JANUARY)
        retrain(folder)
        assert approve_in(folder, 4, reason="looks good").promotion is not None

    def test_a_run_decides_and_a_person_promotes(self, folder: Path, outcome: Outcome) -> None:
        """Nothing is in office before; the next run finds nothing to do."""
        assert (outcome.verdict, outcome.champion, outcome.entry) == ("promote", None, 4)
        assert str(outcome.promotion_waits).startswith("decision 4 to promote waits for somebody's")
        assert retrain(folder).champion is None
        assert approve_in(folder, 4, reason="looks good").promotion == 6
        again = retrain(folder)
        assert (again.verdict, again.champion, again.promotion_waits) == ("nothing new", 6, None)
