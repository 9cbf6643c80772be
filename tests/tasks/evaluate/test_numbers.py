"""A regression's models compared: clauses, metrics, slices and alarms, with no worst that bounds them."""

import numpy as np
import pandas as pd
import pytest
from data_factories import declared

from tasks.evaluate.answers import Answers, alarms_of
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import alarms, calibration, metric_evidence, naive, slice_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.leads import single, worst_advantage
from tasks.evaluate.metrics import METRICS, shown
from tasks.evaluate.opposition import holds_at_worst
from tasks.evaluate.quantities import quantities
from tasks.objectives import REGRESSION
from tasks.params import Contract, EvaluateParams

DAYS = np.repeat(np.arange(40), 25)
ROWS = len(DAYS)
CONTRACT = Contract(
    clauses=(
        declared(name="a", kind="beats_baseline", metric="rmse"),
        declared(name="b", kind="beats_champion", metric="mae"),
    )
)


def seen(*, champion: float | None = 1.5, challenger: float = 1.0, seed: int = 0) -> Comparison:
    """Labels around 20 of spread 3; each model is off by normal noise of the spread it is given."""
    rng = np.random.default_rng(seed)
    labels = 20 + 3 * rng.normal(size=ROWS)
    first, second = rng.normal(size=(2, ROWS))
    return Comparison(
        labels=labels,
        clusters=DAYS,
        costs=None,
        challenger=Answers(labels + challenger * first, None),
        champion=None if champion is None else Answers(labels + champion * second, None),
        baseline=naive(20.0, ROWS, None),
        columns={"colour": pd.Series(np.where(np.arange(ROWS) % 2, "red", "blue"))},
        settings=EvaluateParams(min_slice_rows=50, min_slice_clusters=10),
        objective=REGRESSION,
    )


def errors(answers: Answers, compared: Comparison) -> np.ndarray:
    return compared.labels - answers.predictions


class TestClauses:
    """What each kind asks about is the textbook's number."""

    @pytest.mark.parametrize(
        ("metric", "textbook"),
        [
            ("rmse", lambda e: np.sqrt(np.mean(e**2))),
            ("mae", lambda e: np.mean(np.abs(e))),
            ("mse", lambda e: np.mean(e**2)),
        ],
    )
    def test_leads_and_floors(self, metric, textbook):
        """Over the baseline, over the champion, and below a threshold: more is better in each."""
        compared = seen()
        own, champion, baseline = (
            textbook(errors(one, compared))
            for one in (compared.challenger, compared.champion, compared.baseline)
        )
        for clause, expected in (
            (declared(kind="beats_baseline", metric=metric), baseline - own),
            (declared(kind="beats_champion", metric=metric), champion - own),
            (declared(kind="not_worse", metric=metric, margin=0.1), champion - own),
            (declared(kind="floor", metric=metric, threshold=2.0), -own),
        ):
            found = clause_evidence(clause, CONTRACT, compared)
            assert found.parts[0].interval.estimate == pytest.approx(expected, rel=1e-12)
            assert found.parts[0].interval.low < expected < found.parts[0].interval.high
            assert found.unit.endswith("units of the label")

    def test_a_floor_is_a_ceiling(self):
        """An RMSE of about 1 is below 1.2, and is not below 0.8."""
        found = clause_evidence(declared(kind="floor", metric="rmse", threshold=1.2), CONTRACT, seen())
        assert found.parts[0].interval.low > -1.2
        assert found.parts[0].interval.high < -0.8

    def test_of_a_slice(self):
        """A part for each value, by the slice's own rows."""
        compared = seen()
        clause = declared(kind="slice", metric="mse", column="colour", margin=0.1)
        found = clause_evidence(clause, CONTRACT, compared)
        red = np.arange(ROWS) % 2 == 1
        lead = errors(compared.champion, compared) ** 2 - errors(compared.challenger, compared) ** 2
        told = {part.of: part.interval.estimate for part in found.parts}
        assert told["colour red"] == pytest.approx(lead[red].mean())
        assert told["colour blue"] == pytest.approx(lead[~red].mean())

    def test_without_a_champion(self):
        """The training mean stands in, and is called so."""
        found = clause_evidence(declared(kind="beats_champion", metric="mae"), CONTRACT, seen(champion=None))
        assert found.against == "the training mean (there is no champion yet)"
        baseline = clause_evidence(declared(kind="beats_baseline", metric="mae"), CONTRACT, seen())
        assert baseline.against == "the training mean"

    def test_the_interval_is_no_share_s(self):
        """RMSE is no share: an estimate between 0 and 1 has no bounds on the scale of log odds."""
        found = clause_evidence(
            declared(kind="floor", metric="rmse", threshold=1.0), CONTRACT, seen(challenger=0.5)
        )
        assert "log odds" not in found.parts[0].interval.method


