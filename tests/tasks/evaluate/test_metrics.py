"""Metrics are their textbook's, one number per row, and a positive difference is a better challenger."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import BadInput
from tasks.evaluate.metrics import (
    AUC,
    LOG_LOSS,
    METRICS,
    NO_ALARM,
    VALUE,
    Answers,
    Costs,
    Undefined,
    advantage,
    auc_rows,
    best_threshold,
    constant,
    log_loss_rows,
    paired,
    reliability,
    single,
    value_rows,
)

OF_LABELS = {name: metric for name, metric in METRICS.items() if name not in ("accuracy", "pinball")}
"""Metrics that need no more than an answer for each row: classes and quantiles have tests of their own."""
COSTS = Costs(true_positive=10, false_positive=-4, false_negative=-7, true_negative=1)

# Few distinct values, so that ties are the rule.
scored = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=40).map(
    lambda rows: (np.array([float(y) for y, _ in rows]), np.array([p / 8 for _, p in rows]))
)


# Albumin, total protein, K-G score, and whether surgery helped (0: it did), of DeLong's 43 complete patients.
# fmt: off
OVARIAN = np.array([
    (3.0, 5.8, 10, 0), (3.2, 6.3, 5, 1), (3.9, 6.8, 3, 1), (2.8, 4.8, 6, 0), (3.2, 5.8, 3, 1),
    (0.9, 4.0, 5, 0), (2.5, 5.7, 8, 0), (1.6, 5.6, 5, 1), (3.8, 5.7, 5, 1), (3.7, 6.7, 6, 1),
    (3.2, 5.4, 4, 1), (3.8, 6.6, 6, 1), (4.1, 6.6, 5, 1), (3.6, 5.7, 5, 1), (4.3, 7.0, 4, 1),
    (3.6, 6.7, 4, 0), (2.3, 4.4, 6, 1), (4.2, 7.6, 4, 0), (4.0, 6.6, 6, 0), (3.5, 5.8, 6, 1),
    (3.8, 6.8, 7, 1), (3.0, 4.7, 8, 0), (4.5, 7.4, 5, 1), (3.7, 7.4, 5, 1), (3.1, 6.6, 6, 1),
    (4.1, 8.2, 6, 1), (4.3, 7.0, 5, 1), (4.3, 6.5, 4, 1), (3.2, 5.1, 5, 1), (2.6, 4.7, 6, 1),
    (3.3, 6.8, 6, 0), (1.7, 4.0, 7, 0), (3.7, 6.1, 5, 1), (3.3, 6.3, 7, 1), (4.2, 7.7, 6, 1),
    (3.5, 6.2, 5, 1), (2.9, 5.7, 9, 0), (2.1, 4.8, 7, 1), (2.8, 6.2, 8, 0), (4.0, 7.0, 7, 1),
    (3.3, 5.7, 6, 1), (3.7, 6.9, 5, 1), (3.6, 6.6, 5, 1),
])
# fmt: on


def ovarian():
    """Labels, and three scores of label 1, for which low albumin, low protein and a high K-G score speak."""
    return 1 - OVARIAN[:, 3], {
        "albumin": -OVARIAN[:, 0],
        "protein": -OVARIAN[:, 1],
        "score": OVARIAN[:, 2],
    }


def delong_error(labels, influence):
    """DeLong's standard error from influence values: with m / (m - 1) for each class."""
    sides = [influence[labels == one] for one in (0, 1)]
    return (sum(np.square(one).sum() * len(one) / (len(one) - 1) for one in sides) ** 0.5) / len(labels)


def holdout(seed: int, rows: int = 400, clusters: int = 20):
    """Labels, two models' probabilities that share one signal, and cluster codes."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=rows)
    labels = (rng.random(rows) < 1 / (1 + np.exp(-signal))).astype(float)
    models = [1 / (1 + np.exp(-(signal + rng.normal(0, 0.7, rows)))) for _ in range(2)]
    return labels, models[0], models[1], rng.integers(0, clusters, rows)


def naive_auc(labels, scores):
    """AUC by counting every pair."""
    one, zero = scores[labels == 1], scores[labels == 0]
    return ((one[:, None] > zero) + 0.5 * (one[:, None] == zero)).mean()


def naive_delong(labels, a, b):
    """DeLong's variance of AUC(a) - AUC(b) from the two matrices of pairs."""
    parts = []
    for axis in (1, 0):
        placements = []
        for scores in (a, b):
            one, zero = scores[labels == 1], scores[labels == 0]
            pairs = (one[:, None] > zero) + 0.5 * (one[:, None] == zero)
            placements.append(pairs.mean(axis=axis))
        covariance = np.cov(np.array(placements))
        parts.append((covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]) / len(placements[0]))
    return sum(parts)


class TestLogLoss:
    """The loss of each row."""

    def test_is_minus_the_log_of_what_happened(self):
        """A certain hit costs nothing, a coin log 2, and a wrong certainty is clipped at 1e-15."""
        rows = log_loss_rows(np.array([1.0, 1, 0, 1, 0]), np.array([1.0, 0.5, 0.5, 0.0, 1.0]))
        assert rows == pytest.approx([0, np.log(2), np.log(2), 34.539, 34.539], abs=1e-3)


