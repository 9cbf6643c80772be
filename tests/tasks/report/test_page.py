"""The page says what was decided, in a reader's order, and needs and runs nothing but itself."""

import re
from dataclasses import replace

import pytest
from pages import HOSTILE, Page

from tasks.evaluate.findings import SliceEvidence
from tasks.params import parse_params
from tasks.report import render
from tasks.report.glossary import GLOSSARY
from tasks.report.wording import minus


def hostile(make, settings):
    """Inputs in which every text that a person can write tries to be markup."""
    text = settings.replace("currency: EUR", "currency: HOSTILE").replace("science", "HOSTILE")
    quoted = '"' + HOSTILE.replace('"', '\\"') + '"'
    text = text.replace("HOSTILE", quoted).replace("Risk.", quoted)
    inputs = make(settings=text, carriers=(HOSTILE, "AA", "B6"))
    return replace(
        inputs,
        decision=inputs.decision.model_copy(
            update={"alarms": (HOSTILE,), "headline": HOSTILE, "but_for": (HOSTILE, HOSTILE)}
        ),
        evidence=inputs.evidence.model_copy(update={"unseen_categories": {HOSTILE: {HOSTILE: 1}}}),
        card=inputs.card.model_copy(update={"library": HOSTILE, "label": HOSTILE}),
        preparation=inputs.preparation.model_copy(update={"excluded": {HOSTILE: 100}}),
    )


class TestReadingOrder:
    """A product manager reads from the verdict to the hashes."""

    def test_verdict_headline_alarm_clauses_and_the_rest_follow_each_other(self, make):
        """The sections stand in the order of their weight."""
        inputs = make(champion=-0.6)
        html = render(inputs)
        landmarks = ["<h1", inputs.decision.headline[:30], 'role="alert"', 'id="would"', 'id="clauses"',
                     'id="metrics"', 'id="slices"', 'id="calibration"', 'id="cost"', 'id="material"',
                     'id="model"', 'id="names"']  # fmt: skip
        places = [html.index(landmark) for landmark in landmarks]
        assert places == sorted(places)

    @pytest.mark.parametrize(
        ("settings", "verdict"),
        [({}, "undecided"), ({"edge": 0.9, "lift": 0}, "promote"), ({"edge": -0.4, "lift": 0}, "keep")],
    )
    def test_the_verdict_is_the_largest_word(self, make, settings, verdict):
        """Each verdict is the page's only h1, with a mark beside the colour."""
        inputs = make(**settings)
        assert inputs.decision.verdict == verdict
        found = re.findall(r"<h1 class=\"verdict (\w+)\">(.*?)</h1>", render(inputs))
        assert [kind for kind, _ in found] == [verdict]
        assert verdict.capitalize() in found[0][1]
        assert any(mark in found[0][1] for mark in "✔✘?")


class TestSealed:
    """While the holdout may be asked again, the page tells how clauses ended and no number of it."""

    def test_shows_no_number_of_the_holdout(self, make, settings):
        """No estimate of any metric, no picture, no slice; why, and when they come, is said."""
        text = settings.replace("min_clusters: 10", "min_clusters: 10\n  looks_per_holdout: 2")
        inputs = make(settings=text, retired=False, champion=-0.6)
        html = render(inputs)
        page = Page(html)
        assert page.unbalanced == []
        for section in ("metrics", "slices", "calibration", "cost"):
            assert f'id="{section}"' not in html
        assert "No numbers yet." in page.words
        told = [part.interval for one in inputs.evidence.clauses.values() for part in one.parts]
        told += [one.challenger_over_baseline for one in inputs.evidence.metrics.values()]
        assert not [one for one in told if f"{abs(one.estimate):.4f}" in html]
        assert not [one for one in told if f"{abs(one.low):.4f}" in html]

    def test_says_how_often_the_holdout_may_be_asked(self, make, settings):
        """Looks under a contract with another budget are counted, where there were any."""
        text = settings.replace("min_clusters: 10", "min_clusters: 10\n  looks_per_holdout: 2")
        plain = make(settings=text, retired=False)
        look = plain.decision.look.model_copy(update={"ordinal": 3, "in_all": 3})
        mixed = replace(plain, decision=plain.decision.model_copy(update={"look": look}))
        for inputs, asked, spent in (
            (plain, "asked 2 times, each time at 50", "look 1 of 2 at this holdout"),
            (mixed, "asked 3 times in all, this time at 50", "look 3 of 3 at this holdout"),
        ):
            words = Page(render(inputs)).words
            assert asked in words
            assert spent in words

    def test_an_open_one_shows_them(self, make):
        """The same numbers stand on the page of a decision that is not sealed."""
        inputs = make()
        html = render(inputs)
        assert "No numbers yet." not in html
        lead = inputs.evidence.metrics["log_loss"].challenger_over_baseline
        assert f"{abs(lead.estimate):.4f}" in html


