"""The curve is the metric `value` at each threshold, whatever the scores look like."""

import numpy as np
import pytest
from data_factories import contender
from factories import PARAMS, small_frame
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.answers import NO_ALARM, Answers, Costs
from tasks.evaluate.binary import best_threshold, value_rows
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.operating import POINTS, thresholds_of, value_by_threshold, value_curve
from tasks.evaluate.step import compare
from tasks.params import parse_params

COSTS = Costs(true_positive=40, false_positive=-10, false_negative=-7, true_negative=1)
scored = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=1, max_size=40).map(
    lambda rows: (np.array([float(y) for y, _ in rows]), np.array([p / 8 for _, p in rows]))
)


def simulated(rows: int, seed: int = 3):
    """Labels and probabilities that know something of them."""
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(1, 6, rows)
    return (rng.random(rows) < probabilities).astype(np.float64), probabilities


class TestValueCurve:
    """Value per row from each threshold on."""

    @given(scored, st.tuples(*[st.integers(-5, 5)] * 4), st.sampled_from([0.0, 0.25, 0.6, 1.0, NO_ALARM]))
    def test_every_point_is_the_metric_there(self, rows, money, own):
        """Value and alarms are those that all rows at that threshold have, the model's own included."""
        labels, probabilities = rows
        curve = value_curve(labels, Answers(probabilities, own), Costs(*money))
        for point in (*curve.points, curve.chosen):
            worth = value_rows(labels, probabilities, point.threshold, Costs(*money))
            assert point.value == pytest.approx(worth.mean())
            assert point.alarms == (probabilities >= point.threshold).sum()
        assert curve.chosen.threshold == own

    def test_the_points_rise_in_threshold_and_fall_in_alarms(self):
        """From everybody down; the model's own threshold is one of them, so that it lies on the curve."""
        labels, probabilities = simulated(5000)
        curve = value_curve(labels, Answers(probabilities, 0.31), COSTS)
        places, alarms = ([getattr(one, name) for one in curve.points] for name in ("threshold", "alarms"))
        assert places == sorted(set(places))
        assert alarms == sorted(alarms, reverse=True)
        assert alarms[0] == 5000
        assert curve.chosen in curve.points
        assert len(curve.points) <= POINTS + 1

    def test_no_alarm_is_no_place_on_the_curve(self):
        """A model that never alarms has its point at the value of alarming nobody, beyond every score."""
        labels, probabilities = simulated(200)
        curve = value_curve(labels, Answers(probabilities, NO_ALARM), COSTS)
        assert curve.chosen.alarms == 0
        assert curve.points[-1].threshold <= 1

    @pytest.mark.parametrize("label", [0.0, 1.0])
    def test_one_class(self, label):
        """Without one of the classes each alarm moves the value by the same amount."""
        probabilities = np.linspace(0.1, 0.9, 9)
        curve = value_curve(np.full(9, label), Answers(probabilities, 0.5), COSTS)
        steps = np.diff([one.value for one in curve.points])
        assert steps == pytest.approx(np.full(8, -47 / 9 if label else 11 / 9))

    def test_a_constant_score_is_one_point(self):
        """Everybody or nobody: there is nothing between."""
        labels = np.array([1.0, 0, 0])
        curve = value_curve(labels, Answers(np.full(3, 0.2), NO_ALARM), COSTS)
        assert [(one.threshold, one.alarms) for one in curve.points] == [(0.2, 3)]


class TestEvidence:
    """What the decision's evidence holds."""

    @pytest.mark.parametrize("champion", [True, False])
    def test_each_model_s_own_point_is_its_value_metric(self, champion):
        """The curves are of the models that there are, and agree with the metric `value`."""
        rows = small_frame("2024-02").query("label.notna()").reset_index(drop=True)
        say = list(np.random.default_rng(1).random(len(rows)))
        pair = contender("a", say), contender("b", 0.4) if champion else None
        found = compare(rows, *pair, parse_params(PARAMS), ("2024-02",))
        curves = found.value_by_threshold
        assert set(curves.models) == {"challenger", "champion"} if champion else {"challenger"}
        for name, curve in curves.models.items():
            assert curve.chosen.value == pytest.approx(getattr(found.metrics["value"], name))

    def test_nobody_and_everybody(self):
        """The lines to compare with need no model: misses and quiet rows, or hits and false alarms."""
        found = value_by_threshold(comparison([1.0, 0, 0, 0], [0.9, 0.8, 0.7, 0.6]))
        assert found.nobody == (-7 + 3) / 4
        assert found.everybody == (40 - 30) / 4
        assert found.models["challenger"].points[0].value == found.everybody

    def test_no_rows(self):
        """There is nothing to draw, and no error."""
        assert value_by_threshold(comparison([], [])) is None


def comparison(labels, probabilities):
    """The rows as evaluation compares them; there is no champion."""
    answers = Answers(np.array(probabilities), 0.5)
    return Comparison(
        labels=np.array(labels),
        clusters=np.arange(len(labels)),
        costs=COSTS,
        challenger=answers,
        champion=None,
        baseline=answers,
        columns={},
        settings=parse_params(PARAMS).evaluate,
    )


class TestThresholds:
    """Few places, where something happens."""

    def test_few_scores_are_all_there(self):
        """Ties are one place."""
        assert list(thresholds_of(np.array([0.1, 0.1, 0.4, 0.4, 0.9]))) == [0.1, 0.4, 0.9]

    @pytest.mark.parametrize("rows", [49, 1000, 100_000])
    def test_many_are_thinned_and_the_ends_are_kept(self, rows):
        """No more than the most, the lowest and the highest among them, and nothing that is no score."""
        ranked = np.sort(simulated(rows)[1])
        found = thresholds_of(ranked)
        assert 10 < len(found) <= POINTS
        assert (found[0], found[-1]) == (ranked[0], ranked[-1])
        assert np.isin(found, ranked).all()

    def test_the_top_is_not_thinned_away(self):
        """Where one row in a thousand is worth an alarm, the best value is nearly on the curve."""
        labels, probabilities = simulated(50_000)
        labels[probabilities < np.quantile(probabilities, 0.999)] = 0
        costs = Costs(true_positive=40, false_positive=-10, false_negative=0, true_negative=0)
        best = value_rows(labels, probabilities, best_threshold(labels, probabilities, costs), costs).mean()
        curve = value_curve(labels, Answers(probabilities, NO_ALARM), costs)
        assert best > 0
        assert max(one.value for one in curve.points) > 0.8 * best

    def test_the_order_of_rows_does_not_matter(self):
        """Shuffled rows give the same curve to the last bit."""
        labels, probabilities = simulated(3000)
        order = np.random.default_rng(1).permutation(3000)
        first = value_curve(labels, Answers(probabilities, 0.3), COSTS)
        assert value_curve(labels[order], Answers(probabilities[order], 0.3), COSTS) == first
