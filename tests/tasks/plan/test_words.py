"""What a person reads of a plan: what is assumed stands first, and loudly."""

from io import StringIO

import numpy as np
import pytest
from click.testing import CliRunner
from data_factories import small_params
from factories import deliver, small_folder
from rich.console import Console

from tasks.__main__ import evergreen
from tasks.decide.needed import Spread
from tasks.plan.assumed import Traffic, foreseen
from tasks.plan.document import BATCHES, GAINS, Later, Pilot, Plan
from tasks.plan.words import plan_text

TRAFFIC = Traffic(("2024-01", "2024-02"), np.tile([0.0, 0, 0, 1], 300), np.repeat(np.arange(60), 20))


def words(plan):
    """The plan on a wide terminal without colours."""
    console = Console(file=StringIO(), width=400)
    console.print(plan_text(plan, "month", "EUR"))
    return console.file.getvalue()


class TestAssumed:
    """A plan from before any decision."""

    def test_says_first_that_it_is_assumed(self):
        """What is guessed, what was counted, and what replaces it."""
        said = words(foreseen(TRAFFIC, small_params().contract, "small"))
        assert said.startswith("ASSUMED, NOT MEASURED: that log odds of champion and challenger differ")
        for part in (
            "The first decision whose numbers are open replaces both by what it measures.",
            "Counted in 2 months (2024-01 to 2024-02): 600 labelled rows and 30 clusters a month, 25.00%",
            "of the base rate's",
            "beats-base-rate: told after the first decision.",
        ):
            assert part in said

    @pytest.mark.parametrize(
        ("gain", "words_of_it"), [(0.05, "after 1 month ("), (0.0001, "after more than 1,000 months (")]
    )
    def test_answers_in_a_sentence(self, gain, words_of_it):
        """After how many batches the first gain is detectable."""
        said = words(foreseen(TRAFFIC, small_params().contract, "small", (gain,)))
        assert f"With your traffic a gain of {gain:.2%} is detectable {words_of_it}beats-champion)." in said

    def test_says_which_gain_is_never_shown(self):
        """One that the margin does not allow: there is no row for it, and no sentence that promises it."""
        contract = small_params(("kind: beats_champion", "kind: beats_champion\n      margin: 0.01")).contract
        said = words(foreseen(TRAFFIC, contract, "small", (0.005, 0.01)))
        assert (
            "beats-champion asks for a lead of more than 0.01 nats per row: a gain of 0.50%, 1.00% is not "
            "more, and no number of batches shows it."
        ) in said
        assert "is detectable after" not in said


class TestMeasured:
    """A plan from a decision."""

    def told(self):
        """What is told of one clause against each of two, and of one that is told later."""
        contract = small_params().contract
        pilot = Pilot(Spread(error=0.01, freedom=25.0), rows=600, clusters=30, batches=1, own=0.5)
        against = {"beats-base-rate": "the base rate", "beats-champion": "the champion"}
        return words(
            Plan(
                model="small",
                decision=7,
                holdout=("2024-02",),
                power=0.8,
                clauses=tuple(
                    pilot.plan(clause, contract, "nats per row", against[clause.name], GAINS)
                    for clause in contract.clauses
                    if clause.name in against
                ),
                later=(Later(clause="not-worse", why="told after the first decision against a champion"),),
            )
        )

    @pytest.mark.parametrize(
        ("clause", "against"), [("beats-base-rate", "the base rate"), ("beats-champion", "the champion")]
    )
    def test_says_against_whom_each_lead_is(self, clause, against):
        """In each row: over the base rate a model has another lead than over its predecessor."""
        rows = [line for line in self.told().splitlines() if line.startswith(f"│ {clause} ")]
        assert len(rows) == len(BATCHES) + len(GAINS)
        assert all(f"│ {against} " in line for line in rows)

    def test_says_what_is_told_later(self):
        """The clause and why, and no row of it."""
        assert "not-worse: told after the first decision against a champion." in self.told()
        assert "│ not-worse" not in self.told()


class TestTheCommand:
    """`evergreen plan` before any training."""

    def run(self, folder, *arguments):
        """Its answer."""
        return CliRunner().invoke(evergreen, ["plan", *arguments, "--folder", str(folder)])

    def test_after_intake_it_answers(self, tmp_path, monkeypatch):
        """With batches that were taken in and nothing else."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        folder = small_folder(tmp_path)
        assert self.run(folder).exit_code == 1
        deliver(folder, "2024-01")
        CliRunner().invoke(evergreen, ["intake", "--folder", str(folder)])
        done = self.run(folder, "--gain", "0.005")
        assert done.exit_code == 0, done.output
        assert "ASSUMED, NOT MEASURED" in done.output
        assert "is detectable after" in done.output

    @pytest.mark.parametrize(
        "wrong",
        [("--differ", "0"), ("--differ", "nan"), ("--differ", "11"), ("--gain", "nan"), ("--gain", "-1")],
    )
    def test_a_guess_that_is_none_is_refused(self, tmp_path, wrong):
        """Neither nothing, nor NaN, nor more than models can differ: bad usage."""
        assert self.run(small_folder(tmp_path), *wrong).exit_code == 2
