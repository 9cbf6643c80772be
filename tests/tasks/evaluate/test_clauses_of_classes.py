"""Classes are judged by the same clauses: numbers of classes in, the textbook's metrics out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from tasks.evaluate.answers import Answers, decisions_of
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import alarms, confused, metric_evidence, naive_shares, slice_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.leads import advantage, worst_advantage, worst_rows
from tasks.evaluate.metrics import METRICS, shown
from tasks.evaluate.quantities import quantities
from tasks.objectives import MULTICLASS
from tasks.params import Clause, Contract, EvaluateParams
from tasks.train.uncertainty import Sets

ROWS, CLUSTERS, CLASSES = 600, 30, 3
DAYS = np.repeat(np.arange(CLUSTERS), ROWS // CLUSTERS)
SHARES = (0.5, 0.3, 0.2)
ASKED = {"name": "c", "owner": "o", "reason": "r"}
NAMES = ("log_loss", "brier", "accuracy")


def declared(**settings: object) -> Clause:
    return TypeAdapter(Clause).validate_python({**ASKED, **settings})


CONTRACT = Contract(
    clauses=(
        declared(kind="beats_baseline", metric="log_loss"),
        declared(kind="beats_champion", metric="log_loss", name="d"),
    )
)


def told(labels: np.ndarray, sharp: float, rng: np.random.Generator) -> np.ndarray:
    """Probabilities that know the label by `sharp` log odds, beside noise."""
    odds = rng.normal(size=(len(labels), CLASSES)) + np.log(SHARES)
    odds[np.arange(len(labels)), labels.astype(int)] += sharp
    return np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)


def seen(*, champion: float | None = 0.5, challenger: float = 2.0, seed: int = 0) -> Comparison:
    rng = np.random.default_rng(seed)
    labels = rng.choice(CLASSES, ROWS, p=SHARES).astype(np.float64)
    return Comparison(
        labels=labels,
        clusters=DAYS,
        costs=None,
        challenger=Answers(told(labels, challenger, rng), None),
        champion=None if champion is None else Answers(told(labels, champion, rng), None),
        baseline=naive_shares(SHARES, ROWS),
        columns={"colour": pd.Series(np.where(np.arange(ROWS) % 2, "red", "blue"))},
        settings=EvaluateParams(min_slice_rows=50, min_slice_clusters=10),
        objective=MULTICLASS,
    )


def textbook(metric: str, labels: np.ndarray, probabilities: np.ndarray) -> float:
    """The metric, written out."""
    one_hot = np.eye(CLASSES)[labels.astype(int)]
    if metric == "log_loss":
        return float(-(one_hot * np.log(probabilities)).sum(axis=1).mean())
    if metric == "brier":
        return float(((probabilities - one_hot) ** 2).sum(axis=1).mean())
    return float((probabilities.argmax(axis=1) == labels).mean())


class TestClauses:
    """What each kind asks about is the textbook's number."""

    @pytest.mark.parametrize("metric", NAMES)
    def test_leads_and_floors(self, metric):
        """Over the class shares, over the champion, and against a threshold: more is better in each."""
        compared = seen()
        own, champion, baseline = (
            textbook(metric, compared.labels, one.predictions)
            for one in (compared.challenger, compared.champion, compared.baseline)
        )
        sign = 1 if metric == "accuracy" else -1
        for clause, expected in (
            (declared(kind="beats_baseline", metric=metric), sign * (own - baseline)),
            (declared(kind="beats_champion", metric=metric), sign * (own - champion)),
            (declared(kind="not_worse", metric=metric, margin=0.1), sign * (own - champion)),
            (declared(kind="floor", metric=metric, threshold=0.6), sign * own),
        ):
            (part,) = clause_evidence(clause, CONTRACT, compared).parts
            assert part.interval.estimate == pytest.approx(expected, rel=1e-12)
            assert part.interval.low < expected < part.interval.high

    def test_a_floor_under_accuracy_is_judged_as_a_share(self):
        """Near 1 its interval leans: its bounds are those of log odds, and never leave 0 to 1."""
        clause = declared(kind="floor", metric="accuracy", threshold=0.6)
        (part,) = clause_evidence(clause, CONTRACT, seen(challenger=4.0)).parts
        assert "log odds" in part.interval.method
        assert 0.9 < part.interval.estimate < 1
        assert part.interval.high < 1

    @pytest.mark.parametrize("metric", NAMES)
    def test_of_a_slice(self, metric):
        """A part for each value, by the slice's own rows."""
        compared = seen()
        clause = declared(kind="slice", metric=metric, column="colour", margin=0.1)
        red = np.arange(ROWS) % 2 == 1
        expected = textbook(metric, compared.labels[red], compared.challenger.predictions[red]) - textbook(
            metric, compared.labels[red], compared.champion.predictions[red]
        )
        parts = {part.of: part for part in clause_evidence(clause, CONTRACT, compared).parts}
        assert abs(parts["colour red"].interval.estimate) == pytest.approx(abs(expected))
        assert set(parts) == {"colour red", "colour blue"}

    def test_churn(self):
        """The share of rows whose likeliest class is another one."""
        compared = seen()
        found = clause_evidence(declared(kind="churn", threshold=0.5), CONTRACT, compared)
        other = compared.challenger.predictions.argmax(axis=1) != compared.champion.predictions.argmax(axis=1)
        assert found.parts[0].interval.estimate == pytest.approx(-other.mean())
        assert 0 < other.mean() < 1

    def test_churn_without_a_champion(self):
        """Nobody's answers could change."""
        found = clause_evidence(declared(kind="churn", threshold=0.5), CONTRACT, seen(champion=None))
        assert found.nothing_to_ask

    def test_representation(self):
        """It reads a column, and no answer."""
        clause = declared(kind="representation", column="colour", values=("red",), threshold=0.4)
        assert clause_evidence(clause, CONTRACT, seen()).parts[0].interval.estimate == 0.5

    def test_without_a_champion(self):
        """The class shares stand in, and are called so."""
        clause = declared(kind="beats_champion", metric="accuracy")
        found = clause_evidence(clause, CONTRACT, seen(champion=None))
        assert found.against == "the class shares (there is no champion yet)"


