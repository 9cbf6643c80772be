"""Label shift is told by an interval over clusters, and only beyond what is usual."""

import numpy as np
import pytest
from profile_factories import batch, month, numbers

from tasks.drift.covariates import comparisons
from tasks.drift.differences import difference
from tasks.drift.labels import label_shift
from tasks.evaluate.evidence import clustered_mean
from tasks.profile.labels import Labels, labels

ONE = numbers([1.0])


def shift(newest, *trained):
    months = {f"2024-{n:02d}": batch(one, x=ONE) for n, one in enumerate(trained, start=1)}
    return label_shift("late", comparisons(months, {"2024-12": batch(newest, x=ONE)}))


class TestShift:
    def test_of_more_than_usual_is_told(self):
        """From 20% to 40%, where months differ by a few points."""
        found = shift(month(0.4, seed=9), *(month(0.2, seed=n) for n in range(5)))
        assert found.shifted
        assert found.change.estimate == pytest.approx(0.2, abs=0.03)
        assert found.change.low > found.usual > 0

    def test_within_what_is_usual_is_not(self):
        """Sure as it is: months of this model have always differed by as much."""
        trained = [month(share, seed=n) for n, share in enumerate((0.1, 0.3, 0.1, 0.3, 0.2))]
        found = shift(month(0.28, seed=9), *trained)
        assert found.change.low > 0
        assert not found.shifted

    def test_that_luck_explains_is_not(self):
        """Twelve days of labels that differ widely tell little, however far their mean."""
        few = labels(
            [(f"{n}", 10, float(ones)) for n, ones in enumerate((9, 0, 7, 1, 0, 4, 0, 2, 8, 0, 1, 6))]
        )
        found = shift(few, *(month(0.2, seed=n) for n in range(3)))
        assert found.change.low < 0 < found.change.high
        assert not found.shifted

    def test_with_little_history_the_interval_alone_decides(self):
        """There is no usual yet, and a shift that is sure is told."""
        found = shift(month(0.4, seed=9), month(0.2))
        assert (found.usual, found.shifted) == (None, True)

    def test_without_labels_says_so(self):
        """They have not come yet."""
        found = shift(Labels(), month(0.2), month(0.2, seed=1))
        assert found.change.estimate is None
        assert found.change.note == "no labelled rows"
        assert not found.shifted


class TestDifference:
    def test_covers_as_often_as_it_says(self):
        """Of two means of 30 equal clusters each, equal in truth, 90 in 100 intervals hold 0 (200 worlds)."""
        draw, held = np.random.default_rng(5), []
        codes = np.repeat(np.arange(30), 4)
        for _ in range(200):
            one, two = (draw.normal(size=30)[codes] + draw.normal(size=120) for _ in range(2))
            found = difference(clustered_mean(one, codes), clustered_mean(two, codes))
            held.append(found.low < 0 < found.high)
        assert 0.84 < np.mean(held) < 0.96

    def test_is_wider_than_either(self):
        """Both errors count: of equal ones the half-width is the root of two times one's."""
        one = month(0.3).mean()
        found = difference(one, one)
        assert found.estimate == 0
        assert found.standard_error == pytest.approx(2**0.5 * one.standard_error)
        assert (found.high - found.low) == pytest.approx(2**0.5 * (one.high - one.low), rel=0.05)

    def test_without_bounds_there_are_none(self):
        """One cluster on one side: the difference is known, and not how sure it is."""
        found = difference(labels([("a", 10, 6.0)]).mean(), month(0.2).mean())
        assert found.estimate is not None
        assert found.low is None
        assert "one cluster only" in found.note
