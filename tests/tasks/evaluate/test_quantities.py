"""What each kind of clause asks about is its textbook's number, one row at a time; more is better."""

from dataclasses import replace

import numpy as np
import pytest
from compared import LOSSES, METRICS, asked, means, textbook, world
from data_factories import declared
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.answers import NO_ALARM, Answers
from tasks.evaluate.binary import Undefined
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.quantities import quantities
from tasks.params.contract import Requirement
from tasks.train.uncertainty import Sets


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", [0, 1])
class TestMetrics:
    """One model's metric, or the difference of two, in the direction that is better."""

    def test_a_floor_is_under_the_metric(self, metric, seed):
        """It is the challenger's metric; for a loss, its negative."""
        seen = world(seed)
        sign = -1 if metric in LOSSES else 1
        clause = declared(kind="floor", metric=metric, threshold=0.5)
        assert means(clause, seen) == {
            "": pytest.approx(sign * textbook(metric, seen.labels, seen.challenger))
        }

    @pytest.mark.parametrize("kind", ["beats_champion", "not_worse", "beats_baseline"])
    def test_a_lead_is_the_difference_of_two(self, metric, seed, kind):
        """The challenger's metric less the other's; for a loss, the other's less the challenger's."""
        seen = world(seed, baseline=Answers(world(seed + 5).challenger.probabilities, 0.5))
        other = seen.baseline if kind == "beats_baseline" else seen.champion
        lead = textbook(metric, seen.labels, seen.challenger) - textbook(metric, seen.labels, other)
        clause = declared(kind=kind, metric=metric, margin=0.1)
        assert means(clause, seen) == {"": pytest.approx(-lead if metric in LOSSES else lead)}

    def test_the_linear_baseline_is_another_model(self, metric, seed):
        """Where a clause names it, it is the one to be beaten, at its own threshold, and not the naive."""
        linear = Answers(world(seed + 5).challenger.probabilities, 0.3)
        seen, clause = world(seed, linear=linear), declared(kind="beats_baseline", metric=metric)
        (asked,) = quantities(clause.model_copy(update={"baseline": "linear"}), seen)
        (plain,) = quantities(clause, world(seed, baseline=linear))
        np.testing.assert_array_equal(asked.values(), plain.values())

    def test_without_a_champion_the_baseline_is_to_be_beaten(self, metric, seed):
        """The same numbers, whoever is asked for."""
        seen = world(seed, champion=None, baseline=Answers(world(seed + 5).challenger.probabilities, 0.5))
        against = [declared(kind=kind, metric=metric) for kind in ("beats_champion", "beats_baseline")]
        first, second = (asked(clause, seen)[0].values() for clause in against)
        assert np.array_equal(first, second)


class TestNetValue:
    """Money over the horizon, less what it costs."""

    def test_is_the_gain_on_the_horizon_less_the_costs(self):
        """Rows times the gain less the cost of a row, less the cost of the change, once."""
        seen = world()
        gain = textbook("value", seen.labels, seen.challenger) - textbook("value", seen.labels, seen.champion)
        clause = declared(kind="net_value", horizon_rows=5000, cost=300.0, cost_per_row=0.25)
        assert means(clause, seen) == {"": pytest.approx(5000 * gain - 5000 * 0.25 - 300)}

    def test_cheaper_serving_is_a_gain(self):
        """A negative cost of a row is what is saved, on each row of the horizon."""
        seen = world(champion=world().challenger)
        clause = declared(kind="net_value", horizon_rows=400, cost=10.0, cost_per_row=-0.5)
        assert means(clause, seen) == {"": pytest.approx(190)}