def sets_of(answers: Answers, most_doubt: float = 0.6) -> Answers:
    return replace(answers, sets=Sets(coverage=0.9, most_doubt=most_doubt))


class TestSets:
    """What the sets of possible classes hold, and how much they leave open."""

    ABSTENTION = declared(kind="abstention", risk=0.4, answered=0.3)
    COVERAGE = declared(kind="coverage", threshold=0.5)

    def test_abstention_is_the_room_to_two_bars(self):
        """Wrong among the rows of one possible class, and the share of rows that have one."""
        compared = seen()
        compared = replace(compared, challenger=sets_of(compared.challenger))
        told = compared.challenger.predictions
        sure = np.array([sum(1 - p <= 0.6 for p in row) == 1 for row in told])
        wrong = np.mean(told[sure].argmax(axis=1) != compared.labels[sure])
        risk, answered = clause_evidence(self.ABSTENTION, CONTRACT, compared).parts
        assert risk.interval.estimate == pytest.approx(0.4 - wrong)
        assert answered.interval.estimate == pytest.approx(sure.mean() - 0.3)
        assert 0.1 < wrong < 0.4
        assert 0.3 < sure.mean() < 0.95

    def test_coverage_is_the_share_that_is_held(self):
        """Labels whose doubt is small enough, and all where no class is."""
        compared = seen(challenger=1.0)
        compared = replace(compared, challenger=sets_of(compared.challenger))
        doubts = 1 - compared.challenger.predictions
        own = doubts[np.arange(ROWS), compared.labels.astype(int)]
        held = (own <= 0.6) | (doubts > 0.6).all(axis=1)
        (part,) = clause_evidence(self.COVERAGE, CONTRACT, compared).parts
        assert part.interval.estimate == pytest.approx(held.mean())
        assert (doubts > 0.6).all(axis=1).any()
        assert "log odds" in part.interval.method

    @pytest.mark.parametrize("clause", [ABSTENTION, COVERAGE], ids=lambda one: one.kind)
    def test_no_value_lies_below_the_worst(self, clause):
        """Whatever the classes are, no row falls below what its part may fall to, and some reach it."""
        compared = seen(challenger=1.0)
        compared = replace(compared, challenger=sets_of(compared.challenger))
        for one in quantities(clause, compared):
            assert one.values().min() == pytest.approx(np.min(one.worst()))

    @pytest.mark.parametrize("clause", [ABSTENTION, COVERAGE], ids=lambda one: one.kind)
    def test_a_challenger_without_sets_leaves_them_open(self, clause):
        """It was trained before the contract asked."""
        found = clause_evidence(clause, CONTRACT, seen())
        assert (found.parts, "without sets of possible labels" in found.missing) == ((), True)

    def test_a_model_that_is_never_sure_has_no_risk_to_judge(self):
        """Of no rows there is no share: the part is there, without a number."""
        compared = seen()
        compared = replace(compared, challenger=sets_of(compared.challenger, 1.0))
        risk, answered = clause_evidence(self.ABSTENTION, CONTRACT, compared).parts
        assert risk.interval.estimate is None
        assert answered.interval.estimate == pytest.approx(-0.3)


