"""The page of what validation found names each blocked batch with its rules, and needs only itself."""

from pages import HOSTILE, Page

from tasks.documents import digest
from tasks.intake import Revision
from tasks.report.validation import Judged, heat_map, render_validation
from tasks.validate.result import BatchReport, Failure


def judged(period, *failures, rows=1000, checked=True):
    revision = Revision(
        period=period, revision=1, sha256=digest(period.encode()), size=1, source="s", arrived="2024-02-01"
    )
    report = BatchReport(
        period=period, file=revision.file, rules=digest(b""), rows=rows, checks=9, failures=failures
    )
    return Judged(revision, report if checked else None)


def failure(column, rows, message="must lie between 0 and 1"):
    return Failure(column=column, rule="be_between", message=message, rows=rows)


BATCHES = [
    judged("2024-01"),
    judged("2024-02", failure("x", 5), failure("x", 200), failure("z", 1)),
    judged("2024-03", Failure.of_file("readable", "not a readable Parquet file"), rows=None),
    judged("2024-04", checked=False),
]


def page_of(batches=BATCHES, **more):
    return render_validation("small", "a" * 64, batches, [("x", "must lie between 0 and 1")], **more)


class TestHeatMap:
    """Each column that broke a rule, in each batch."""

    def test_the_largest_share(self):
        """A square says the largest share of rows; the file itself has a line of its own."""
        rows = dict(heat_map(BATCHES))
        assert list(rows) == ["(file)", "x", "z"]
        assert [(one.shade, one.said) for one in rows["x"]] == [(0, ""), (4, "20.0%"), (0, ""), (0, "")]
        assert [one.shade for one in rows["z"]] == [0, 1, 0, 0]
        assert [(one.shade, one.said) for one in rows["(file)"]][2] == (4, "1 rule")

    def test_a_rule_that_one_row_in_many_breaks_is_not_broken_by_none(self):
        """A batch that one of 2,500 rows blocked does not say 0.0%."""
        ((_, (square,)),) = heat_map([judged("2024-01", failure("x", 1), rows=2500)])
        assert square.said == "<0.1%"
        assert "&lt;0.1%" in page_of([judged("2024-01", failure("x", 1), rows=2500)])

    def test_a_column_that_is_called_as_the_file_is(self):
        """What is wrong with the file is not drawn as wrong with a column named `(file)`."""
        rows = heat_map([judged("2024-01", failure("(file)", 1), rows=100), BATCHES[2]])
        assert [(name, [one.shade for one in squares]) for name, squares in rows] == [
            ("(file)", [0, 4]),
            ("(file)", [2, 0]),
        ]

    def test_good_batches_have_no_map(self):
        """Nothing is drawn where no rule was broken."""
        assert heat_map(BATCHES[:1]) == ()
        assert "Where rules were broken" not in page_of(BATCHES[:1])


class TestPage:
    """What a person reads."""

    def test_what_was_found(self):
        """How many batches, which are blocked and by what, and which nobody has checked."""
        text = " ".join(Page(page_of(left_out=2)).text.split())
        assert "4 batches: 2 blocked. 2 older batches not shown." in text
        assert "2024-03, revision 1: blocked not a readable Parquet file" in text
        assert "not checked under these rules" in text
        assert "1 expectation, beside the declared types" in text

    def test_it_needs_only_itself(self):
        """Well-formed, with no address, no script and nothing that is loaded."""
        page = Page(page_of())
        assert (page.open, page.unbalanced) == ([], [])
        assert page.all("src") == page.all("href") == []
        assert not [name for name, _ in page.elements if name in ("script", "link", "img")]

    def test_hostile_text(self):
        """What comes from outside is text, wherever it stands."""
        batch = judged("2024-01", failure(HOSTILE, 1, HOSTILE))
        page = Page(render_validation(HOSTILE, HOSTILE, [batch], [(HOSTILE, HOSTILE)]))
        assert not [name for name, _ in page.elements if name in ("script", "img")]
        assert page.text.count("<script>") >= 5