class TestChurn:
    """Rows in which two models say something else."""

    def test_is_minus_the_share_of_other_answers(self):
        """An answer is an alarm or none, each model's by its own threshold."""
        seen = world()
        first, second = (one.probabilities >= one.threshold for one in (seen.champion, seen.challenger))
        found = means(declared(kind="churn", threshold=0.5), seen)
        assert found == {"": pytest.approx(-np.mean(first != second))}
        assert -0.9 < found[""] < -0.1

    def test_equal_models_say_the_same(self):
        """It is 0 then, and not minus 0."""
        seen = world(champion=world().challenger)
        values = asked(declared(kind="churn", threshold=0.5), seen)[0].values()
        assert not values.any()
        assert not np.signbit(values).any()

    def test_the_threshold_is_part_of_the_answer(self):
        """The same probabilities with another threshold are other answers."""
        seen = world(champion=Answers(world().challenger.probabilities, 0.9))
        between = (seen.challenger.probabilities >= 0.6) & (seen.challenger.probabilities < 0.9)
        assert means(declared(kind="churn", threshold=0.5), seen) == {"": pytest.approx(-between.mean())}


class TestSetsOfLabels:
    """What the sets of possible labels hold, and how much they leave open."""

    SETS = Sets(coverage=0.9, most_doubt=0.65)

    def test_abstention_is_the_room_to_two_bars(self):
        """Wrong among the sure, on their rows alone, and the share of rows that is sure."""
        answers = replace(world().challenger, sets=self.SETS)
        seen = world(challenger=answers)
        p = answers.probabilities
        sure = (p > 0.65) | (p < 0.35)
        wrong = np.mean((p > 0.5)[sure] != seen.labels[sure])
        clause = declared(kind="abstention", risk=0.4, answered=0.3)
        assert means(clause, seen) == {
            "room under the risk": pytest.approx(0.4 - wrong),
            "room over the answered": pytest.approx(sure.mean() - 0.3),
        }
        assert asked(clause, seen)[0].rows.tolist() == sure.tolist()
        assert 0.1 < wrong < 0.4 < sure.mean() < 0.9

    def test_coverage_is_the_share_that_is_held(self):
        """All rows that are not sure, and of the others those that are right."""
        seen = world(challenger=replace(world().challenger, sets=self.SETS))
        doubt = np.abs(seen.labels - seen.challenger.probabilities)
        found = means(declared(kind="coverage", threshold=0.5), seen)
        assert found == {"": pytest.approx(np.mean(doubt <= 0.65))}

    @pytest.mark.parametrize(
        "settings",
        [{"kind": "abstention", "risk": 0.4, "answered": 0.3}, {"kind": "coverage", "threshold": 0.5}],
    )
    def test_no_value_lies_below_the_worst(self, settings):
        """Whatever the labels are, no row falls below what its part may fall to, and some reach it."""
        labels = np.random.default_rng(8).integers(0, 2, 600).astype(float)
        seen = world(labels=labels, challenger=replace(world().challenger, sets=self.SETS))
        for one in asked(declared(**settings), seen):
            assert one.values().min() == pytest.approx(np.min(one.worst()))

    @pytest.mark.parametrize(
        "settings",
        [{"kind": "abstention", "risk": 0.4, "answered": 0.3}, {"kind": "coverage", "threshold": 0.5}],
    )
    def test_without_sets_nothing_is_asked(self, settings):
        """A model that was trained without them has none."""
        assert asked(declared(**settings), world()) == []


