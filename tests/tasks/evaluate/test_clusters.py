"""Clusters are numbered as `np.unique` numbers them, whatever their codes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.evaluate.clusters import numbered

ENDS = st.sampled_from([-(2**63), -1, 0, 1, 2**63 - 1])
codes = st.one_of(
    st.lists(st.integers(-50, 50)), st.lists(st.integers(-(2**63), 2**63 - 1)), st.lists(ENDS)
).map(lambda some: np.array(some, np.int64))


class TestNumbered:
    """Each row's cluster from 0, and the rows of each."""

    @given(codes)
    def test_is_the_inverse_and_the_counts(self, clusters):
        """For codes that lie close together or at the ends of 64 bits, with gaps or without."""
        _, inverse, counts = np.unique(clusters, return_inverse=True, return_counts=True)
        places, sizes = numbered(clusters)
        assert places.tolist() == inverse.tolist()
        assert sizes.tolist() == counts.tolist()

    @pytest.mark.parametrize("dtype", ["int8", "int32", "uint64", "float64"])
    def test_of_any_type(self, dtype):
        """Small integers, unsigned ones and whole floats are codes as well."""
        places, sizes = numbered(np.array([100, 5, 100, 7], dtype=dtype))
        assert (places.tolist(), sizes.tolist()) == ([2, 0, 2, 1], [1, 1, 2])

    def test_far_codes_take_no_memory(self):
        """Two codes a trillion apart are two clusters, and no table of a trillion."""
        assert numbered(np.array([0, 10**12]))[1].tolist() == [1, 1]