class TestWorst:
    """Nothing bounds an error, but for what the two models say."""

    @pytest.mark.parametrize("metric", ["rmse", "mse"])
    def test_leads_by_squares_have_none(self, metric):
        """However good the challenger, a label far enough away turns the lead round."""
        compared = seen()
        assert (
            worst_advantage(METRICS[metric], compared.labels, compared.champion, compared.challenger) is None
        )

    @pytest.mark.parametrize("metric", ["rmse", "mae", "mse"])
    def test_floors_have_none(self, metric):
        """Without errors above the threshold nothing speaks against it, and it does not hold at worst."""
        clause = declared(kind="floor", metric=metric, threshold=100.0)
        (quantity,) = quantities(clause, seen())
        assert quantity.worst() is None
        part = clause_evidence(clause, CONTRACT, seen()).parts[0]
        assert (part.opposing_clusters, part.holds_at_worst) == (0.0, False)

    def test_a_lead_by_absolute_errors_has_one(self):
        """It is minus how far apart the two predictions are: alike ones cannot lose much."""
        compared = seen()
        least = worst_advantage(METRICS["mae"], compared.labels, compared.champion, compared.challenger)
        apart = compared.champion.predictions - compared.challenger.predictions
        assert least == pytest.approx(-np.abs(apart))
        alike = Answers(compared.challenger.predictions + 1e-6, None)
        margin = declared(kind="not_worse", metric="mae", margin=0.1)
        near = Comparison(**{**vars(compared), "champion": alike})
        assert clause_evidence(margin, CONTRACT, near).parts[0].holds_at_worst

    def test_nothing_holds_without_a_worst(self):
        """Even certain gains: what may be missing has no bound."""
        assert not holds_at_worst(np.ones(ROWS), DAYS, 0.0, None, 0.05)
        assert holds_at_worst(np.ones(ROWS), DAYS, 0.0, -0.1, 0.05)

    def test_a_slice_has_none_either(self):
        """Each slice's part says so."""
        clause = declared(kind="slice", metric="mse", column="colour", margin=100.0)
        assert [one.worst() for one in quantities(clause, seen())] == [None, None]


class TestShown:
    """What every decision tells of a regression."""

    def test_metrics(self):
        """RMSE and mean absolute error of all three, and their leads."""
        compared = seen()
        found = {name: metric_evidence(metric, compared) for name, metric in shown(REGRESSION).items()}
        assert list(found) == ["rmse", "mae"]
        assert found["rmse"].champion == pytest.approx(
            np.sqrt(np.mean(errors(compared.champion, compared) ** 2))
        )
        assert found["mae"].baseline == pytest.approx(np.abs(compared.labels - 20).mean())
        assert found["rmse"].challenger_over_champion.low > 0

    def test_slices_are_told_in_rmse(self):
        """Of the slice's own rows; no row is a positive."""
        compared = seen()
        red = np.arange(ROWS) % 2 == 1
        found = {one.value: one for one in slice_evidence("colour", compared)}["red"]
        own = errors(compared.challenger, compared)[red]
        assert found.challenger == pytest.approx(np.sqrt(np.mean(own**2)))
        assert found.positives is None
        assert found.advantage.estimate == pytest.approx(found.incumbent - found.challenger)

    def test_no_calibration(self):
        """Predictions are no probabilities, and have no reliability by bins of them."""
        assert calibration(seen()) == {}

    def test_no_alarms_of_a_model_without_a_threshold(self):
        """It decides nothing about any row."""
        assert alarms_of(seen().challenger).tolist() == [0.0] * ROWS

    @pytest.mark.parametrize(("noise", "told"), [(1.5, 0), (6.0, 1)])
    def test_a_champion_worse_than_the_mean_is_said_loudly(self, noise, told):
        """In RMSE; a good one is not spoken of."""
        compared = seen(champion=noise)
        found = {name: metric_evidence(metric, compared) for name, metric in shown(REGRESSION).items()}
        said = alarms(found, "")
        assert len(said) == told
        assert all("THE CHAMPION IS BELOW THE NAIVE BASELINE IN RMSE (surely): " in one for one in said)


class TestHostile:
    """Degenerate models."""

    def test_a_model_without_error(self):
        """There is no variation to learn doubt from: no interval, and a reason."""
        compared = seen(challenger=0.0)
        found = single(METRICS["rmse"], compared.labels, compared.challenger, DAYS)
        assert (found.estimate, found.low) == (0.0, None)
        assert found.note

    def test_two_alike_models(self):
        """Their lead is 0 everywhere, and cannot be told from 0."""
        compared = seen()
        same = Comparison(**{**vars(compared), "champion": compared.challenger})
        found = clause_evidence(declared(kind="beats_champion", metric="rmse"), CONTRACT, same)
        assert (found.parts[0].interval.estimate, found.parts[0].interval.low) == (0.0, None)
