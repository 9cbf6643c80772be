"""Months without drift have none, with drift have what is declared; and what is told of them is named."""

import numpy as np
import pytest
from example.flights import PERIODS
from simulations.calibration_table import CASES, Shift, calibration, month
from simulations.slice_table import AIRPORTS, FIRST_DOUBLED, how, of_month

from tasks.drift.findings import MovedSlice


def moved(value: str, column: str = "wind_speed") -> MovedSlice:
    return MovedSlice(
        slice="origin", value=value, column=column, effect=1.0, missing=0.0, rows=900, beyond=2.0
    )


class TestMonth:
    """What calibration drift is simulated on."""

    @pytest.mark.parametrize(
        ("shift", "low", "high"),
        [(CASES[0], 0, 0), (CASES[1], 0.05, 0.05), (Shift("high", 0.1, 0.65), 0, 0.1)],
    )
    def test_label_1_comes_as_often_as_declared(self, shift, low, high):
        """Below and above a score of 0.65, over 1,000 days."""
        found = month(np.random.default_rng(1), shift, days=1_000)
        gap, above = found.labels - found.said, found.said >= 0.65
        assert gap[~above].mean() == pytest.approx(low, abs=0.01)
        assert gap[above].mean() == pytest.approx(high, abs=0.01)

    @pytest.mark.long
    def test_what_is_told_of_them(self):
        """Of 40 pairs without drift few, of those with drift most."""
        figures = {one.name: one.value for one in calibration(7, quick=True, tell=print).figures}
        assert figures["calibration_alarms"] <= 0.2
        assert all(value > 0.5 for name, value in figures.items() if name != "calibration_alarms")


class TestHow:
    """By what a doubled wind is told."""

    def test_is_the_column_the_airports_slice_or_nothing(self):
        """Another airport's slice, or another feature of this one, does not tell of it."""
        assert how((frozenset({"wind_speed"}), (moved("JFK"),)), "JFK") == "column"
        assert how((frozenset({"temp"}), (moved("JFK"),)), "JFK") == "slice"
        assert how((frozenset(), (moved("LGA"), moved("JFK", "temp"))), "JFK") == "nothing"

    @pytest.mark.long
    def test_of_a_real_month(self):
        """July as it came tells of no slice; doubled at any airport, something tells of it."""
        july = PERIODS[FIRST_DOUBLED]
        assert of_month(july)[1] == ()
        assert {how(of_month(july, one), one) for one in AIRPORTS} <= {"column", "slice"}