class TestAuc:
    """The area under the ROC curve and its influence values."""

    @given(scored)
    def test_equals_counting_pairs(self, rows):
        """With any ties it is the share of pairs ranked right, ties one half; one class only is undefined."""
        labels, scores = rows
        if len(set(labels)) == 1:
            with pytest.raises(Undefined, match="both classes"):
                auc_rows(labels, scores)
            return
        auc, influence = auc_rows(labels, scores)
        assert auc == pytest.approx(naive_auc(labels, scores))
        assert influence.mean() == pytest.approx(0, abs=1e-12)

    @given(scored)
    def test_only_ranks_matter(self, rows):
        """An increasing map of the scores changes nothing; turning them round gives 1 - AUC."""
        labels, scores = rows
        if len(set(labels)) == 2:
            auc, influence = auc_rows(labels, scores)
            mapped, mapped_influence = auc_rows(labels, np.exp(5 * scores) - 100)
            assert mapped == auc
            assert mapped_influence == pytest.approx(influence)
            assert auc_rows(labels, -scores)[0] == pytest.approx(1 - auc)

    @pytest.mark.parametrize("digits", [1, 15])
    def test_influence_gives_delongs_variance(self, digits):
        """The variance of the mean difference is DeLong's but for m / (m - 1), with and without ties."""
        labels, a, b, _ = holdout(1, rows=2000)
        a, b = a.round(digits), b.round(digits)
        difference = auc_rows(labels, a)[1] - auc_rows(labels, b)[1]
        variance = np.square(difference).mean() / len(labels)
        assert variance == pytest.approx(naive_delong(labels, a, b), rel=3e-3)

    @pytest.mark.parametrize("digits", [1, 15])
    def test_influence_is_delongs_but_for_two_factors(self, digits):
        """With m / (m - 1) for each class it is DeLong's variance exactly, of one AUC and of a difference."""
        labels, a, b, _ = holdout(9, rows=150)
        a, b = a.round(digits), b.round(digits)
        chance = np.full(len(labels), 0.5)
        for other in (b, chance):
            difference = auc_rows(labels, a)[1] - auc_rows(labels, other)[1]
            sides = [difference[labels == one] for one in (0, 1)]
            exact = sum(np.square(one).sum() * len(one) / (len(one) - 1) for one in sides) / len(labels) ** 2
            assert exact == pytest.approx(naive_delong(labels, a, other), rel=1e-9)

    def test_the_published_area(self):
        """109 tomograms rated from 1 to 5 have 0.893 (Hanley & McNeil, Radiology 143 (1982), table I)."""
        ratings = np.tile(np.arange(5.0), 2)
        counts = [33, 6, 6, 11, 2, 3, 2, 2, 11, 33]
        labels = np.repeat([0.0, 1.0], [58, 51])
        assert auc_rows(labels, np.repeat(ratings, counts))[0] == pytest.approx(0.893, abs=0.0005)

    @pytest.mark.parametrize(
        ("name", "area", "error"),
        [("albumin", 0.7366, 0.0927), ("score", 0.7258, 0.1028), ("protein", 0.6478, 0.1000)],
    )
    def test_the_published_errors(self, name, area, error):
        """Of DeLong's own patients, as the example of SAS/STAT's LOGISTIC procedure prints area and error."""
        labels, tests = ovarian()
        auc, influence = auc_rows(labels, tests[name])
        assert (auc, delong_error(labels, influence)) == pytest.approx((area, error), abs=5e-5)

    @pytest.mark.parametrize("name", ["albumin", "protein"])
    def test_errors_of_differences_on_the_published_data(self, name):
        """Of each test less the K-G score, as counted from all pairs of patients."""
        labels, tests = ovarian()
        mine, theirs = (auc_rows(labels, tests[which])[1] for which in (name, "score"))
        wanted = naive_delong(labels, tests[name], tests["score"]) ** 0.5
        assert delong_error(labels, mine - theirs) == pytest.approx(wanted, rel=1e-9)

    def test_influence_predicts_leaving_a_row_out(self):
        """Without row i the AUC moves by about -influence_i / n: it is an influence function."""
        labels, a, _, _ = holdout(2, rows=300)
        auc, influence = auc_rows(labels, a)
        keep = ~np.eye(300, dtype=bool)
        moves = [naive_auc(labels[mask], a[mask]) - auc for mask in keep[:40]]
        assert moves == pytest.approx(-influence[:40] / 300, abs=5e-5)

    def test_constant_scores_rank_nothing(self):
        """One score for all rows has AUC one half, and no row speaks for or against it."""
        auc, influence = auc_rows(np.array([1.0, 0, 1]), np.full(3, 0.2))
        assert auc == 0.5
        assert not influence.any()