class TestCalibration:
    """What was predicted against what came: on all rows, and in bins of equally many."""

    def binned(self, seen: Comparison, bins: int) -> dict[str, float]:
        """The means of a calibration clause with so many bins."""
        return means(declared(kind="calibration", margin=0.1, bins=bins), seen)

    def test_in_the_large(self):
        """With one bin it is the mean of all rows: predicted less came, and came less predicted."""
        seen = world()
        high = float(seen.challenger.probabilities.mean() - seen.labels.mean())
        assert self.binned(seen, 1) == {
            "all rows, too high": pytest.approx(-high),
            "all rows, too low": pytest.approx(high),
        }

    @pytest.mark.parametrize("bins", [2, 5, 20])
    def test_by_bin(self, bins):
        """Of distinct probabilities each bin is an equal share of the rows, the lowest first."""
        seen = world()
        spread = np.random.default_rng(9).permutation(np.linspace(0.001, 0.999, 600))
        seen = world(challenger=Answers(spread))
        found = list(self.binned(seen, bins).values())
        order = np.argsort(spread)
        highs = [spread[rows].mean() - seen.labels[rows].mean() for rows in np.split(order, bins)]
        assert found[2::2] == pytest.approx([-high for high in highs])
        assert found[3::2] == pytest.approx(highs)

    def test_bins_are_named_by_what_was_predicted(self):
        """The lowest and the highest probability in it."""
        seen = world(challenger=Answers(np.repeat([0.1, 0.2, 0.7, 0.8], 150)))
        assert list(self.binned(seen, 2)) == [
            "all rows, too high",
            "all rows, too low",
            "predicted 0.1 to 0.2, too high",
            "predicted 0.1 to 0.2, too low",
            "predicted 0.7 to 0.8, too high",
            "predicted 0.7 to 0.8, too low",
        ]

    def test_a_constant_score_is_one_bin(self):
        """With one probability there is one bin, which is all rows."""
        seen = world(challenger=Answers(np.full(600, 0.25)))
        high = 0.25 - seen.labels.mean()
        found = self.binned(seen, 5)
        assert {of: round(mean, 9) for of, mean in found.items() if of.endswith("too high")} == {
            "all rows, too high": round(-high, 9),
            "predicted 0.25 to 0.25, too high": round(-high, 9),
        }

    @pytest.mark.parametrize("most", [0.01, 0.99])
    def test_a_probability_that_most_share_takes_no_other_row(self, most):
        """Of 600 rows 590 have the lowest probability, or the highest: the other 10 are judged apart."""
        few = 0.9 if most < 0.5 else 0.1
        seen = world(challenger=Answers(np.where(np.arange(600) < 10, few, most)))
        parts = asked(declared(kind="calibration", margin=0.1, bins=5), seen)[2::2]
        assert sorted(int(one.rows.sum()) for one in parts) == [10, 590]

    @given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(2, 20))
    def test_bins_part_the_rows(self, drawn, bins):
        """However tied, each row is in one bin, rows of one probability share it, and no bin is empty."""
        n = len(drawn)
        seen = world(rows=n, challenger=Answers(np.array(drawn) / 6), columns={})
        parts = asked(declared(kind="calibration", margin=0.1, bins=bins), seen)[2::2]
        assert sum(one.rows.astype(int) for one in parts).tolist() == [1] * n
        assert 1 <= len(parts) <= min(bins, len(set(drawn)))
        values = [set(np.array(drawn)[one.rows]) for one in parts]
        assert sum(len(one) for one in values) == len(set(drawn))
        assert all(one.rows.any() for one in parts)


class TestUndefined:
    """What does not exist on these rows says what there is none of."""

    ONE = np.ones(600)

    @pytest.mark.parametrize(
        ("clause", "changes", "message"),
        [
            ({"kind": "floor", "metric": "auc", "threshold": 0.5}, {"labels": ONE}, "0 negative rows"),
            (
                {"kind": "floor", "metric": "recall", "threshold": 0.5},
                {"labels": 0 * ONE},
                "no row with label 1",
            ),
            (
                {"kind": "floor", "metric": "precision", "threshold": 0.5},
                {"challenger": Answers(ONE / 2, NO_ALARM)},
                "no alarm on these rows",
            ),
            (
                {"kind": "beats_champion", "metric": "precision"},
                {"champion": Answers(ONE / 2, NO_ALARM)},
                "no alarm on these rows",
            ),
        ],
    )
    def test_metrics(self, clause, changes, message):
        """An AUC of one class, a recall without positives, a precision without alarms of either model."""
        (one,) = asked(declared(**clause), world(**changes))
        with pytest.raises(Undefined, match=message):
            one.values()

    def test_a_kind_that_nobody_knows(self):
        """A new kind of clause without its quantity is an error that names the clause."""
        stranger = Requirement.model_construct(name="odd", kind="odd", owner="o", reason="r")
        with pytest.raises(NotImplementedError, match="odd"):
            asked(stranger, world())
