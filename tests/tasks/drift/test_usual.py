"""What is usual is learned from periods that are each compared with all the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_factories import batch, numbers

from tasks.drift.effects import effect
from tasks.drift.usual import LEAST_HISTORY, luck, others, usual
from tasks.profile import merged


class TestOthers:
    @given(st.lists(st.lists(st.integers(-9, 9), max_size=5), min_size=2, max_size=8))
    def test_are_all_but_the_period_itself(self, months):
        """For each period, as if the others had been merged one by one."""
        profiles = {f"{n}": batch(x=numbers(values)) for n, values in enumerate(months)}
        found = others(profiles)
        assert list(found) == list(profiles)
        for name, rest in found.items():
            true = merged(one for other, one in profiles.items() if other != name)
            assert rest.columns["x"].histogram == true.columns["x"].histogram
            assert rest.rows == true.rows

    def test_of_one_period_there_are_none(self):
        """It cannot be compared with anything."""
        assert others({"a": batch(x=numbers([1.0]))}) == {}


class TestLuck:
    @pytest.mark.parametrize("rows", [100, 400])
    def test_is_twice_what_is_to_be_expected(self, rows):
        """Of 100 pairs of like batches the average effect is at most half of it; few exceed it."""
        draw = np.random.default_rng(rows)
        pairs = [draw.normal(size=(2, rows)) for _ in range(100)]
        far = np.array([effect(numbers(new), numbers(old)) for new, old in pairs])
        assert 0.25 < far.mean() / luck(rows, rows) <= 0.5
        assert (far > luck(rows, rows)).sum() <= 5

    def test_of_large_batches_is_small(self):
        """And of none at all there is nothing to allow for."""
        assert luck(10**8, 10**8) < 0.001
        assert luck(0, 100) == 0


class TestUsual:
    def test_is_the_largest_of_enough_periods(self):
        """Falls count as rises."""
        assert usual([0.2, -0.5, 0.3, 0.1], fixed=0.1) == 0.5

    def test_is_fixed_for_fewer(self):
        """Three periods, however far apart, say too little; one without values is none."""
        assert usual([0.9] * (LEAST_HISTORY - 1), fixed=0.1) == 0.1
        assert usual([0.9] * (LEAST_HISTORY - 1) + [None], fixed=0.1) == 0.1

    def test_periods_that_are_all_alike_leave_room(self):
        """Nothing is told that is trivially small."""
        assert usual([0.0] * 12, fixed=0.1, least=0.02) == 0.02

    @pytest.mark.parametrize("periods", [4, 12])
    def test_false_alarms_are_as_many_as_stated(self, periods):
        """Of newest periods like all others, 1 in n + 1 exceeds what is usual (2,000 drawn worlds)."""
        draw = np.random.default_rng(periods)
        means = draw.normal(size=(2000, periods + 1))
        trained, newest = means[:, :-1], means[:, -1]
        rest = (trained.sum(axis=1, keepdims=True) - trained) / (periods - 1)
        alarms = [
            abs(new - row.mean()) > usual(row - other, fixed=0.0)
            for new, row, other in zip(newest, trained, rest, strict=True)
        ]
        assert abs(np.mean(alarms) - 1 / (periods + 1)) < 0.08
        assert np.mean(alarms) < 1 / (periods + 1) + 0.02
