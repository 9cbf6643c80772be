"""Places keep the order of values, and ticks are round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.evidence import CLUSTERED, Interval
from tasks.report.axis import Axis, bar, drawn, spanning

values = st.lists(
    st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: round(x, 6)), min_size=1, max_size=8
)


def interval(estimate, low, high):
    return Interval(estimate, 1.0, 5.0, low, high, 0.05, 10, 6, 6.0, 0.2, CLUSTERED)


class TestPlaces:
    """A value's place is linear in the value."""

    def test_ends_and_middle(self):
        """Low is 0, high 100, and what lies outside sticks to the edge."""
        axis = Axis(-1.0, 3.0)
        assert [axis.at(value) for value in (-1, 1, 3, 9, -9)] == [0, 50, 100, 100, 0]

    @given(values)
    def test_an_axis_shows_every_value_it_spans_in_order(self, held):
        """No value is drawn at the edge, and order is kept."""
        axis = spanning(held)
        places = [axis.at(value) for value in sorted(held)]
        assert places == sorted(places)
        assert all(0 < place < 100 for place in places)

    @given(values)
    def test_ticks_are_few_distinct_and_inside(self, held):
        """At most five labels, no two alike, none at the edge."""
        ticks = spanning(held).ticks()
        assert len(ticks) <= 5
        assert len({tick.label for tick in ticks}) == len(ticks)
        assert all(4 <= tick.at <= 96 for tick in ticks)

    def test_tick_labels_are_the_values_at_their_places(self):
        """0.02 is labelled where 0.02 is drawn."""
        axis = Axis(-0.015, 0.055)
        assert [(tick.label, tick.at) for tick in axis.ticks(sign=True)] == [
            ("0.00", axis.at(0)),
            ("+0.02", axis.at(0.02)),
            ("+0.04", axis.at(0.04)),
        ]


class TestBars:
    """An interval as drawn has the interval's ends."""

    def test_dot_and_ends_are_the_numbers(self):
        """Estimate, low and high at their places."""
        drawing = bar(interval(0.5, 0.25, 0.75), Axis(0, 1))
        assert (drawing.low, drawing.dot, drawing.high, drawing.width) == (25, 50, 75, 50)
        assert (drawing.cut_low, drawing.cut_high) == (False, False)

    def test_ends_beyond_the_axis_are_marked_as_cut(self):
        """A bar that leaves the picture says on which side."""
        drawing = bar(interval(0.5, -2, 0.75), Axis(0, 1))
        assert (drawing.low, drawing.cut_low, drawing.cut_high) == (0, True, False)

    def test_without_bounds_there_is_only_the_dot(self):
        """No interval draws no line, and no estimate draws nothing."""
        drawing = bar(interval(0.5, None, None), Axis(0, 1))
        assert (drawing.dot, drawing.low, drawing.high) == (50, None, None)
        assert bar(interval(None, None, None), Axis(0, 1)) is None
        assert bar(None, Axis(0, 1)) is None

    @pytest.mark.parametrize(
        ("found", "numbers"), [(None, []), (interval(1, None, None), [1]), (interval(1, 0, 2), [1, 0, 2])]
    )
    def test_drawn_lists_what_there_is(self, found, numbers):
        """Numbers that do not exist set no axis."""
        assert drawn(found) == numbers
