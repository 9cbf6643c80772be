"""Decisions between classes in money: by hand, by brute force, and where nothing can be decided."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from class_factories import CLASSES, OUTCOMES
from data_factories import declared

from tasks.errors import BadInput
from tasks.evaluate.answers import Answers, decisions_of
from tasks.evaluate.compare import alarms, metric_evidence, naive_shares
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.decided import value_by_class
from tasks.evaluate.leads import advantage, worst_advantage, worst_rows
from tasks.evaluate.metrics import METRICS, shown
from tasks.evaluate.outcomes import Outcomes, best_decisions, outcomes_of, worths
from tasks.evaluate.quantities import quantities
from tasks.objectives import BINARY, MULTICLASS, REGRESSION
from tasks.params import EvaluateParams

TABLE = np.array([[OUTCOMES[came][decided] for decided in CLASSES] for came in CLASSES])
WORTH = Outcomes(tuple(map(tuple, TABLE.tolist())))
VALUE = METRICS["value"]
ROWS = 300
SHARES = (0.5, 0.3, 0.2)


def seen(*, champion: Outcomes | None = WORTH, seed: int = 3) -> Comparison:
    """Labels, and two models that know something of them."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, ROWS, p=SHARES)
    told = [rng.dirichlet(np.ones(3), ROWS) + sure * np.eye(3)[labels] for sure in (0.3, 0.8)]
    first, second = (one / one.sum(axis=1, keepdims=True) for one in told)
    return Comparison(
        labels=labels.astype(np.float64),
        clusters=np.arange(ROWS) // 10,
        costs=WORTH,
        challenger=Answers(second, None, outcomes=WORTH),
        champion=Answers(first, None, outcomes=champion),
        baseline=naive_shares(SHARES, ROWS, WORTH),
        columns={"colour": pd.Series(np.where(np.arange(ROWS) % 2, "red", "blue"))},
        settings=EvaluateParams(min_slice_rows=50, min_slice_clusters=10),
        objective=MULTICLASS,
        classes=CLASSES,
    )


class TestDecisions:
    """The class of the largest expected value."""

    def test_by_hand(self):
        """Who may lose thirty by missing a high one says high long before it is the likeliest.

        Of (0.5, 0.3, 0.2): low 2.5 - 0.6 - 6 = -4.1; middle -0.5 + 1.2 - 1.2 = -0.5; high -4 - 0.6 + 2.
        """
        p = np.array([[0.5, 0.3, 0.2], [0.98, 0.01, 0.01], [0.5, 0.1, 0.4]])
        assert best_decisions(p, WORTH).tolist() == [1, 0, 2]

    def test_by_brute_force(self):
        """No other decision has a larger expected value, of thousands of rows."""
        p = np.random.default_rng(0).dirichlet(np.ones(3), 5_000)
        expected = np.array([[sum(row[i] * TABLE[i, j] for i in range(3)) for j in range(3)] for row in p])
        assert best_decisions(p, WORTH).tolist() == expected.argmax(axis=1).tolist()

    def test_of_equal_ones_the_first(self):
        """As of equal probabilities; where all is worth the same the first class is decided."""
        same = Outcomes(((1.0,) * 3,) * 3)
        p = np.array([[0.2, 0.3, 0.5], [0.2, 0.4, 0.4]])
        assert best_decisions(p, same).tolist() == [0, 0]
        right = Outcomes(tuple(map(tuple, np.eye(3).tolist())))
        assert best_decisions(p, right).tolist() == [2, 1]

    def test_alone_as_among_others(self):
        """A row is decided alike by itself and in a batch, to the last bit of what it rests on."""
        p = np.random.default_rng(1).dirichlet(np.ones(3), 5_000)
        together = best_decisions(p, WORTH)
        assert [int(best_decisions(p[[one]], WORTH)[0]) for one in range(0, 5_000, 97)] == together[
            ::97
        ].tolist()

    def test_of_no_rows(self):
        """There are none."""
        assert best_decisions(np.empty((0, 3)), WORTH).tolist() == []
        assert value_by_class(replace(seen(), labels=np.empty(0))) is None

    def test_without_outcomes_it_is_the_likeliest(self):
        """A champion from before there were any goes on as it does in production."""
        compared = seen(champion=None)
        assert outcomes_of(()) is None
        likeliest = compared.champion.predictions.argmax(axis=1)
        assert decisions_of(compared.champion).tolist() == likeliest.tolist()
        assert (decisions_of(replace(compared.champion, outcomes=WORTH)) != likeliest).any()


