"""The page of a model's past shows every decision and rollback, counts honestly, and needs only itself."""

import re
from dataclasses import replace

import pytest
from commands import evergreen
from factories import small_folder
from pages import HOSTILE, Page

from tasks.ledger import RolledBack
from tasks.past import Judged, Returned
from tasks.report import render_history
from tasks.report.tally import Tally
from tasks.report.timeline import timeline

BETTER, WORSE, LUCKY = {"edge": 0.9, "lift": 0}, {"edge": -0.4, "lift": 0}, {}


class TestSaved:
    def test_the_command_says_where(self, tmp_path, monkeypatch):
        """Of an empty ledger, too."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        folder, page = small_folder(tmp_path), tmp_path / "history.html"
        said = evergreen("history", "-C", folder, "--page", page).out
        assert f"page saved: {page}" in said.replace("\n", "")
        assert page.exists()
        assert "page saved" not in evergreen("history", "-C", folder).out


@pytest.fixture
def year(make, judged):
    """Promoted, refused by clusters alone, refused by all, then a drill that estimates would promote."""
    months = [make(**BETTER), make(**LUCKY), make(**WORSE), make(**LUCKY, drill=True)]
    return tuple(
        judged(one, 4 * number, period=f"2013-0{number}") for number, one in enumerate(months, start=1)
    )


def returned(reason="worse on Mondays"):
    return Returned(20, RolledBack(to=5, registered=3, candidate="a" * 64, before=9, reason=reason))


def rows_of(past, **links):
    return [row for table in timeline(past, Tally(), links) for row in table.rows]


class TestTotals:
    """How often each gate would have changed the model."""

    def test_run_through_the_year_and_leave_drills_out(self, year):
        """Estimates and rows twice, Evergreen once; the drill's answers count for nobody."""
        counts = [[cell.total for cell in row.cells] for row in rows_of(year)]
        assert counts == [[1, 1, 1], [2, 2, 1], [2, 2, 1], [2, 2, 1]]
        assert [cell.note for cell in rows_of(year)[-1].cells] == ["drill, not counted"] * 3

    def test_are_said_in_a_sentence(self, year):
        """With what they leave out."""
        words = Page(render_history("delays", year)).words
        assert "In 3 decisions, Evergreen changed the model once." in words
        assert "would have changed it twice, and a gate on" in words
        assert "1 drill not counted" in words

    def test_a_promotion_that_is_not_in_is_none(self, make, judged):
        """Decided is not yet in office."""
        row = rows_of([judged(make(**BETTER), promoted=False)])[0]
        assert (row.cells[-1].total, row.cells[-1].note) == (0, "not in office")

    def test_what_is_kept_back_counts_for_evergreen_alone(self, make, judged, kept_back):
        """A promotion is known; what the other gates would have said is not, and is said to be left out."""
        tally = Tally()
        cells = tally.cells(judged(kept_back(make(**BETTER))))
        assert [(one.answer, one.total) for one in cells] == [
            ("not shown yet", 0),
            ("not shown yet", 0),
            ("promote", 1),
        ]
        assert tally.left_out.startswith(
            "1 decision counted for Evergreen alone: until a holdout has retired"
        )

    def test_of_nothing(self):
        """A ledger without a decision has a page that says so."""
        words = Page(render_history("delays", ())).words
        assert "nothing was decided yet" in words
        assert "Evergreen changed the model 0 times" in words


