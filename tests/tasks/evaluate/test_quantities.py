"""What each kind of clause asks about is its textbook's number, one row at a time; more is better."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from data_factories import declared, small_params
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.answers import NO_ALARM, Answers, Costs, constant
from tasks.evaluate.binary import Undefined
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.quantities import Quantity, quantities
from tasks.params import Clause
from tasks.params.contract import Requirement
from tasks.train.uncertainty import Sets

COSTS = Costs(true_positive=10, false_positive=-4, false_negative=-7, true_negative=1)
EVALUATE = small_params().evaluate
METRICS = ("log_loss", "brier", "auc", "value", "precision", "recall")
LOSSES = ("log_loss", "brier")
RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "error_rate", "calibration")


def world(seed: int = 0, rows: int = 600, **changes: object) -> Comparison:
    """Random labels, two models with ties and thresholds of their own, and three groups, some unknown."""
    draw = np.random.default_rng(seed)
    signal = draw.normal(size=rows)
    labels = (draw.random(rows) < 1 / (1 + np.exp(-signal))).astype(float)
    first, second = ((1 / (1 + np.exp(-(signal + draw.normal(size=rows))))).round(2) for _ in range(2))
    plain = {
        "labels": labels,
        "clusters": draw.integers(0, 30, rows),
        "costs": COSTS,
        "challenger": Answers(second, 0.6),
        "champion": Answers(first, 0.4),
        "baseline": constant(0.3, rows, NO_ALARM),
        "columns": {"kind": pd.Series(draw.choice(["a", "b", "c", None], rows, p=[0.4, 0.2, 0.2, 0.2]))},
        "settings": EVALUATE,
    }
    return Comparison(**{**plain, **changes})


def textbook(metric: str, labels: np.ndarray, model: Answers) -> float:
    """The metric, written again from its definition."""
    p, alarm = model.probabilities, model.probabilities >= model.threshold
    hits, misses = (alarm & (labels == 1)).sum(), (~alarm & (labels == 1)).sum()
    false, quiet = (alarm & (labels == 0)).sum(), (~alarm & (labels == 0)).sum()
    match metric:
        case "log_loss":
            return float(-np.log(np.where(labels == 1, p, 1 - p).clip(1e-15)).mean())
        case "brier":
            return float(((p - labels) ** 2).mean())
        case "auc":
            one, zero = p[labels == 1][:, None], p[labels == 0]
            return float(((one > zero) + 0.5 * (one == zero)).mean())
        case "value":
            return float((10 * hits - 4 * false - 7 * misses + quiet) / len(labels))
        case "precision":
            return float(hits / (hits + false))
    return float(hits / (hits + misses))


def asked(clause: Clause, seen: Comparison) -> list[Quantity]:
    return list(quantities(clause, seen))


def means(clause: Clause, seen: Comparison) -> dict[str, float]:
    """The mean of each thing that the clause asks about, by what it is of."""
    return {one.of: float(one.values().mean()) for one in asked(clause, seen)}


def inside(seen: Comparison, value: str) -> np.ndarray:
    """The rows of a group, `(missing)` those of none."""
    names = seen.columns["kind"]
    return (names.isna() if value == "(missing)" else names == value).to_numpy(dtype=bool)


def rate(measure: str, seen: Comparison, rows: np.ndarray) -> float:
    """A group's rate, as Fairlearn takes it, and the mean of label less probability."""
    labels, p = seen.labels[rows], seen.challenger.probabilities[rows]
    alarm = p >= seen.challenger.threshold
    match measure:
        case "selection_rate":
            return float(alarm.mean())
        case "true_positive_rate":
            return float(alarm[labels == 1].mean())
        case "false_positive_rate":
            return float(alarm[labels == 0].mean())
        case "error_rate":
            return float((alarm != labels).mean())
    return float(labels.mean() - p.mean())


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


