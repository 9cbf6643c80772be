"""How often labels lay where models said that they may."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_factories import declared

from tasks.evaluate.answers import Answers
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import naive
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.held import held
from tasks.evaluate.quantities import quantities
from tasks.objectives import REGRESSION
from tasks.params import Contract, EvaluateParams
from tasks.train.intervals import PredictionIntervals

DAYS = np.repeat(np.arange(40), 25)
ROWS = len(DAYS)
WIDE = PredictionIntervals(coverage=0.9, half_width=1.645)


def seen(intervals: PredictionIntervals | None = WIDE) -> Comparison:
    """A challenger that is off by standard normal noise, with its intervals, and a champion without."""
    rng = np.random.default_rng(4)
    labels, noise = 20 + 3 * rng.normal(size=ROWS), rng.normal(size=ROWS)
    challenger = Answers(labels + noise, None, intervals=intervals)
    return Comparison(
        labels=labels,
        clusters=DAYS,
        costs=None,
        challenger=challenger,
        champion=Answers(labels + 2 * noise, None),
        baseline=naive(20.0, ROWS, None),
        columns={"colour": pd.Series(["red"] * ROWS)},
        settings=EvaluateParams(),
        objective=REGRESSION,
    )


class TestHeld:
    """The share of the holdout's rows, with its interval by clusters."""

    def test_of_intervals(self):
        """Nine in ten errors of a standard normal lie within 1.645."""
        compared = seen()
        found = held(compared)
        inside = np.abs(compared.labels - compared.challenger.predictions) <= 1.645
        assert list(found) == ["challenger"]
        told = found["challenger"]
        assert (told.aimed, told.half_width) == (0.9, 1.645)
        assert told.share.estimate == pytest.approx(inside.mean())
        assert told.share.low < inside.mean() < told.share.high
        assert (told.share.clusters, told.share.rows) == (40, ROWS)

    def test_of_both_models(self):
        """Each by its own intervals; the wider ones hold more."""
        compared = seen()
        other = replace(compared.challenger, intervals=PredictionIntervals(coverage=0.99, half_width=3.0))
        found = held(replace(compared, champion=other))
        assert found["champion"].share.estimate > found["challenger"].share.estimate

    def test_where_everything_is_possible(self):
        """All rows are held, with no variation to learn doubt from."""
        found = held(seen(PredictionIntervals(coverage=0.9, half_width=None)))["challenger"]
        assert (found.share.estimate, found.share.low) == (1.0, None)
        assert found.share.note

    def test_of_a_quantile(self):
        """The share of labels that do not exceed the answer, ties included; nothing has a width."""
        compared = seen(None)
        said = compared.labels + np.where(np.arange(ROWS) % 10 < 8, np.arange(ROWS) % 2, -1)
        found = held(replace(compared, challenger=Answers(said, None, alpha=0.9)))
        told = found["challenger"]
        assert (told.aimed, told.half_width) == (0.9, None)
        assert told.share.estimate == pytest.approx(0.8)

    def test_of_a_model_that_says_nothing(self):
        """There is nothing to tell."""
        assert held(seen(None)) == {}


class TestCoverage:
    """The clause that asks the holdout."""

    CLAUSE = declared(kind="coverage", threshold=0.8)
    CONTRACT = Contract(
        clauses=(
            declared(name="a", kind="beats_baseline", metric="mae"),
            declared(name="b", kind="beats_champion", metric="mae"),
            CLAUSE,
        )
    )

    def test_its_evidence_is_the_share_that_is_held(self):
        """The same number and interval as the decision tells, and above the threshold here."""
        compared = seen()
        (part,) = clause_evidence(self.CLAUSE, self.CONTRACT, compared).parts
        assert part.interval == held(compared)["challenger"].share
        assert part.interval.low > 0.8

    def test_no_row_falls_below_the_worst(self):
        """A label outside counts 0, and there is nothing less."""
        (asked,) = quantities(self.CLAUSE, seen())
        assert asked.values().min() == asked.worst() == 0.0

    def test_without_intervals_it_says_what_is_missing(self):
        """No part, and a reason."""
        found = clause_evidence(self.CLAUSE, self.CONTRACT, seen(None))
        assert found.parts == ()
        assert "train.coverage" in found.missing
