"""Rows by number, in a text that is short where they follow each other."""

import numpy as np
import pytest

from tasks.errors import Corrupt
from tasks.validate.places import places_of, rows_at


class TestPlaces:
    """Row numbers as text and back."""

    @pytest.mark.parametrize("density", [0.001, 0.1, 0.5, 0.99, 1.0])
    def test_there_and_back(self, density):
        """Whatever rows are meant, the text means them."""
        mask = np.random.default_rng(14).random(5_000) < density
        assert np.array_equal(rows_at(places_of(np.flatnonzero(mask)), 5_000), mask)

    @pytest.mark.parametrize("text", ["5", "0-5", "3 2", "1-3 3", "2-1", "99999999999"])
    def test_rows_that_are_none(self, text):
        """Numbers beyond the batch, backwards or twice are no rows: nothing is guessed."""
        with pytest.raises(Corrupt, match="expected ascending row numbers below 5"):
            rows_at(text, 5)