class TestSlices:
    """The lead in each slice, on its own rows."""

    @pytest.mark.parametrize("metric", ["log_loss", "brier", "value"])
    def test_are_the_metric_on_the_slices_rows(self, metric):
        """Each value's lead is that of its rows alone, and so is that of rows without a value."""
        seen, sign = world(), -1 if metric in LOSSES else 1
        found = means(declared(kind="slice", metric=metric, column="kind", margin=0.1), seen)
        assert next(iter(found)) == "kind a"
        assert set(found) == {"kind a", "kind b", "kind c", "kind (missing)"}
        for of, lead in found.items():
            rows = inside(seen, of.removeprefix("kind "))
            first, second = (
                textbook(metric, seen.labels[rows], Answers(one.probabilities[rows], one.threshold))
                for one in (seen.champion, seen.challenger)
            )
            assert lead == pytest.approx(sign * (second - first))

    def test_name_their_rows(self):
        """A slice has a number for each of its rows, and says which they are."""
        seen = world()
        for one in asked(declared(kind="slice", metric="value", column="kind", margin=0.1), seen):
            assert one.rows.tolist() == inside(seen, one.of.removeprefix("kind ")).tolist()
            assert len(one.values()) == one.rows.sum()


class TestRepresentation:
    """Shares of rows."""

    def test_are_the_values_shares_of_all_rows(self):
        """Also of rows without a value; one that never comes has a share of 0."""
        seen = world()
        clause = declared(kind="representation", column="kind", values=("b", "a", "never"), threshold=0.1)
        found = means(clause, seen)
        assert list(found) == ["kind b", "kind a", "kind never"]
        assert found["kind a"] == pytest.approx(inside(seen, "a").mean())
        assert found["kind b"] == pytest.approx(inside(seen, "b").mean())
        assert found["kind never"] == 0

    @pytest.mark.parametrize(
        ("values", "dtype"), [([1, 2], "int64"), ([True, False], "bool"), ([1, None], "Int64")]
    )
    def test_take_values_as_they_are_written(self, values, dtype):
        """A column of numbers, truths or with gaps is read as text; the first value is half the rows."""
        column = pd.Series(values * 300, dtype=dtype)
        clause = declared(kind="representation", column="kind", values=(str(values[0]),), threshold=0.1)
        assert list(means(clause, world(columns={"kind": column})).values()) == [0.5]

    def test_rows_without_a_value_have_one_name(self):
        """What a slice calls (missing) has the share of those rows here too."""
        clause = declared(kind="representation", column="kind", values=("(missing)",), threshold=0.01)
        seen = world()
        assert list(means(clause, seen).values()) == [pytest.approx(inside(seen, "(missing)").mean())]


