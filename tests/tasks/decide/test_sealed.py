"""While a holdout may be asked again a decision tells how clauses ended, and no number of it."""

import re

import pytest
from data_factories import contender, declared, small_params
from factories import small_frame

from tasks.decide.decision import Decision, decide
from tasks.decide.sealed import LATER, sealed
from tasks.documents import digest
from tasks.evaluate.findings import Evidence, Look, Measurements
from tasks.evaluate.step import compare
from tasks.params import Params

ROWS = small_frame("2024-02", rows=300).dropna(subset="label").astype({"label": "int8"})
TAKEN = Measurements(
    one_row_p50_ms=1.0, one_row_p95_ms=3.0, one_row_calls=10, batch_rows_per_second=1e5, model_bytes=2000
)
NUMBER = re.compile(r"\d")


def params(looks: int) -> Params:
    """The small model's settings with a budget of looks, and a clause about the model's size."""
    plain = small_params()
    clauses = (*plain.contract.clauses, declared(name="small", kind="size", bytes=9_000))
    contract = plain.contract.model_copy(update={"looks_per_holdout": looks, "clauses": clauses})
    return plain.model_copy(update={"contract": contract})


def evidence(settings: Params, lead: float = 0.2) -> Evidence:
    """A challenger that leads, or not, against a champion that is worse than the base rate."""
    good = [0.6 + lead if label else 0.4 - lead for label in ROWS["label"]]
    bad = [0.2 if label else 0.8 for label in ROWS["label"]]
    return compare(ROWS, contender("challenger", good), contender("champion", bad), settings, ("2024-02",))


def decided(looks: int, lead: float = 0.2, *, retired: bool = False) -> Decision:
    """The decision under that budget."""
    settings = params(looks)
    found = evidence(settings, lead)
    look = Look(
        look=digest(b"look"),
        periods=found.holdout,
        challenger=found.challenger,
        champion=found.champion,
        contract=settings.contract.hash,
        drill=False,
        ordinal=1,
        budget=looks,
    )
    return decide(found, settings.contract, look, "small", 4, TAKEN, retired=retired)


class TestSealed:
    """A budget of more than one look closes what a look has found."""

    @pytest.mark.parametrize("lead", [0.2, -0.3])
    def test_tells_no_number_of_the_holdout(self, lead):
        """No interval, no part, no lead, and no digit in what is said about a clause."""
        found = decided(3, lead)
        assert found.sealed
        for clause in found.clauses[:-1]:
            assert (clause.interval, clause.part, clause.needed, clause.serial) == (None, "", None, None)
            assert (clause.row_level, clause.pooled) == (None, ())
            assert not NUMBER.search(clause.words)
            assert clause.words.endswith(LATER)
        assert found.row_level_would_promote is None
        assert "[" not in found.headline

    @pytest.mark.parametrize("lead", [0.2, -0.3])
    def test_ends_as_it_would_have_ended_open(self, lead):
        """Verdict, and each clause's, are those of the same decision with its numbers."""
        closed, open_ = decided(3, lead), decided(3, lead, retired=True)
        assert (closed.verdict, closed.but_for) == (open_.verdict, open_.but_for)
        assert [one.verdict for one in closed.clauses] == [one.verdict for one in open_.clauses]
        assert sealed(open_).clauses == closed.clauses
        assert not open_.sealed
        assert open_.clauses[0].interval is not None

    def test_one_look_is_open(self):
        """A holdout that is asked once has nothing to hide afterwards."""
        found = decided(1)
        assert not found.sealed
        assert found.clauses[0].interval is not None

    def test_alarms_are_said_without_their_numbers(self):
        """A champion below the naive baseline is still said loudly."""
        (alarm, *_) = decided(3).alarms
        assert alarm.startswith("THE CHAMPION IS BELOW THE NAIVE BASELINE IN LOG LOSS (")
        assert not NUMBER.search(alarm)

    def test_measurements_of_the_model_stay(self):
        """Its size says nothing about the holdout."""
        size = decided(3).clauses[-1]
        assert (size.measured, size.row_level) == (2000, "pass")
        assert "2,000 bytes" in size.words
