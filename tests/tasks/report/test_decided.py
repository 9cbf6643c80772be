"""The tables of what came and was decided say the counts and amounts that they are made from."""

from tasks.evaluate.findings import Decided, ValueByClass
from tasks.report.decided import decided_views, outcome_rows

FOUND = ValueByClass(
    classes=("low", "high", 3),
    outcomes=((1.0, -0.5, 0.0), (-30.0, 4.0, 0.0), (0.0, 0.0, 2.5)),
    models={
        "champion": Decided(counts=((5, 5, 0), (0, 0, 0), (0, 0, 0)), value=0.25),
        "challenger": Decided(counts=((9, 1, 0), (1, 1_200, 0), (0, 0, 3)), value=-0.0314),
        "baseline": Decided(counts=((0, 10, 0), (0, 0, 0), (0, 0, 0)), value=-0.5),
    },
)


class TestTables:
    """One for each model, and the one that was declared."""

    def test_the_challenger_stands_first(self):
        """Each with its share of right decisions and what 1,000 predictions are worth; no baseline."""
        found = decided_views(FOUND)
        assert [(one.name, one.words) for one in found] == [
            ("challenger", "99.8% decided right, −31"),
            ("champion", "50.0% decided right, +250"),
        ]

    def test_rows_add_up(self):
        """A row for each class that came, also for one that did not come."""
        challenger, champion = decided_views(FOUND)
        assert challenger.table[1] == ("high", "1,201", ("1", "1,200", "0"))
        assert champion.table[2] == ("3", "0", ("0", "0", "0"))

    def test_the_outcomes_have_signs(self):
        """As they were declared."""
        assert outcome_rows(FOUND)[:2] == (("low", ("+1", "−0.5", "0")), ("high", ("−30", "+4", "0")))

    def test_without_outcomes_there_are_none(self):
        """No table, and no row."""
        assert (decided_views(None), outcome_rows(None)) == ((), ())
