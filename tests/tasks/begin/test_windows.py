"""How many periods learn and judge, and what is said of too few."""

from table_factories import batch, begun, person_table, settings

from tasks.begin import Begun


class TestHowMuchIsNeeded:
    """What is too little for a decision is told, and not refused: more will arrive."""

    def test_tells_how_many_periods_are_missing(self, tmp_path):
        """All rows in one month: two more before a first decision."""
        made = begun(tmp_path, person_table(months=1))
        assert made.needed == 3
        assert "1 of 3 months that a first decision needs: `evergreen run` waits for 2 more" in made.notes[0]

    def test_tells_where_days_would_do(self, tmp_path):
        """Two months of days are enough by day, with four weeks to be judged on."""
        table = person_table(months=2, rows=500)
        assert made_by_month(begun(tmp_path, table))
        made = begun(tmp_path, table, period="day", model="daily")
        prepare = settings(made).prepare
        assert (prepare.holdout_periods, prepare.min_periods) == (28, 28 + 14 + 14)
        assert len(made.periods) == 60

    def test_cuts_by_week(self, tmp_path):
        """Four weeks judge, and each row is in the ISO week of its day."""
        made = begun(tmp_path, person_table(months=3, rows=600), period="week", model="weekly")
        prepare = settings(made).prepare
        assert (prepare.holdout_periods, prepare.min_periods) == (4, 4 + 4)
        assert settings(made).intake.period == "week"
        for period in made.periods:
            days = batch(made, period)["asked"].dt.isocalendar()
            assert {f"{year}-W{week:02d}" for year, week in zip(days["year"], days["week"], strict=True)} == {
                period
            }

    def test_leaves_periods_without_any_label_for_later(self, tmp_path):
        """The newest month's labels are not known yet: it would be a holdout of no rows."""
        table = person_table()
        table.loc[table["asked"] >= "2024-04", "left"] = None
        made = begun(tmp_path, table)
        assert list(made.periods) == ["2024-01", "2024-02", "2024-03"]
        assert any("not delivered: 2024-04 (150 rows)" in one for one in made.notes)

    def test_tells_of_a_newest_period_of_one_label(self, tmp_path):
        """Nobody has left yet, or nobody knows."""
        table = person_table("yes/no")
        table.loc[table["asked"] >= "2024-04", "left"] = "no"
        assert any(one.startswith("all labels of 2024-04 are 'no'") for one in begun(tmp_path, table).notes)
        assert not any("all labels of" in one for one in begun(tmp_path, person_table(), model="other").notes)

    def test_tells_of_a_newest_period_that_is_hardly_begun(self, tmp_path):
        """It would be judged on."""
        made = begun(tmp_path, person_table()[:460])
        assert any(one.startswith("2024-04 has 10 rows, and a usual month 150") for one in made.notes)


def made_by_month(made: Begun) -> bool:
    """Whether it was told that days would be enough."""
    return any("which is enough: --period day" in one for one in made.notes)
