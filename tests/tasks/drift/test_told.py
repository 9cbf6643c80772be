"""What a run tells of drift, in a line and as a page."""

from tasks.drift.told import MovedColumn, Told

MOVED = MovedColumn(column="a_b*", effect="0.4", usual="0.1", missing="", usual_missing="", weight="10%")


class TestHeadline:
    """One line."""

    def test_says_where_to_look_for_more_only_if_there_is_more(self):
        """A command to call where something has moved, and none where nothing has, or nothing is known."""
        assert Told(newest="2024-03", columns=(MOVED,), labels=True).headline == (
            "drift of 2024-03: more than usual: a_b*, the labels (`evergreen drift`)"
        )
        assert Told(newest="2024-03").headline == "drift of 2024-03: nothing more than usual"
        assert Told(unknown="no profile").headline == "drift: not known: no profile"


class TestMarkdown:
    """The same for a page that shows markdown."""

    def test_shows_names_as_they_are_and_the_command_as_one(self):
        """What data says is escaped, and what Evergreen says of its command is not."""
        page = Told(newest="2024-03", columns=(MOVED,), lines=("`x` <b>",)).markdown
        assert "more than usual: a\\_b\\*" in page
        assert "\\`x\\` &lt;b&gt;" in page
        assert "`evergreen drift` shows" in page
        assert "\\`evergreen" not in page

    def test_names_no_command_where_nothing_moved(self):
        """There is nothing more to show."""
        assert "evergreen drift" not in Told(newest="2024-03").markdown
