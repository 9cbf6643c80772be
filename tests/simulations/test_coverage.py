"""Intervals of 90% hold the truth about nine times in ten, quickly."""

import numpy as np
import pytest
from simulations.coverage import NOMINAL, held, intervals
from simulations.nulls import bound

SAMPLES = 500
CASES = list(intervals())


class TestCoverage:
    """The clause's own intervals, against the truth."""

    @pytest.mark.parametrize("case", [CASES[2], CASES[6]], ids=lambda case: case.title)
    def test_is_within_a_point_of_nominal(self, case):
        """500 samples do not show it to be off by more than a point."""
        found = held(case, SAMPLES, np.random.default_rng(5))
        low, high = (bound(found.holds, SAMPLES, confidence) for confidence in (0.005, 0.995))
        assert low <= NOMINAL + 0.01
        assert high >= NOMINAL - 0.01
        assert found.below + found.holds + found.above == pytest.approx(1)

    def test_cases_have_at_least_50_effective_clusters(self):
        """As the claim says, whatever the sizes of the clusters."""
        sizes = [np.bincount(case.layout.codes).astype(float) for case in CASES]
        assert min(one.sum() ** 2 / np.square(one).sum() for one in sizes) >= 50
