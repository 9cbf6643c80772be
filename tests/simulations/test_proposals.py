"""Narrower proposals are as narrow as the note says, and a quarter's own proposal blocks no other month."""

import pytest
from example.flights import PERIODS
from simulations.proposal_table import QUARTERS, blocked, narrower


class TestNarrower:
    """The margins that were tried first."""

    def test_have_half_the_width_and_nothing_outside(self):
        """Of 10 to 20 seen: -0 to 30 proposed, 5 to 25 narrower; a least of 0 stays."""
        column = {"type": "number", "min": 1.0, "max": 31.0, "max_bad": 0.01, "max_nulls": 0.25}
        found = narrower({"columns": {"x": column, "y": column | {"min": 0}}})["columns"]
        assert found["x"] == {"type": "number", "min": 6.0, "max": 26.0, "max_bad": 0, "max_nulls": 0.21}
        assert found["y"]["min"] == 0

    def test_leave_other_rules_as_they_are(self):
        """Sets, uniqueness, and what may never be missing."""
        column = {"type": "string", "unique": True, "values": ["a"]}
        rules = {"rows": {"min": 1, "max": 9}, "columns": {"x": column}}
        assert narrower(rules) == rules


class TestBlocked:
    """What the table counts."""

    def test_quarters_are_the_year(self):
        """Each month is looked at once."""
        assert tuple(month for quarter in QUARTERS for month in quarter) == PERIODS

    @pytest.mark.long
    def test_the_next_months_of_the_first_quarter(self):
        """Of April and May none is blocked as proposed."""
        assert blocked(QUARTERS[0], 2)[::2] == (0, 2)
