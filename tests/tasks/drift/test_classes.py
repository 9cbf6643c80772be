"""The shares of classes shift beyond luck and what is usual, or not at all."""

import pytest
from profile_factories import batch, class_month, numbers

from tasks.drift.classes import class_shift
from tasks.drift.covariates import comparisons
from tasks.profile.classes import class_labels

ONE = numbers([1.0])
EVEN = (0.3, 0.4, 0.3)


def shift(newest, *trained):
    months = {f"2024-{n:02d}": batch(classes=one, x=ONE) for n, one in enumerate(trained, start=1)}
    return class_shift("grade", comparisons(months, {"2024-12": batch(classes=newest, x=ONE)}))


class TestShift:
    def test_of_more_than_usual_is_told(self):
        """A fifth of the rows have gone from low to high; the middle has not moved."""
        found = shift(class_month(0.1, 0.4, 0.5, seed=9), *(class_month(*EVEN, seed=n) for n in range(5)))
        assert found.shifted
        assert found.effect == pytest.approx(0.2, abs=0.04)
        assert found.effect > found.usual > 0
        assert [(one.name, one.clear) for one in found.classes] == [
            ("low", True),
            ("middle", False),
            ("high", True),
        ]

    def test_with_the_same_mean_is_told(self):
        """Both ends have become the middle: the mean of the classes' numbers would say nothing."""
        found = shift(class_month(0.1, 0.8, 0.1, seed=9), *(class_month(*EVEN, seed=n) for n in range(5)))
        assert found.shifted

    def test_within_what_is_usual_is_not(self):
        """Sure as it is: months of this model have always differed by as much."""
        shares = ((0.1, 0.6, 0.3), (0.5, 0.2, 0.3), (0.1, 0.6, 0.3), (0.5, 0.2, 0.3), EVEN)
        found = shift(class_month(0.45, 0.25, 0.3, seed=9), *(class_month(*one) for one in shares))
        assert any(one.clear for one in found.classes)
        assert not found.shifted

    def test_that_luck_explains_is_not(self):
        """Months of the same shares: without history the intervals alone decide, and hold (40 worlds)."""
        told = [
            shift(class_month(*EVEN, seed=n), class_month(*EVEN, seed=100 + n)).shifted for n in range(40)
        ]
        assert sum(told) <= 6

    def test_a_class_that_never_came_before_is_told(self):
        """Zero of 60 days has no interval of its own, and leaves no room for a third of the rows."""
        before = [class_month(0.5, 0.5, 0.0, seed=n) for n in range(2)]
        found = shift(class_month(*EVEN, seed=9), *before)
        high = found.classes[2]
        assert found.shifted
        assert high.reference.estimate == 0
        assert high.reference.high == pytest.approx(1 - (0.05 / 3) ** (1 / 60))
        assert high.change.low > 0.1

    def test_a_class_that_is_all_there_is(self):
        """Of two days that is luck, of thirty it is not."""
        one = class_month(0.0, 1.0, 0.0, seed=9)
        assert shift(one, class_month(*EVEN)).shifted
        few = class_labels(("low", "middle", "high"), [("a", [0, 9, 0]), ("b", [0, 9, 0])])
        assert not shift(few, class_month(0.2, 0.6, 0.2)).shifted

    def test_without_labels_says_so(self):
        """They have not come yet."""
        found = shift(class_labels(("low", "middle", "high"), []), class_month(*EVEN))
        assert (found.effect, found.shifted) == (None, False)
        assert found.classes[0].change.note == "no labelled rows"
