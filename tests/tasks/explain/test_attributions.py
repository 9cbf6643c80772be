"""Averages of attributions carry their clustered error, add up, and name what only one model has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.evidence import clustered_mean
from tasks.evaluate.groups import Group
from tasks.explain.attributions import (
    Attributed,
    changes,
    model_explanation,
    sample,
    slice_explanations,
    top_features,
)

DAYS = np.repeat(np.arange(12), 5)
seeds = st.integers(0, 10_000)


def attributed(seed: int, features: str = "abc", *, start: float = -1.0, threshold: float = 0.3):
    """A model's answers to 60 rows, alike within a day; later features weigh less."""
    draw = np.random.default_rng(seed)
    values = draw.normal(size=(12, len(features)))[DAYS] + 0.5 * draw.normal(size=(60, len(features)))
    values *= 0.5 ** np.arange(len(features))
    alarms = start + values.sum(axis=1) >= np.log(threshold / (1 - threshold))
    return Attributed(tuple(features), threshold, start, values, alarms)


class TestSample:
    """Some rows stand for all, always the same ones."""

    @given(st.integers(1, 300), st.integers(1, 300), seeds)
    def test_places(self, rows, most, seed):
        """As many as asked or there are, no place twice, in order, and the same for one seed."""
        found = sample(rows, most, seed)
        assert len(found) == min(rows, most)
        assert (np.diff(found) > 0).all()
        assert found[0] >= 0
        assert found[-1] < rows
        np.testing.assert_array_equal(sample(rows, most, seed), found)

    def test_every_row_is_as_likely(self):
        """Over 20,000 seeds, each of 10 rows is among the 4 drawn in 40% of them, within 1.5 points."""
        drawn = np.bincount(np.concatenate([sample(10, 4, seed) for seed in range(20_000)]), minlength=10)
        assert np.abs(drawn / 20_000 - 0.4).max() < 0.015

    def test_the_sample_s_error_is_honest(self):
        """The interval from 400 of 20,000 clustered rows holds the mean of all about nine times in ten."""
        draw = np.random.default_rng(5)
        days = np.repeat(np.arange(100), 200)
        values = draw.normal(size=len(days)) + draw.normal(0, 0.3, 100)[days]
        held = 0
        for seed in range(300):
            places = sample(len(days), 400, seed)
            found = clustered_mean(values[places], days[places])
            held += found.low <= values.mean() <= found.high
        assert held / 300 > 0.87


class TestOneModel:
    """How far each feature moves a model."""

    def test_size_is_the_mean_of_absolute_attributions(self):
        """With the interval that clusters give it."""
        model = attributed(1)
        found = {one.feature: one for one in model_explanation(model, DAYS).features}
        assert found["b"].size == clustered_mean(np.abs(model.values[:, 1]), DAYS)

    @given(seeds)
    def test_shares_add_up_to_one_and_follow_the_sizes(self, seed):
        """A share is the feature's size over all sizes; the largest comes first."""
        found = model_explanation(attributed(seed), DAYS).features
        sizes = np.array([one.size.estimate for one in found])
        assert (np.diff(sizes) <= 0).all()
        np.testing.assert_allclose([one.share.estimate for one in found], sizes / sizes.sum(), rtol=1e-9)

    def test_a_share_s_error_is_that_of_a_ratio(self):
        """Its standard error is the spread of the share when whole days are drawn anew, within 15%."""
        model = attributed(3)
        sizes = np.abs(model.values)
        draw, shares = np.random.default_rng(0), []
        for _ in range(2000):
            places = np.concatenate([np.flatnonzero(day == DAYS) for day in draw.integers(0, 12, 12)])
            shares.append(sizes[places, 0].sum() / sizes[places].sum())
        found = next(one for one in model_explanation(model, DAYS).features if one.feature == "a")
        # The bootstrap of 12 days is too small by the root of 11/12, the jackknife is not.
        assert found.share.standard_error == pytest.approx(np.std(shares) * np.sqrt(12 / 11), rel=0.15)

    def test_a_model_that_says_the_same_of_every_row(self):
        """Where no feature moves anything, sizes are 0 and there are no shares."""
        model = Attributed(("a",), 0.5, -1.0, np.zeros((60, 1)), np.zeros(60, bool))
        found = model_explanation(model, DAYS)
        assert found.features[0].size.estimate == 0
        assert found.features[0].share is None
        assert found.log_odds.estimate == -1.0

    def test_the_top_is_of_both_models(self):
        """A feature that is large in one of the two is among the top; equal ones go by name."""
        small, large = attributed(1), attributed(2, "dc")
        large.values[:, 0] = 50
        assert top_features([small, large], 2) == ("d", "a")
        still = Attributed(("b", "a"), 0.5, 0.0, np.ones((60, 2)), np.zeros(60, bool))
        assert top_features([still], 9) == ("a", "b")