class TestLinearBaseline:
    """A contract may compare with a linear model: the page says where, and what that is."""

    LINE = (
        "    - {name: beats-a-line, kind: beats_baseline, baseline: linear, metric: log_loss, "
        "owner: science, reason: Trees are dear.}\n"
    )

    def test_is_named_where_it_is_compared(self, make, settings):
        """Clause, metric table and glossary; the naive one keeps its name beside it."""
        html = render(make(settings=settings + self.LINE, linear=0.1))
        page = Page(html)
        assert page.unbalanced == []
        assert "better log loss than the linear model, by any amount above 0" in page.words
        assert "log loss against the linear model: " in page.words
        assert "better log loss than the base rate, by any amount above 0" in page.words
        assert GLOSSARY["linear model"] in page.words
        assert html.count('data-label="linear model"') == 3

    def test_is_not_named_elsewhere(self, make):
        """A contract that asks for none has a page without it."""
        assert "linear" not in Page(render(make())).words


class TestAlarms:
    """A champion that is worse than knowing nothing is said loudly, and only then."""

    def test_every_alarm_is_an_alert(self, make):
        """Each alarm of the decision stands in an alert of its own."""
        inputs = make(champion=-0.6)
        assert "NAIVE BASELINE" in inputs.decision.alarms[0]
        page = Page(render(inputs))
        assert page.all("role").count("alert") == len(inputs.decision.alarms)
        assert all(alarm in page.words for alarm in inputs.decision.alarms)

    def test_without_an_alarm_there_is_no_alert(self, make):
        """No champion, no alarm, no red box."""
        assert "alert" not in Page(render(make(champion=None))).all("role")


class TestWhatWouldHaveBeen:
    """The page says what row-level statistics would have done."""

    def test_an_undecided_month_that_rows_would_have_promoted_says_so(self, make):
        """The refusal that the project is about is spelt out, with the one clause in its way."""
        inputs = make(champion=-0.4)
        assert inputs.decision.row_level_would_promote
        words = Page(render(inputs)).words
        assert "Row-level statistics would have promoted it. But for beats-base-rate, it would have" in words

    def test_several_clauses_in_the_way_are_all_named(self, make):
        """Where one clause more would not have done, the page lists them."""
        inputs = make()
        assert len(inputs.decision.but_for) > 1
        words = Page(render(inputs)).words
        assert f"In the way of a promotion: {' , '.join(inputs.decision.but_for)} ." in words

    def test_a_drill_is_called_a_drill(self, make):
        """Shuffled labels are announced on the page and nowhere else."""
        assert "This is a drill." in Page(render(make(drill=True))).words
        assert "look (a drill spends none)" in Page(render(make(drill=True))).words
        assert "This is a drill." not in Page(render(make())).words


class TestNumbersOnThePage:
    """What the documents say stands on the page, with unit, rows and error."""

    def test_clauses_bring_owner_reason_words_and_both_intervals(self, make):
        """Nothing that a clause says is left out."""
        inputs = make()
        words = Page(render(inputs)).words
        for clause in inputs.decision.clauses:
            for text in (clause.name, clause.owner, clause.reason, minus(clause.words)):
                assert text in words
            estimate = inputs.evidence.clauses[clause.name].parts[0].independent.estimate
            assert f"{abs(estimate):.4f}" in words
        assert words.count("if every row were independent") >= len(inputs.decision.clauses)
        assert "90% interval, by day" in words

    def test_rows_in_are_rows_kept_and_rows_excluded_by_name(self, make):
        """The table of rows adds up to what came in."""
        html = render(make())
        table = html[html.index("Where every row went") :].split("</table>")[0]
        numbers = [int(text.replace(",", "")) for text in re.findall(r'<td class="n">([\d,]+)</td>', table)]
        assert numbers == [1000, 300, 600, 100, 2000]
        assert "excluded: cancelled" in table

    def test_hashes_and_looks_close_the_page(self, make):
        """Decision, challenger, champion, contract and look are named in full."""
        inputs = make()
        decision = inputs.decision
        words = Page(render(inputs)).words
        for sha256 in (decision.challenger, decision.champion, decision.contract, decision.look.look):
            assert sha256 in words
        assert "look 1 of 1 at this holdout" in words
        assert "ledger entry 5" in words

    def test_values_are_in_the_currency_of_the_costs(self, make):
        """1,000 predictions are a thousand times one."""
        inputs = make()
        each = inputs.evidence.metrics["value"].challenger
        words = Page(render(inputs)).words
        assert f"{1000 * each:,.0f} EUR" in words
        assert "money per row" not in words.replace(" ".join(inputs.decision.alarms), "")


class TestWithoutChampion:
    """The first cycle has nobody to compare with."""

    def test_the_page_says_that_there_is_none(self, make):
        """Base rate and challenger are shown, and the champion is named as missing."""
        words = Page(render(make(champion=None))).words
        assert "there is no champion yet" in words
        assert "champion none" in words
        assert "challenger over champion none" not in words.split("Cost")[-1]