class TestValue:
    """The mean amount of what was decided and what came."""

    def test_is_looked_up_row_by_row(self):
        """Of a model, and of a lead the difference."""
        compared = seen()
        labels = compared.labels.astype(int)
        own = [
            TABLE[labels, decisions_of(one).astype(int)] for one in (compared.champion, compared.challenger)
        ]
        assert VALUE.rows(compared.labels, compared.challenger, WORTH).tolist() == own[1].tolist()
        lead = advantage(VALUE, compared.labels, compared.champion, compared.challenger, WORTH)
        assert lead.tolist() == (own[1] - own[0]).tolist()

    def test_worst_is_the_least_of_all_classes(self):
        """Known without the label: what any class, were it the label, would make of the decisions."""
        compared = seen()
        first, second = (decisions_of(one).astype(int) for one in (compared.champion, compared.challenger))
        least = worst_rows(VALUE, compared.labels, compared.challenger, WORTH)
        assert least.tolist() == TABLE[:, second].min(axis=0).tolist()
        lead = worst_advantage(VALUE, compared.labels, compared.champion, compared.challenger, WORTH)
        assert lead.tolist() == (TABLE[:, second] - TABLE[:, first]).min(axis=0).tolist()
        other = compared.labels[::-1]
        assert worst_rows(VALUE, other, compared.challenger, WORTH).tolist() == least.tolist()

    def test_of_the_baseline(self):
        """It decides throughout for what is worth most under the shares: middle, though low is likelier."""
        compared = seen()
        assert set(decisions_of(compared.baseline)) == {1.0}
        found = metric_evidence(VALUE, compared)
        assert found.baseline == pytest.approx(TABLE[compared.labels.astype(int), 1].mean())
        assert found.unit == "money per row"

    def test_below_the_baseline_is_said_loudly(self):
        """A champion that decides by another table, and loses by today's, is below it."""
        worst = Outcomes(tuple(map(tuple, (-TABLE).tolist())))
        told = alarms({"value": metric_evidence(VALUE, seen(champion=worst))}, "EUR")
        assert len(told) == 1
        assert "THE CHAMPION IS BELOW THE NAIVE BASELINE IN VALUE (surely)" in told[0]
        assert "EUR per row" in told[0]
        assert alarms({"value": metric_evidence(VALUE, seen())}, "EUR") == ()

    def test_needs_a_table(self):
        """Without one, and for probabilities that are none, it is refused."""
        compared = seen()
        with pytest.raises(BadInput, match="expected outcomes of classes for the metric 'value'"):
            VALUE.rows(compared.labels, compared.challenger, None)
        with pytest.raises(BadInput, match="found 1 of 1 rows that do not"):
            worths(np.array([[np.nan, 0.5, 0.5]]), np.array([0]), WORTH)

    def test_is_shown_where_there_is_a_table(self):
        """Beside the others; of a binary model as before, of numbers never."""
        assert list(shown(MULTICLASS)) == ["log_loss", "accuracy", "brier"]
        assert list(shown(MULTICLASS, worth=True)) == ["log_loss", "accuracy", "brier", "value"]
        assert list(shown(BINARY, worth=True)) == list(shown(BINARY))
        assert "value" not in shown(REGRESSION, worth=True)


class TestClauses:
    """What clauses ask about decisions."""

    def test_churn_counts_decisions(self):
        """Not the likeliest classes: the share of rows that another class is decided for."""
        compared = seen()
        (found,) = quantities(declared(kind="churn", threshold=0.5), compared)
        first, second = (decisions_of(one) for one in (compared.champion, compared.challenger))
        assert found.values().mean() == -(first != second).mean()
        likeliest = [one.predictions.argmax(axis=1) for one in (compared.champion, compared.challenger)]
        assert (first != second).mean() != (likeliest[0] != likeliest[1]).mean()

    def test_net_value_is_gained_less_what_it_costs(self):
        """On so many predictions, with the least that it can be."""
        compared = seen()
        clause = declared(kind="net_value", horizon_rows=1_000, cost=50.0, cost_per_row=0.1)
        (found,) = quantities(clause, compared)
        lead = advantage(VALUE, compared.labels, compared.champion, compared.challenger, WORTH)
        assert found.values() == pytest.approx(1_000 * (lead - 0.1) - 50)
        assert (found.worst() <= found.values()).all()

    def test_decided_by_came(self):
        """All rows of each model, in the declared order, and the value that they add up to."""
        compared = seen()
        found = value_by_class(compared)
        assert (found.classes, found.outcomes) == (CLASSES, WORTH.table)
        assert set(found.models) == {"challenger", "champion", "baseline"}
        for name, one in found.models.items():
            assert np.sum(one.counts, axis=1).tolist() == np.bincount(compared.labels.astype(int)).tolist()
            own = VALUE.rows(compared.labels, getattr(compared, name), WORTH).mean()
            assert one.value == pytest.approx(own)
        assert value_by_class(replace(compared, costs=None)) is None