class TestValue:
    """Money per row, and the threshold that makes most of it."""

    def test_each_outcome_has_its_value(self):
        """Hit, false alarm, miss and quiet row; the threshold itself is an alarm."""
        rows = value_rows(np.array([1.0, 0, 1, 0]), np.array([0.5, 0.9, 0.4, 0.1]), 0.5, COSTS)
        assert list(rows) == [10, -4, -7, 1]

    @given(scored, st.tuples(*[st.integers(-5, 5)] * 4))
    def test_best_threshold_is_that_of_trying_all(self, rows, money):
        """No threshold is worth more, and none that is worth the same raises fewer alarms."""
        labels, probabilities = rows
        costs = Costs(*money)
        best = best_threshold(labels, probabilities, costs)
        tried = [
            (-value_rows(labels, probabilities, threshold, costs).sum(), (probabilities >= threshold).sum())
            for threshold in [*probabilities, NO_ALARM]
        ]
        assert min(tried) == (
            -value_rows(labels, probabilities, best, costs).sum(),
            (probabilities >= best).sum(),
        )

    def test_ties_by_rounding_are_ties(self):
        """0.1 three times against 0.3 once is even: no alarm."""
        costs = Costs(true_positive=0.1, false_positive=-0.3, false_negative=0, true_negative=0)
        assert best_threshold(np.array([0.0, 1, 1, 1]), np.array([0.9, 0.8, 0.8, 0.8]), costs) == NO_ALARM

    def test_no_alarm_is_beyond_certainty(self):
        """Where no alarm pays, even a probability of 1 raises none."""
        costs = Costs(true_positive=-1, false_positive=-1, false_negative=0, true_negative=0)
        threshold = best_threshold(np.array([1.0, 0.0]), np.array([1.0, 0.0]), costs)
        assert not (np.array([1.0]) >= threshold).any()

    def test_needs_rows_and_costs(self):
        """No rows to choose on, and no cost matrix, are errors with a remedy."""
        with pytest.raises(BadInput, match="found none"):
            best_threshold(np.array([]), np.array([]), COSTS)
        with pytest.raises(BadInput, match="cost matrix"):
            single(VALUE, np.array([1.0, 0.0]), constant(0.5, 2), np.arange(2))


class TestReliability:
    """The calibration table."""

    def test_bins_are_quantiles(self):
        """A hundred distinct probabilities in ten bins are ten rows each, with their means."""
        probabilities = np.linspace(0.005, 0.995, 100)
        labels = (np.arange(100) % 10 == 0).astype(float)
        table = reliability(labels, probabilities)
        assert [one.rows for one in table] == [10] * 10
        assert [one.observed for one in table] == pytest.approx([0.1] * 10)
        assert [one.predicted for one in table] == pytest.approx(np.arange(0.05, 1, 0.1))

    @given(scored, st.integers(1, 12), st.randoms(use_true_random=False))
    def test_ties_share_a_bin_in_any_order(self, rows, bins, random):
        """Shuffling changes nothing, every row is counted once, and bins do not overlap."""
        labels, probabilities = rows
        table = reliability(labels, probabilities, bins)
        order = np.array(random.sample(range(len(labels)), len(labels)))
        shuffled = reliability(labels[order], probabilities[order], bins)
        assert [one.rows for one in shuffled] == [one.rows for one in table]
        assert np.array(shuffled) == pytest.approx(np.array(table))
        assert sum(one.rows for one in table) == len(labels)
        assert len(table) <= min(bins, len(set(probabilities)))
        assert [one.predicted for one in table] == sorted({one.predicted for one in table})
        assert sum(one.rows * one.observed for one in table) == pytest.approx(labels.sum())

    def test_no_rows_have_no_bins(self):
        """An empty holdout has an empty table."""
        assert reliability(np.array([]), np.array([])) == []


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


class TestBadInput:
    """Input that means nothing is refused, with what was found and where."""

    @pytest.mark.parametrize(
        ("labels", "probabilities", "message"),
        [
            ([0, 1, np.nan], [0.1, 0.2, 0.3], "labels that are 0 or 1, found 1 of 3 .* row 2"),
            ([0, 2, 1], [0.1, 0.2, 0.3], "labels that are 0 or 1, found 1 of 3 .* row 1"),
            (
                [0, 1, 1],
                [np.nan, 0.2, np.inf],
                "probabilities that are finite numbers, found 2 of 3 .* row 0",
            ),
            ([0, 1, 1], [0.1, 0.2, 1.3], "probabilities that are between 0 and 1, found 1 of 3 .* row 2"),
            ([0, 1, 1], [0.1, 0.2], r"shapes \(2,\) and \(3,\)"),
        ],
    )
    def test_is_named(self, labels, probabilities, message):
        """NaN, labels that are no classes, impossible probabilities and rows that do not match."""
        labels, probabilities = np.array(labels, float), np.array(probabilities, float)
        for function in (log_loss_rows, reliability, lambda y, p: best_threshold(y, p, COSTS)):
            with pytest.raises(BadInput, match=message):
                function(labels, probabilities)

    def test_auc_takes_any_finite_score(self):
        """Margins outside [0, 1] can be ranked; NaN cannot."""
        assert auc_rows(np.array([0.0, 1.0]), np.array([-3.0, 40.0]))[0] == 1
        with pytest.raises(BadInput, match="scores that are finite"):
            auc_rows(np.array([0.0, 1.0]), np.array([np.nan, 1.0]))