class TestWithoutIntervals:
    """What could not be inferred is said, not drawn."""

    def test_notes_take_the_place_of_intervals(self, make, without_interval):
        """No clause passes, and its page says why in each place."""
        inputs = without_interval(make())
        html = render(inputs)
        assert inputs.decision.verdict == "undecided"
        assert html.count("no variation between clusters") > len(inputs.decision.clauses)
        assert 'class="judged"' not in html

    def test_a_clause_without_evidence_has_no_picture(self, make):
        """Missing evidence is undecided, and the page still renders."""
        inputs = make()
        clauses = tuple(
            clause.model_copy(update={"interval": None, "verdict": "undecided"})
            for clause in inputs.decision.clauses
        )
        lacking = replace(
            inputs,
            decision=inputs.decision.model_copy(update={"clauses": clauses}),
            evidence=inputs.evidence.model_copy(update={"clauses": {}}),
        )
        html = render(lacking)
        assert 'class="zone"' not in html
        assert html.count("no evidence") >= len(clauses)

    @pytest.mark.parametrize("champion", [None, 0.05])
    def test_no_page_shows_a_number_that_is_none(self, make, without_interval, champion):
        """Neither nan nor inf nor None nor a template's remains reach a reader."""
        for inputs in (make(champion=champion), without_interval(make(champion=champion))):
            assert not re.search(r"\bnan\b|\binf\b|None|Undefined|\{\{|\{%", render(inputs))


class TestHostileText:
    """What people and data name is text, never markup."""

    def test_no_name_becomes_an_element_or_an_attribute(self, make, settings):
        """A page of hostile names has the elements of a harmless one, and shows the names."""
        page = Page(render(hostile(make, settings)))
        tags = {tag for tag, _ in page.elements}
        assert not tags & {"script", "img", "iframe", "object", "embed", "link", "form", "base"}
        assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
        assert page.words.count(" ".join(HOSTILE.split())) > 10

    def test_hostile_settings_are_settings_all_the_same(self, settings):
        """The owner of the test above really reaches the page: params.yaml allows any text."""
        text = settings.replace("science", '"<script>"')
        assert parse_params(text).contract.clauses[0].owner == "<script>"


class TestSelfContained:
    """The page opens from a disk without a network, and runs no code."""

    def test_nothing_is_loaded_from_anywhere(self, make):
        """No address but anchors in the page, and a policy that forbids the rest."""
        html = render(make())
        assert not re.search(r"https?://|url\(|@import|src=", html)
        assert all(target.startswith("#") for target in Page(html).all("href"))
        assert "default-src 'none'" in html

    def test_elements_balance_and_every_reference_has_its_target(self, make):
        """Ids are unique; anchors and picture titles point at something."""
        page = Page(render(make(champion=-0.6)))
        assert page.unbalanced == []
        assert page.open == []
        ids = page.all("id")
        assert len(ids) == len(set(ids))
        wanted = {target.removeprefix("#") for target in page.all("href")}
        wanted |= {one for several in page.all("aria-labelledby") for one in several.split()}
        assert wanted <= set(ids)

    def test_every_picture_is_named_or_hidden(self, make):
        """A reader without eyes gets each picture's words, or is spared the ornament."""
        pictures = [attrs for tag, attrs in Page(render(make())).elements if tag == "svg"]
        assert len(pictures) > 5
        for attrs in pictures:
            assert "aria-hidden" in attrs or "aria-labelledby" in attrs or attrs.get("aria-label")

    def test_equal_inputs_give_equal_bytes(self, make):
        """There is no time, host or order of hashing in the page."""
        assert render(make()) == render(make())


class TestSlices:
    """Few or many, every slice is on the page."""

    def test_pooled_values_are_named_under_rest(self, make):
        """Rare carriers are judged together and listed."""
        inputs = make(carriers=("AA",) * 30 + ("HA", "OO"))
        rest = inputs.evidence.slices[-1]
        assert rest.pooled == ("HA", "OO")
        assert "rest 2 pooled : HA, OO" in Page(render(inputs)).words

    def test_many_slices_fold_away_and_none_is_lost(self, make):
        """Beyond the first few the rest is one click away."""
        inputs = make()
        one = inputs.evidence.slices[0]
        many = tuple(SliceEvidence(**{**dict(one), "value": f"carrier-{index}"}) for index in range(60))
        page = Page(render(replace(inputs, evidence=inputs.evidence.model_copy(update={"slices": many}))))
        assert all(f"carrier-{index} " in page.text for index in range(60))
        assert "46 more, with fewer rows" in page.words

    def test_no_slices_no_section(self, make):
        """A model without declared slices has no empty heading."""
        inputs = make()
        bare = replace(inputs, evidence=inputs.evidence.model_copy(update={"slices": ()}))
        assert "By slice" not in render(bare)
