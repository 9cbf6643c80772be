"""What a metric is a mean of, where it is not one of all rows."""

import numpy as np
import pytest
from data_factories import declared

from tasks.decide.contract import judge
from tasks.evaluate.answers import Answers
from tasks.evaluate.binary import Undefined
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import naive
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.means import between, of_auc, of_precision, of_recall
from tasks.evaluate.metrics import METRICS
from tasks.params import Clause, Contract, EvaluateParams

ROWS = 400
DRAW = np.random.default_rng(1)
LABELS = (DRAW.random(ROWS) < 0.2).astype(float)
SCORES = (0.6 * DRAW.random(ROWS) + 0.3 * LABELS).round(2)
MODEL, OTHER = Answers(SCORES, 0.5), Answers(DRAW.random(ROWS), 0.3)
OF = {"auc": of_auc, "recall": of_recall, "precision": of_precision}
BESIDE: tuple[Clause, ...] = (
    declared(name="knows", kind="beats_baseline", metric="log_loss"),
    declared(name="keeps", kind="not_worse", metric="log_loss", margin=0.5),
)


@pytest.mark.parametrize("name", OF)
class TestMeans:
    """Of positives, negatives or alarms."""

    def test_are_the_metric(self, name):
        """Each of them, however many there are."""
        wanted = METRICS[name].rows(LABELS, MODEL, None).mean()
        for mean in OF[name](LABELS, MODEL):
            assert mean.values[mean.counted].mean() == pytest.approx(wanted)

    def test_no_row_that_counts_fares_worse_than_its_worst(self, name):
        """And it is known without the labels: of an AUC, but for the rows that it ranks against."""
        turned = OF[name](1 - LABELS, MODEL)
        for mean, other in zip(OF[name](LABELS, MODEL), turned, strict=True):
            assert (mean.values >= mean.worst)[mean.counted].all()
            if name != "auc":
                assert np.array_equal(mean.worst, other.worst)

    def test_of_nothing_is_nothing(self, name):
        """Labels of one kind have no AUC, and a mean of no rows counts none."""
        assert not any(mean.counted.any() for mean in OF[name](np.zeros(ROWS), Answers(np.zeros(ROWS), 0.5)))


class TestPlacements:
    """The share of the other class that a row is ranked right against."""

    def test_by_counting(self):
        """Each pair by hand, ties one half, for each row as if it were of either class."""
        ones, zeros = of_auc(LABELS, MODEL)
        below = (SCORES[:, None] > SCORES) + 0.5 * (SCORES[:, None] == SCORES)
        assert ones.values == pytest.approx(below[:, LABELS == 0].mean(axis=1))
        assert zeros.values == pytest.approx(1 - below[:, LABELS == 1].mean(axis=1))

    def test_one_class_has_none(self):
        """The metric itself says why; nothing rests on it."""
        with pytest.raises(Undefined, match="needs both classes"):
            METRICS["auc"].rows(np.ones(ROWS), MODEL, None)
        assert of_auc(np.ones(ROWS), MODEL) == ()


class TestBetween:
    """A lead is a mean of differences where both models count the same rows."""

    @pytest.mark.parametrize("name", ["auc", "recall"])
    def test_is_the_lead(self, name):
        """Whose worst is itself: only whether a row counts is for its label to say."""
        wanted = (
            METRICS[name].rows(LABELS, MODEL, None).mean() - METRICS[name].rows(LABELS, OTHER, None).mean()
        )
        for mean in between(OF[name](LABELS, MODEL), OF[name](LABELS, OTHER)):
            assert mean.values[mean.counted].mean() == pytest.approx(wanted)
            assert mean.worst is mean.values

    def test_of_two_precisions_is_none(self):
        """Each model has alarms of its own."""
        assert between(of_precision(LABELS, MODEL), of_precision(LABELS, OTHER)) == ()

    def test_of_no_means_is_none(self):
        """A metric that is a plain mean has no others."""
        assert between((), ()) == ()


class TestFewPositives:
    """5,000 rows with some positives, all of them ranked far above the floor."""

    def verdict(self, clause: Clause, positives: int) -> str:
        """Of a clause about a model that ranks so many positives right against nine in ten."""
        draw = np.random.default_rng(0)
        labels, scores, others = np.zeros(5_000), 0.9 * draw.random(5_000), 0.9 * draw.random(5_000)
        labels[:positives], scores[:positives] = 1, np.linspace(0.8, 0.88, positives)
        others[:positives] = np.linspace(0.4, 0.6, positives)
        seen = Comparison(
            labels=labels,
            clusters=np.arange(5_000),
            costs=None,
            challenger=Answers(scores, 0.85),
            champion=Answers(others, 0.85),
            baseline=naive(labels.mean(), 5_000, None),
            columns={},
            settings=EvaluateParams(),
        )
        contract = Contract(clauses=(*BESIDE, clause), min_clusters=20)
        return judge(clause, contract, clause_evidence(clause, contract, seen)).words

    @pytest.mark.parametrize(
        "clause",
        [
            declared(kind="floor", metric="auc", threshold=0.6),
            declared(kind="beats_champion", metric="auc"),
            declared(kind="floor", metric="recall", threshold=0.1),
        ],
        ids=["floor auc", "lead in auc", "floor recall"],
    )
    def test_rest_on_their_own_clusters(self, clause):
        """Not on those of the 4,996 rows that say nothing."""
        assert "rests on 4 clusters; the contract asks for 20" in self.verdict(clause, 4)

    def test_enough_of_them_are_evidence(self):
        """Were a hundred missed as many as may be, the floor would hold."""
        assert "lies above 0.6" in self.verdict(declared(kind="floor", metric="auc", threshold=0.6), 100)

    def test_a_floor_just_below_is_open(self):
        """No positive lies far below it, and a few that do may be missing."""
        words = self.verdict(declared(kind="floor", metric="auc", threshold=0.92), 100)
        assert "nobody knows how rare that is" in words