class TestPictures:
    """The lead over the champion, as judged and by row."""

    def test_the_bar_lies_right_of_the_line_exactly_if_the_clause_passed(self, year):
        """The same intervals that decided."""
        for row, one in zip(rows_of(year), year, strict=True):
            clause = next(clause for clause in one.decision.clauses if clause.kind == "beats_champion")
            assert (row.view.judged.low > row.view.required) == (clause.verdict == "pass")

    def test_both_intervals_stand_in_words(self, make, judged):
        """With the level, for who cannot see the picture."""
        one = judged(make())
        interval = one.evidence.clauses["beats-champion"].parts[0].interval
        words = Page(render_history("delays", [one])).words
        assert f"{interval.low:+.4f}".replace("-", "−") in words
        assert "90% by cluster : " in words
        assert "by row: " in words

    def test_kept_back_numbers_are_not_drawn(self, make, judged, kept_back):
        """No interval and no estimate, though the evidence has them: they are not shown yet."""
        inputs = kept_back(make())
        html = render_history("delays", [judged(inputs)])
        told = [part for one in inputs.evidence.clauses.values() for part in one.parts]
        for one in [found for part in told for found in (part.interval, part.independent)]:
            assert not [value for value in (one.estimate, one.low, one.high) if f"{abs(value):.4f}" in html]
        assert '<p class="unseen">not shown yet</p>' in html
        assert 'class="judged"' not in html

    def test_a_drill_far_off_does_not_flatten_the_year(self, make, judged, year):
        """It is cut off and marked, and its dot is not drawn where it is not."""
        drill = judged(make(edge=-5, lift=0, drill=True), 40)
        rows = rows_of([*year, drill])
        assert rows[0].view.judged == rows_of(year)[0].view.judged
        assert rows[-1].view.judged.cut_low
        assert not rows[-1].view.judged.inside
        html = render_history("delays", [*year, drill])
        assert html.count('class="estimate"') == len(year)

    def test_another_metric_is_another_table(self, make, judged, settings):
        """Leads in different units never share an axis; a rollback stays with what came before it."""
        other = settings.replace("beats_champion, metric: log_loss", "beats_champion, metric: value")
        past = [judged(make()), returned(), judged(make(settings=other), 24)]
        tables = timeline(past, Tally(), {})
        assert [[row.number for row in table.rows] for table in tables] == [[4, 20], [24]]
        assert [table.title.rsplit(", ", 1)[1] for table in tables] == ["nats per row", "EUR per row"]

    def test_the_first_model_s_lead_says_what_it_is_over(self, make, judged):
        """There was no champion: the base rate stood in for it."""
        assert "the lead is over the base rate" in rows_of([judged(make(champion=None))])[0].basis

    @pytest.mark.parametrize("champion", [None, 0.05])
    def test_no_interval_has_its_reason(self, make, judged, without_interval, champion):
        """And no number on the page is none."""
        html = render_history("delays", [judged(without_interval(make(champion=champion)))])
        assert "no variation between clusters" in Page(html).words
        assert not re.search(r"\bnan\b|\binf\b|None|Undefined|\{\{|\{%", html)


class TestRows:
    """What happened, in the ledger's order."""

    def test_clauses_in_the_way_are_named(self, make, judged):
        """With how they ended; a promotion has none."""
        inputs = make()
        way = rows_of([judged(inputs)])[0].in_the_way
        assert all(f"{name} (undecided)" in way for name in inputs.decision.but_for)
        assert rows_of([judged(make(**BETTER))])[0].in_the_way == ""

    def test_what_cannot_be_read_takes_nothing_else_with_it(self, year):
        """The decision is still told from the ledger's own entry, and the others as ever."""
        lost = replace(year[1], decision=None, evidence=None, unread="artifacts/x: found nothing")
        rows = rows_of([year[0], lost, year[2]])
        assert rows[1].unseen == "cannot be read: artifacts/x: found nothing"
        assert [cell.answer for cell in rows[1].cells] == ["not known", "not known", "undecided"]
        words = Page(render_history("delays", [year[0], lost, year[2]])).words
        assert "1 decision counted for Evergreen alone: the documents cannot be read." in words

    def test_a_rollback_says_where_to_and_why(self):
        """It is no decision, and counts for no gate."""
        words = Page(render_history("delays", [returned()])).words
        assert "Rollback entry 20 to the champion of entry 5: worse on Mondays" in words
        assert "In 0 decisions" in words

    def test_links_are_those_that_were_given(self, year):
        """A decision with a page of its own leads there."""
        html = render_history("delays", year, {4: "2013-01.html"})
        assert [one for one in Page(html).all("href") if not one.startswith("#")] == ["2013-01.html"]


class TestThePage:
    """Opens anywhere, runs nothing."""

    def test_stands_alone(self, year):
        """Nothing is loaded; elements balance; each anchor has its target; pictures are named or hidden."""
        html = render_history("delays", [*year, returned()])
        page = Page(html)
        assert not re.search(r"https?://|url\(|@import|src=", html)
        assert "default-src 'none'" in html
        assert (page.unbalanced, page.open) == ([], [])
        ids = page.all("id")
        assert len(ids) == len(set(ids))
        assert {one.removeprefix("#") for one in page.all("href")} <= set(ids)
        assert all(
            attrs.get("aria-label") or attrs.get("aria-hidden")
            for tag, attrs in page.elements
            if tag == "svg" and attrs.get("role")
        )

    def test_equal_pasts_give_equal_bytes(self, year):
        """No time, host or order of hashing."""
        assert render_history("delays", year) == render_history("delays", year)

    def test_hostile_text_is_text(self, make, judged):
        """Names, periods, reasons and addresses of one's own making become no element."""
        inputs = make()
        decision = inputs.decision.model_copy(update={"but_for": (HOSTILE, "x" * 5000), "headline": HOSTILE})
        one: Judged = replace(judged(replace(inputs, decision=decision)), periods=(HOSTILE,))
        lost = replace(one, number=8, decision=None, evidence=None, unread=HOSTILE)
        page = Page(render_history(HOSTILE, [one, lost, returned(HOSTILE)], {4: f'"{HOSTILE}'}))
        assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "object", "form", "base"}
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
        assert page.words.count(" ".join(HOSTILE.split())) >= 5
        assert (page.unbalanced, page.open) == ([], [])
