"""Two quantiles compared: pinball loss, what a lead in it can be at worst, and what is told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_factories import declared
from scipy.special import ndtri

from tasks.decide.contract import judge
from tasks.errors import BadInput
from tasks.evaluate.answers import Answers
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import alarms, metric_evidence, naive, slice_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.distances import pinball_rows
from tasks.evaluate.metrics import PINBALL, shown
from tasks.evaluate.quantities import quantities
from tasks.objectives import QUANTILE
from tasks.params import Contract, EvaluateParams

DAYS = np.repeat(np.arange(40), 25)
ROWS = len(DAYS)
ALPHA = 0.9
LEAD = declared(kind="beats_champion", metric="pinball")
CONTRACT = Contract(clauses=(declared(name="a", kind="beats_baseline", metric="pinball"), LEAD))


def seen(*, champion: float | None = 1.0, challenger: float = 0.0, seed: int = 0) -> Comparison:
    """Labels around a level that the models know; each is off the true quantile by what it is given."""
    rng = np.random.default_rng(seed)
    level = 20 + 3 * rng.normal(size=ROWS)
    labels = level + rng.normal(size=ROWS)
    true = level + ndtri(ALPHA)
    return Comparison(
        labels=labels,
        clusters=DAYS,
        costs=None,
        challenger=Answers(true + challenger, None, alpha=ALPHA),
        champion=None if champion is None else Answers(true + champion, None, alpha=ALPHA),
        baseline=naive(20 + 3.2 * ndtri(ALPHA), ROWS, None, ALPHA),
        columns={"colour": pd.Series(np.where(np.arange(ROWS) % 2, "red", "blue"))},
        settings=EvaluateParams(min_slice_rows=50, min_slice_clusters=10),
        objective=QUANTILE,
    )


def loss(answers: Answers, compared: Comparison) -> float:
    return pinball_rows(compared.labels, answers.predictions, ALPHA).mean()


class TestClauses:
    """What each kind asks about is the difference of mean losses, or the loss."""

    def test_leads_and_floors(self):
        """Over the baseline, over the champion, and below a threshold: more is better in each."""
        compared = seen()
        own, champion, baseline = (
            loss(one, compared) for one in (compared.challenger, compared.champion, compared.baseline)
        )
        for clause, expected in (
            (declared(kind="beats_baseline", metric="pinball"), baseline - own),
            (LEAD, champion - own),
            (declared(kind="not_worse", metric="pinball", margin=0.1), champion - own),
            (declared(kind="floor", metric="pinball", threshold=0.3), -own),
        ):
            found = clause_evidence(clause, CONTRACT, compared)
            assert found.parts[0].interval.estimate == pytest.approx(expected, rel=1e-12)
            assert found.unit == "units of the label"
        assert judge(LEAD, CONTRACT, clause_evidence(LEAD, CONTRACT, compared)).verdict == "pass"

    @pytest.mark.parametrize("off", [-1.0, 1.0])
    def test_the_true_quantile_wins(self, off):
        """A champion above or below it has more loss, and the challenger's lead passes."""
        found = clause_evidence(LEAD, CONTRACT, seen(champion=off))
        assert found.parts[0].interval.low > 0

    def test_of_a_slice(self):
        """By the slice's own rows."""
        compared = seen()
        red = np.arange(ROWS) % 2 == 1
        found = {one.value: one for one in slice_evidence("colour", compared)}["red"]
        own = pinball_rows(compared.labels[red], compared.challenger.predictions[red], ALPHA).mean()
        assert (found.challenger, found.positives) == (pytest.approx(own), None)
        clause = declared(kind="slice", metric="pinball", column="colour", margin=0.1)
        told = {part.of: part.interval for part in clause_evidence(clause, CONTRACT, compared).parts}
        assert told["colour red"].estimate == pytest.approx(found.advantage.estimate)

    def test_without_a_champion(self):
        """The training quantile stands in, and is called so."""
        found = clause_evidence(LEAD, CONTRACT, seen(champion=None))
        assert found.against == "the training quantile (there is no champion yet)"


class TestWorst:
    """What a lead can lose that no row has shown."""

    def test_a_lower_challenger_loses_alpha_of_the_distance(self):
        """Where a label lies above both; a higher one loses 1 - alpha of it, where one lies below both."""
        compared = seen()
        (quantity,) = quantities(LEAD, compared)
        assert quantity.worst() == pytest.approx(-0.9)
        (quantity,) = quantities(LEAD, replace(compared, champion=seen(champion=-1.0).champion))
        assert quantity.worst() == pytest.approx(-0.1)

    def test_gains_everywhere_do_not_hide_a_rare_loss(self):
        """No label lies above both, so every row gains: it stays open, for rare ones would undo it."""
        compared = seen(champion=4.0, challenger=3.0)
        assert (compared.labels <= compared.challenger.predictions).all()
        found = clause_evidence(LEAD, CONTRACT, replace(compared, clusters=DAYS % 20))
        assert found.parts[0].interval.estimate == pytest.approx(0.1)
        assert judge(LEAD, CONTRACT, found).verdict == "undecided"

    def test_a_floor_has_none(self):
        """Of one quantile's loss there is no worst."""
        (quantity,) = quantities(declared(kind="floor", metric="pinball", threshold=9.0), seen())
        assert quantity.worst() is None


class TestTold:
    """What every decision tells."""

    def test_metrics(self):
        """Pinball loss of all three, and no word of another distance."""
        compared = seen()
        found = {name: metric_evidence(metric, compared) for name, metric in shown(QUANTILE).items()}
        assert list(found) == ["pinball"]
        assert found["pinball"].champion == pytest.approx(loss(compared.champion, compared))

    @pytest.mark.parametrize(("off", "told"), [(1.0, 0), (30.0, 1)])
    def test_a_champion_worse_than_one_number_for_all_is_said_loudly(self, off, told):
        """In pinball loss; a good one is not spoken of."""
        said = alarms({"pinball": metric_evidence(PINBALL, seen(champion=off))}, "")
        assert len(said) == told
        assert all("BELOW THE NAIVE BASELINE IN PINBALL (surely)" in one for one in said)

    def test_answers_that_are_no_quantile(self):
        """Without an alpha there is no pinball loss, and the line says what to set."""
        compared = seen()
        with pytest.raises(BadInput, match=r"metric 'pinball', found none: set train.alpha"):
            metric_evidence(PINBALL, replace(compared, challenger=Answers(compared.labels, None)))
