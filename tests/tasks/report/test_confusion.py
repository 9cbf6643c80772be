"""The picture of confused classes shows the counts that it is made from, row by row."""

import pytest

from tasks.evaluate.findings import Confusion
from tasks.report.calibration import SIDE
from tasks.report.confusion import confusion_view

FOUND = Confusion(classes=("low", "high", "a name that is long"), counts=((8, 2, 0), (1, 9, 30), (0, 0, 0)))


class TestPicture:
    """A row for each class that came, a column for each that was said."""

    def test_rows_add_up(self):
        """A cell's shade is its share of the class that came; a class that did not come has none."""
        shades = [cell.shade for cell in confusion_view(FOUND).cells]
        assert shades == [0.8, 0.2, 0, 0.025, 0.225, 0.75, 0, 0, 0]

    def test_places(self):
        """Cells fill the square; each stands right for what was said, and down for what came."""
        view = confusion_view(FOUND)
        assert view.size == pytest.approx(SIDE / 3)
        assert (view.cells[5].x, view.cells[5].y) == (200.0, 100.0)

    def test_words(self):
        """A cell says its share, dark ones in the colour of paper; to hover tells the rest."""
        view = confusion_view(FOUND)
        assert [cell.words for cell in view.cells[:3]] == ["80%", "20%", "0%"]
        assert [cell.dark for cell in view.cells[:3]] == [True, False, False]
        assert view.cells[5].title == "came high, said a name that is long: 75.0% of 40 rows"
        assert view.cells[8].title.endswith("no rows")
        assert view.cells[8].words == ""

    def test_summary(self):
        """How much of each class was said right, and the commonest mistake; not of what never came."""
        assert confusion_view(FOUND).summary == (
            "Said right, of each class that came: low 80.0%, high 22.5%. "
            "The commonest mistake: high taken for a name that is long, in 30 rows."
        )

    def test_without_mistakes(self):
        """There is none to name."""
        right = Confusion(classes=(1, 2, 3), counts=((1, 0, 0), (0, 1, 0), (0, 0, 1)))
        assert confusion_view(right).summary.endswith("No row was said wrong.")

    def test_the_numbers(self):
        """The table has each class with its rows, and every count."""
        assert confusion_view(FOUND).table[1] == ("high", "40", ("1", "9", "30"))

    def test_long_names_are_cut(self):
        """Beside the picture only: the table and what hovers have them whole."""
        view = confusion_view(FOUND)
        assert view.names[2][1] == "a name that…"
        assert view.classes[2] == "a name that is long"

    @pytest.mark.parametrize(
        ("classes", "written", "named"), [(8, True, True), (9, False, True), (21, False, False)]
    )
    def test_many_classes(self, classes, written, named):
        """Where shares no longer fit into cells they are not written, and names only while they fit."""
        counts = tuple(tuple(int(one == other) for other in range(classes)) for one in range(classes))
        view = confusion_view(Confusion(classes=tuple(range(classes)), counts=counts))
        assert bool(view.cells[0].words) == written
        assert bool(view.names) == named
        assert len(view.cells) == classes**2

    def test_of_other_models_there_is_none(self):
        """Neither of yes or no, nor of numbers."""
        assert confusion_view(None) is None