class TestChanges:
    """Challenger less champion, on all rows and where their alarms differ."""

    @given(seeds, seeds)
    def test_start_and_differences_are_the_change_in_log_odds(self, one, other):
        """On each kind of rows that has any, also where the models have not the same features."""
        challenger, champion = attributed(one, "abc"), attributed(other, "bd", start=-0.4)
        for found in changes(challenger, champion, DAYS):
            if found.log_odds.rows:
                total = found.start + sum(each.difference.estimate for each in found.features)
                assert total == pytest.approx(found.log_odds.estimate, abs=1e-9)
                sizes = [abs(each.difference.estimate) for each in found.features]
                assert sizes == sorted(sizes, reverse=True)
                assert all(
                    each.moved.estimate >= abs(each.difference.estimate) - 1e-12 for each in found.features
                )

    def test_rows_are_split_by_who_alone_raises_an_alarm(self):
        """New and dropped alarms are the rows where the answers differ, each in its direction."""
        challenger, champion = attributed(1), attributed(2)
        new, dropped = challenger.alarms & ~champion.alarms, champion.alarms & ~challenger.alarms
        found = {one.of: one for one in changes(challenger, champion, DAYS)}
        assert [found[of].log_odds.rows for of in found] == [60, new.sum(), dropped.sum()]
        assert new.sum() > 0
        assert dropped.sum() > 0
        by_name = {one.feature: one for one in found["new alarms"].features}
        differences = (challenger.values - champion.values)[new, 0]
        assert by_name["a"].difference == clustered_mean(differences, DAYS[new])
        assert by_name["a"].moved == clustered_mean(np.abs(differences), DAYS[new])

    def test_a_feature_that_one_model_has_is_named(self):
        """Its difference is the whole attribution of the one, or minus that of the other."""
        challenger, champion = attributed(1, "ab"), attributed(2, "bz")
        found = {one.feature: one for one in changes(challenger, champion, DAYS)[0].features}
        assert {name: one.only for name, one in found.items()} == {
            "a": "challenger", "b": None, "z": "champion"
        }  # fmt: skip
        assert found["a"].difference.estimate == pytest.approx(challenger.values[:, 0].mean())
        assert found["z"].difference.estimate == pytest.approx(-champion.values[:, 1].mean())

    def test_a_model_against_itself(self):
        """Nothing changed, no alarm differs, and rows that are none have no features."""
        everywhere, new, dropped = changes(attributed(1), attributed(1), DAYS)
        assert {one.moved.estimate for one in everywhere.features} == {0.0}
        assert new.features == dropped.features == ()
        assert (new.log_odds.estimate, new.log_odds.rows) == (None, 0)


class TestSlices:
    """What moves each model on some rows."""

    def test_means_of_the_slice_s_rows(self):
        """Signed means of the top features, for each model the ones that it has."""
        models = {"challenger": attributed(1, "ab"), "champion": attributed(2, "bz")}
        inside = DAYS < 4
        (found,) = slice_explanations("x", [Group("one", inside)], models, DAYS, ("b", "z"))
        assert found.rows == 20
        assert [one.feature for one in found.attributions["challenger"]] == ["b"]
        assert [one.feature for one in found.attributions["champion"]] == ["b", "z"]
        expected = clustered_mean(models["champion"].values[inside, 1], DAYS[inside])
        assert found.attributions["champion"][1].mean == expected

    def test_a_slice_without_sampled_rows(self):
        """It is named, with 0 rows and nothing said."""
        nobody = Group("gone", np.zeros(60, bool), ("x", "y"))
        (found,) = slice_explanations("x", [nobody], {"challenger": attributed(1)}, DAYS, ("a",))
        assert (found.rows, found.pooled, found.attributions) == (0, ("x", "y"), {"challenger": ()})


class TestStarts:
    """A model of classes starts elsewhere for each class, and so for each row."""

    def of_rows(self, seed: int) -> Attributed:
        """As `attributed`, without a threshold, and with a start for each row."""
        one = attributed(seed)
        starts = np.random.default_rng(seed + 1).normal(size=60)
        return Attributed(one.features, None, starts, one.values, np.zeros(60, np.bool_))

    def test_answers_are_the_rows_own(self):
        """The mean answer is the mean of start and attributions, row by row; the start told is the mean."""
        model = self.of_rows(1)
        found = model_explanation(model, DAYS)
        assert found.answer.estimate == pytest.approx((model.start + model.values.sum(axis=1)).mean())
        assert found.start == pytest.approx(model.start.mean())

    def test_changes_add_up(self):
        """The start and all differences together are the change in the answer."""
        first, second = self.of_rows(1), self.of_rows(5)
        (found,) = changes(first, second, DAYS)
        told = found.start + sum(one.difference.estimate for one in found.features)
        assert found.of == "all rows"
        assert told == pytest.approx(found.answer.estimate)
