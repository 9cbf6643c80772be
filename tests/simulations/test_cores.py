"""Cases come back in order, each from its own seed, from processes that multiply on one thread."""

import os

import pytest
from simulations.cores import spread


class TestSpread:
    """On as many processes as there are cores."""

    def test_keeps_the_order_and_tells_how_far_it_is(self):
        """Each case is a call of its own."""
        told: list[str] = []
        assert list(spread(pow, [(2, 3), (3, 2), (5, 1)], told.append)) == [8, 9, 5]
        assert told == ["0 of 3 cases", "1 of 3 cases", "2 of 3 cases"]

    def test_gives_each_process_one_thread_and_takes_it_back(self, monkeypatch):
        """Those of a caller who has set nothing are as before."""
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
        assert list(spread(os.getenv, [("OPENBLAS_NUM_THREADS",)], str)) == ["1"]
        assert "OPENBLAS_NUM_THREADS" not in os.environ

    def test_raises_what_a_case_raises(self):
        """And not at the end of all of them."""
        with pytest.raises(ZeroDivisionError):
            list(spread(divmod, [(1, 0)], str))
