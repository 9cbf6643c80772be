"""From what a plan is made: the newest decision that is open, or the batches and a guess."""

from pathlib import Path

import pytest
from data_factories import on_paper
from factories import PARAMS, deliver, small_folder
from number_factories import NUMBER_PARAMS, number_batch

from tasks.errors import Refused
from tasks.intake import intake
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.params import Params
from tasks.plan import plan
from tasks.run import retrain

BUDGETED = PARAMS.replace("looks_per_holdout: 1", "looks_per_holdout: 2")
MONTHS = ("2024-01", "2024-02", "2024-03")


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


def played(parent: Path, params: str, *rounds: tuple[str, ...]) -> tuple[Ledger, Params, list[int | None]]:
    """A folder after cycles on what has arrived, and the entries of their decisions."""
    folder = small_folder(parent, params=params)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        entries = []
        for periods in rounds:
            for period in periods:
                deliver(folder, period)
            entries.append(retrain(folder).entry)
    home, ledger = open_ledger(folder)
    return ledger, home.params, entries


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, Params, list[int | None]]:
    """A folder with a budget of two looks: a decision on February, and a sealed one on March."""
    return played(tmp_path_factory.mktemp("two"), BUDGETED, MONTHS[:2], MONTHS[2:])


class TestBeforeAnyDecision:
    """The batches that have been taken in, and a guess."""

    def test_batches_are_enough(self, tmp_path):
        """Two months of labels give a plan that says what it assumes."""
        folder = small_folder(tmp_path)
        for period in MONTHS[:2]:
            deliver(folder, period)
        home, ledger = open_ledger(folder)
        intake(home.params, ledger.store)
        found = plan(ledger, home.params, (0.005,))
        assert (found.decision, found.assumed.periods, found.assumed.differ) == (None, MONTHS[:2], 0.3)
        assert [one.clause for one in found.clauses] == ["beats-champion"]
        assert [one.clause for one in found.later] == ["beats-base-rate"]

    def test_a_holdout_as_declared_is_among_the_sizes(self, tmp_path):
        """Who judges by 21 days is told what 21 days show."""
        text = PARAMS.replace("max_periods: 12", "max_periods: 40").replace(
            "min_periods: 2", "min_periods: 30"
        )
        text = text.replace("holdout_periods: 1", "holdout_periods: 21")
        folder = small_folder(tmp_path, params=text)
        for period in MONTHS[:2]:
            deliver(folder, period)
        home, ledger = open_ledger(folder)
        intake(home.params, ledger.store)
        (found,) = plan(ledger, home.params).clauses
        assert [one.batches for one in found.detectable] == [1, 2, 3, 6, 12, 21]

    def test_without_batches_it_says_what_to_do(self, tmp_path):
        """There is nothing to plan from."""
        home, ledger = open_ledger(small_folder(tmp_path))
        with pytest.raises(Refused, match="no batch either"):
            plan(ledger, home.params)

    def test_of_numbers_only_a_decision_tells(self, tmp_path):
        """A regression has no log loss: one line says that the first decision tells."""
        folder = small_folder(tmp_path, params=NUMBER_PARAMS)
        deliver(folder, MONTHS[0], number_batch(MONTHS[0]))
        home, ledger = open_ledger(folder)
        intake(home.params, ledger.store)
        with pytest.raises(Refused, match=r"log loss.*the first decision tells.*`evergreen run`"):
            plan(ledger, home.params)

    def test_a_guess_that_no_clause_has_a_use_for_is_refused(self, tmp_path):
        """Whether there is a decision or not: the message is about the guess, and about no decision."""
        home, ledger = open_ledger(small_folder(tmp_path, params=NUMBER_PARAMS))
        with pytest.raises(Refused, match=r"^--differ is a guess .* no clause asks for one: leave it out"):
            plan(ledger, home.params, differ=0.5)
        with pytest.raises(Refused, match=r"^no decision to plan from"):
            plan(ledger, home.params)


class TestFromADecision:
    """What was measured is told and nothing is assumed."""

    def test_while_the_newest_is_sealed_the_one_before_tells(self, decided):
        """March may be asked again, February has retired: the plan is February's."""
        ledger, params, (first, second) = decided
        found = plan(ledger, params)
        assert second > first
        assert (found.decision, found.holdout, found.assumed) == (first, ("2024-02",), None)

    def test_from_the_first_decision_leads_over_a_champion_are_told_later(self, decided):
        """February's challenger met no champion: its lead over the base rate stands for no other."""
        ledger, params, (first, _) = decided
        found = plan(ledger, params)
        assert [(one.clause, one.against) for one in found.clauses] == [("beats-base-rate", "the base rate")]
        (later,) = found.later
        assert later.clause == "beats-champion"
        assert later.why == f"told after the first decision against a champion; decision {first} had none"

    def test_a_guess_that_is_given_is_taken(self, decided):
        """With --differ the labels of all batches are planned from, whatever was decided."""
        ledger, params, _ = decided
        found = plan(ledger, params, differ=0.5)
        assert (found.decision, found.assumed.differ, found.assumed.periods) == (None, 0.5, MONTHS)

    def test_while_the_only_one_is_sealed_labels_tell(self, tmp_path):
        """Nothing of its numbers is told: the plan is the one from before it."""
        ledger, params, (entry,) = played(tmp_path, BUDGETED, MONTHS[:2])
        found = plan(ledger, params)
        assert ledger.state().decision.number == entry
        assert found.decision is None
        assert found == plan(ledger, params, differ=0.3)