class TestCalibration:
    """What is said of the likeliest class against whether it came."""

    def test_of_all_rows_and_of_each_bin(self):
        """Bins of equal rows by the largest probability, cut by hand; each is asked in both directions."""
        compared = seen(challenger=1.0)
        told = compared.challenger.predictions.max(axis=1)
        error = (compared.challenger.predictions.argmax(axis=1) == compared.labels) - told
        clause = declared(kind="calibration", margin=0.1, bins=3)
        high, low, *binned = (
            one.interval.estimate for one in clause_evidence(clause, CONTRACT, compared).parts
        )
        thirds = np.array_split(error[np.argsort(told)], 3)
        assert (high, low) == (pytest.approx(error.mean()), pytest.approx(-error.mean()))
        assert binned[::2] == pytest.approx([one.mean() for one in thirds])
        assert binned[1::2] == pytest.approx([-one.mean() for one in thirds])

    def test_ties_share_a_bin(self):
        """A model that says one thing everywhere has one bin: as often right as its share says, or not."""
        compared = seen()
        compared = replace(compared, challenger=compared.baseline)
        clause = declared(kind="calibration", margin=0.1, bins=5)
        parts = clause_evidence(clause, CONTRACT, compared).parts
        assert len(parts) == 4
        assert parts[2].interval.estimate == pytest.approx((compared.labels == 0).mean() - 0.5)

    def test_no_value_lies_below_the_worst(self):
        """The worst of "too high" is that the class never comes, of "too low" that it always does."""
        compared = seen()
        for right in (0, 1):
            likely = compared.challenger.predictions.argmax(axis=1)
            labels = likely if right else (likely + 1) % CLASSES
            for place, one in enumerate(
                quantities(
                    declared(kind="calibration", margin=0.1, bins=2),
                    replace(compared, labels=labels.astype(float)),
                )
            ):
                least, values = one.worst(), one.values()
                assert (values >= least - 1e-12).all()
                assert np.allclose(values, least) == (place % 2 == right)