@pytest.mark.parametrize("measure", RATES)
class TestFairness:
    """Differences of groups, as Fairlearn defines them."""

    def test_are_those_of_each_ordered_pair(self, measure):
        """For groups a and b, minus (a's rate less b's), and minus (b's less a's)."""
        seen = world()
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        rates = {name: rate(measure, seen, inside(seen, name)) for name in ("a", "b", "c", "(missing)")}
        assert found == {
            f"{more} less {less}": pytest.approx(-(rates[more] - rates[less]))
            for more, less in permutations(rates, 2)
        }

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_the_worst_is_the_largest_less_the_smallest(self, measure, seed):
        """All pairs are within a margin exactly if Fairlearn's difference, max - min, is."""
        seen = world(seed)
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        rates = [rate(measure, seen, inside(seen, name)) for name in ("a", "b", "c", "(missing)")]
        assert -min(found.values()) == pytest.approx(max(rates) - min(rates))
        assert -min(found.values()) > 0.02

    def test_a_ratio_is_above_exactly_if_the_smallest_is(self, measure):
        """All pairs are above Fairlearn's ratio, min / max, exactly if that is: at it the least is 0."""
        if measure == "calibration":
            return
        seen = world()
        rates = [rate(measure, seen, inside(seen, name)) for name in ("a", "b", "c", "(missing)")]
        ratio = min(rates) / max(rates)
        at_bar = means(declared(kind="fairness", measure=measure, column="kind", ratio=ratio), seen)
        assert len(at_bar) == 12
        assert all(" over " in name for name in at_bar)
        assert min(at_bar.values()) == pytest.approx(0, abs=1e-12)
        stricter = declared(kind="fairness", measure=measure, column="kind", ratio=ratio + 0.01)
        assert min(means(stricter, seen).values()) == pytest.approx(-0.01 * max(rates))

    def test_one_group_has_no_pair(self, measure):
        """Nothing is asked where all rows are of one group."""
        seen = world(columns={"kind": pd.Series(["a"] * 600)})
        assert asked(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen) == []

    def test_rare_values_are_compared_together(self, measure):
        """Groups without support are one, the rest, and compared with the others."""
        values = np.array((["a"] * 14 + ["b"] * 12 + ["c", "d"] * 2) * 20)
        seen = world(columns={"kind": pd.Series(values)})
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        rest = np.isin(values, ["c", "d"])
        gap = rate(measure, seen, rest) - rate(measure, seen, values == "a")
        assert found["rest less a"] == pytest.approx(-gap)
        assert len(found) == 6

    def test_rest_on_the_rows_that_the_rates_count(self, measure):
        """Those of the two groups, of the label that the measure is about."""
        seen = world()
        label = {"true_positive_rate": 1, "false_positive_rate": 0}.get(measure)
        counted = np.ones(600, bool) if label is None else seen.labels == label
        for one in asked(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen):
            wanted = [inside(seen, name) & counted for name in one.of.split(" less ")]
            assert np.array_equal(one.rests_on(), wanted)

    def test_a_rest_without_support_is_not_compared(self, measure):
        """The others are, as if its rows were not there."""
        values = np.array(["a"] * 300 + ["b"] * 290 + ["c"] * 10)
        seen = world(columns={"kind": pd.Series(values)})
        found = means(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen)
        gap = rate(measure, seen, values == "a") - rate(measure, seen, values == "b")
        assert found == {"a less b": pytest.approx(-gap), "b less a": pytest.approx(gap)}


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

    @pytest.mark.parametrize(("measure", "label"), [("true_positive_rate", 1), ("false_positive_rate", 0)])
    def test_a_group_without_the_label_is_named(self, measure, label):
        """Each pair with that group is undefined, and the others are not."""
        seen = world()
        labels = np.where(inside(seen, "b"), 1.0 - label, seen.labels)
        seen = world(labels=labels)
        for one in asked(declared(kind="fairness", measure=measure, column="kind", margin=0.1), seen):
            if "b" in one.of.split(" less "):
                with pytest.raises(Undefined, match=f"no row with label {label} of b on these rows"):
                    one.values()
            else:
                assert np.isfinite(one.values()).all()

    @pytest.mark.parametrize("alarm", [0.0, 1.0])
    def test_a_rate_that_does_not_vary_is_named(self, alarm):
        """A group that is never warned, or always, on however many rows: each pair with it is undefined."""
        seen = world()
        says = np.where(inside(seen, "b"), alarm, seen.challenger.probabilities)
        seen = world(challenger=Answers(says, 0.6))
        clause = declared(kind="fairness", measure="selection_rate", column="kind", margin=0.1)
        for one in asked(clause, seen):
            if "b" in one.of.split(" less "):
                with pytest.raises(Undefined, match="selection rate of b does not vary"):
                    one.values()
            else:
                assert np.isfinite(one.values()).all()

    def test_a_kind_that_nobody_knows(self):
        """A new kind of clause without its quantity is an error that names the clause."""
        stranger = Requirement.model_construct(name="odd", kind="odd", owner="o", reason="r")
        with pytest.raises(NotImplementedError, match="odd"):
            asked(stranger, world())
