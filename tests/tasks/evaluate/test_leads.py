"""A positive difference is a better challenger, with the interval of paired rows."""

import numpy as np
import pytest
from hypothesis import given
from metric_factories import COSTS, holdout, naive_auc, scored

from tasks.evaluate.answers import Answers, Costs, constant
from tasks.evaluate.binary import value_rows
from tasks.evaluate.leads import advantage, paired, single
from tasks.evaluate.metrics import AUC, LOG_LOSS, METRICS, VALUE

OF_LABELS = {name: metric for name, metric in METRICS.items() if name not in ("accuracy", "pinball")}
"""Metrics that need no more than an answer for each row: classes and quantiles have tests of their own."""


class TestPaired:
    """One comparison for every metric."""

    @pytest.mark.parametrize("metric", [one for name, one in OF_LABELS.items() if name != "recall"])
    def test_positive_means_the_challenger_is_better(self, metric):
        """A sharper challenger has a positive difference, whichever way the metric counts.

        Not in recall: a model that warns everybody finds everything.
        """
        labels, model, _, clusters = holdout(3)
        noise = Answers(np.full(len(labels), 0.5) + 1e-6 * np.arange(len(labels)))
        costs = Costs(true_positive=1, false_positive=-1, false_negative=-1, true_negative=1)
        interval = paired(metric, labels, noise, Answers(model), clusters, costs=costs)
        assert interval.low > 0

    @pytest.mark.parametrize("metric", OF_LABELS.values(), ids=OF_LABELS)
    def test_swapping_the_models_swaps_the_sign(self, metric):
        """Champion against challenger is challenger against champion, turned round exactly."""
        labels, one, other, clusters = holdout(4)
        there = paired(metric, labels, Answers(one), Answers(other, 0.4), clusters, costs=COSTS)
        back = paired(metric, labels, Answers(other, 0.4), Answers(one), clusters, costs=COSTS)
        assert (there.estimate, there.low, there.high) == (-back.estimate, -back.high, -back.low)

    @pytest.mark.parametrize("metric", OF_LABELS.values(), ids=OF_LABELS)
    def test_is_the_difference_of_the_singles(self, metric):
        """Its estimate is the two models' metrics subtracted, and beside it stands the row-level one."""
        labels, one, other, clusters = holdout(5)
        sides = [single(metric, labels, Answers(p), clusters, costs=COSTS).estimate for p in (one, other)]
        lead = (sides[1] - sides[0]) * (1 if metric.bigger_is_better else -1)
        for codes in (clusters, None):
            interval = paired(metric, labels, Answers(one), Answers(other), codes, costs=COSTS)
            assert interval.estimate == pytest.approx(lead)
            assert interval.clusters == (20 if codes is not None else 400)

    def test_the_singles_are_the_metrics(self):
        """Log loss, AUC and value of one model are their textbook values."""
        labels, model, _, clusters = holdout(6)
        of = {name: single(m, labels, Answers(model), clusters, costs=COSTS) for name, m in OF_LABELS.items()}
        assert of["log_loss"].estimate == pytest.approx(
            -np.mean(labels * np.log(model) + (1 - labels) * np.log(1 - model))
        )
        assert of["auc"].estimate == pytest.approx(naive_auc(labels, model))
        assert of["value"].estimate == pytest.approx(value_rows(labels, model, 0.5, COSTS).mean())

    @pytest.mark.parametrize("metric", OF_LABELS.values(), ids=OF_LABELS)
    def test_an_equal_challenger_has_no_bounds_to_pass_with(self, metric):
        """The same answers differ by 0 with no interval: no clause can pass on it."""
        labels, model, _, clusters = holdout(7)
        interval = paired(metric, labels, Answers(model), Answers(model.copy()), clusters, costs=COSTS)
        assert (interval.estimate, interval.low, interval.high) == (0, None, None)
        assert "no variation" in interval.note

    def test_the_naive_baseline_is_a_model(self):
        """The base rate for every row has its entropy as log loss, and AUC one half."""
        labels, model, _, clusters = holdout(8)
        rate = float(labels.mean())
        naive = constant(rate, len(labels))
        entropy = -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
        assert single(LOG_LOSS, labels, naive, clusters).estimate == pytest.approx(entropy)
        lead = paired(AUC, labels, naive, Answers(model), clusters)
        assert lead.estimate == pytest.approx(naive_auc(labels, model) - 0.5)

    @pytest.mark.parametrize("clusters", [np.arange(4) // 2, None])
    def test_one_class_only_has_no_auc_and_says_so(self, clusters):
        """A slice without positives has an empty interval whose note names the counts."""
        labels = np.zeros(4)
        interval = paired(AUC, labels, constant(0.1, 4), constant(0.2, 4), clusters)
        assert (interval.estimate, interval.low) == (None, None)
        assert "0 positive and 4 negative" in interval.note
        assert interval.clusters == (4 if clusters is None else 2)

    def test_no_rows_have_no_mean(self):
        """An empty slice is no error: there is nothing to say."""
        empty = Answers(np.array([]))
        for metric in OF_LABELS.values():
            interval = paired(metric, np.array([]), empty, empty, np.array([], int), costs=COSTS)
            assert interval.estimate is None
            assert interval.note

    @given(scored)
    def test_the_advantage_changes_sides_with_the_models(self, rows):
        """Row by row, one model's lead is the other's lag."""
        labels, p = rows
        for metric in (LOG_LOSS, VALUE):
            lead = advantage(metric, labels, Answers(p), Answers(1 - p), COSTS)
            assert (lead == -advantage(metric, labels, Answers(1 - p), Answers(p), COSTS)).all()
