"""Metrics of labels 0 and 1 are their textbook's, one number per row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_factories import COSTS, holdout, naive_auc, scored

from tasks.errors import BadInput
from tasks.evaluate.answers import NO_ALARM, Costs, constant
from tasks.evaluate.binary import Undefined, auc_rows, best_threshold, log_loss_rows, value_rows
from tasks.evaluate.leads import single
from tasks.evaluate.metrics import VALUE
from tasks.evaluate.reliability import reliability

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