class TestWorst:
    """The least that a row can be is the least over all classes."""

    @pytest.mark.parametrize("metric", NAMES)
    def test_no_label_is_worse(self, metric):
        """Whatever class each label turns out to be, the lead and the metric are no less, and one is it."""
        compared, known = seen(), METRICS[metric]
        pair = (compared.champion, compared.challenger)
        every = [np.full(ROWS, float(one)) for one in range(CLASSES)]
        leads = np.stack([advantage(known, one, *pair) for one in every])
        assert worst_advantage(known, compared.labels, *pair) == pytest.approx(leads.min(axis=0))
        sign = 1 if known.bigger_is_better else -1
        rows = np.stack([sign * known.rows(one, compared.challenger, None) for one in every])
        assert worst_rows(known, compared.labels, compared.challenger) == pytest.approx(rows.min(axis=0))

    def test_of_accuracy(self):
        """A lead is never below -1, and 0 where both say the same; the share of rows said right is 0."""
        compared = seen()
        least = worst_advantage(METRICS["accuracy"], compared.labels, compared.champion, compared.challenger)
        same = decisions_of(compared.champion) == decisions_of(compared.challenger)
        assert least.tolist() == np.where(same, 0.0, -1.0).tolist()
        assert not worst_rows(METRICS["accuracy"], compared.labels, compared.challenger).any()

    def test_alike_models_hold_at_worst(self):
        """Where no label could tell two models apart by much, the difference needs no opposition."""
        compared = seen()
        shifted = 0.999 * compared.challenger.predictions + 0.001 * np.asarray(SHARES)
        near = Comparison(**{**vars(compared), "champion": Answers(shifted, None)})
        clause = declared(kind="not_worse", metric="brier", margin=0.1)
        assert clause_evidence(clause, CONTRACT, near).parts[0].holds_at_worst

    def test_a_slice_has_its_own(self):
        """Of the slice's rows alone."""
        clause = declared(kind="slice", metric="log_loss", column="colour", margin=0.1)
        assert [len(one.worst()) for one in quantities(clause, seen())] == [ROWS // 2, ROWS // 2]

    def test_a_class_that_hardly_came_is_not_known(self):
        """Losses on a class that came once lie in one cluster: too few, and more of them would matter."""
        compared = seen()
        labels = np.zeros(ROWS)
        labels[0] = 2.0
        sure, bold = np.tile([0.9, 0.08, 0.02], (ROWS, 1)), np.tile([0.95, 0.05 - 1e-9, 1e-9], (ROWS, 1))
        rare = Comparison(
            **{
                **vars(compared),
                "labels": labels,
                "champion": Answers(sure, None),
                "challenger": Answers(bold, None),
            }
        )
        (part,) = clause_evidence(declared(kind="beats_champion", metric="log_loss"), CONTRACT, rare).parts
        assert part.opposing_clusters < 5
        assert not part.holds_at_worst


class TestShown:
    """What every decision tells of a multiclass model."""

    def test_metrics(self):
        """Log loss, accuracy and Brier score of all three, and their leads."""
        compared = seen()
        found = {name: metric_evidence(metric, compared) for name, metric in shown(MULTICLASS).items()}
        assert list(found) == ["log_loss", "accuracy", "brier"]
        for name, one in found.items():
            own = textbook(name, compared.labels, compared.champion.predictions)
            assert one.champion == pytest.approx(own)
        assert found["accuracy"].baseline == pytest.approx((compared.labels == 0).mean())

    def test_slices_are_told_in_log_loss(self):
        """Of the slice's own rows; no row is a positive."""
        compared = seen()
        red = np.arange(ROWS) % 2 == 1
        found = {one.value: one for one in slice_evidence("colour", compared)}["red"]
        own = textbook("log_loss", compared.labels[red], compared.challenger.predictions[red])
        assert found.challenger == pytest.approx(own)
        assert found.positives is None

    def test_confusion(self):
        """All rows, by class in the declared order; its diagonal is the accuracy."""
        compared = seen()
        found = confused(compared, ("a", "b", "c"))
        counts = np.array(found.counts)
        assert found.classes == ("a", "b", "c")
        assert counts.sum(axis=1).tolist() == np.bincount(compared.labels.astype(int)).tolist()
        accuracy = textbook("accuracy", compared.labels, compared.challenger.predictions)
        assert counts.trace() / ROWS == pytest.approx(accuracy)

    @pytest.mark.parametrize(("sharp", "count"), [(2.0, 0), (-3.0, 1)])
    def test_a_champion_worse_than_the_shares_is_said_loudly(self, sharp, count):
        """In log loss; a good one is not spoken of."""
        compared = seen(champion=sharp)
        found = {name: metric_evidence(metric, compared) for name, metric in shown(MULTICLASS).items()}
        said = alarms(found, "")
        assert len(said) == count
        assert all("BELOW THE NAIVE BASELINE IN LOG LOSS (surely)" in one for one in said)
