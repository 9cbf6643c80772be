"""Every term is explained where a reader meets it, by pointer and by touch, and nothing else is changed."""

import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from typing import get_args

import pytest

from tasks.decide.asks import metric_words
from tasks.objectives import MULTICLASS, REGRESSION
from tasks.params.contract import KINDS as KINDS_OF_CLAUSE
from tasks.params.contract import Compared, Rate
from tasks.report import render
from tasks.report.glossary import ALSO, BY_HAND, GLOSSARY, KINDS, OF_CLASSES, OF_NUMBERS
from tasks.report.terms import Terms

JARGON = """log loss, AUC, cluster, interval, calibration, nats, standard error, degrees of freedom,
jackknife, Student's t, bootstrap-t, row-level statistics, threshold, base rate, hash"""


class Links(HTMLParser):
    """The terms that a page links: (target, tooltip, words), and the ids there are."""

    def __init__(self, html):
        super().__init__()
        self.links, self.ids, self._target = [], set(), None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Note a link to a word, its tooltip, and any id."""
        found = dict(attrs)
        self.ids.add(found.get("id"))
        if tag == "a" and found.get("class") == "term":
            self._target = found["href"]
        if tag == "abbr":
            self.links.append((self._target, found["title"]))


def unlinked(html):
    """The page without its links to words."""
    return re.sub(r'<a class="term"[^>]*><abbr[^>]*>(.*?)</abbr></a>', r"\1", html)


class TestOnThePage:
    """The decision's page."""

    def test_each_piece_of_jargon_is_explained(self, make):
        """By a tooltip with its meaning, and by a link, which works without a pointer."""
        links = Links(render(make())).links
        explained = {title for _, title in links}
        assert [name for name in re.split(r",\s", JARGON) if GLOSSARY[name] not in explained] == []

    def test_each_link_leads_to_its_meaning(self, make):
        """The glossary at the end has exactly the words that were linked."""
        html = render(make())
        found = Links(html)
        targets = {target.removeprefix("#") for target, _ in found.links}
        assert targets == {one for one in found.ids if one and one.startswith("word-")}
        for target, title in found.links:
            after = html[html.index(f'<dt id="{target.removeprefix("#")}"') :]
            assert escape(title, quote=False) in after.split("</dd>")[0].replace("&#39;", "'")

    @pytest.mark.parametrize("kind", KINDS_OF_CLAUSE)
    def test_each_kind_of_clause_is_explained(self, make, kind):
        """Where a clause of the kind stands, its kind is named, with its meaning."""
        inputs = make()
        clauses = tuple(one.model_copy(update={"kind": kind}) for one in inputs.decision.clauses)
        html = render(replace(inputs, decision=inputs.decision.model_copy(update={"clauses": clauses})))
        (article,) = re.findall(r'<article class="clause" id="clause-1".*?</article>', html, re.DOTALL)
        assert f'href="#word-{KINDS[kind].replace(" ", "-")}"' in article
        assert escape(GLOSSARY[KINDS[kind]]) in article.replace("&#39;", "&#x27;")

    def test_no_word_is_linked_twice_in_a_section(self, make):
        """Links help once; more of them are noise."""
        for section in re.split(r"<section|<article", render(make(champion=-0.6))):
            targets = re.findall(r'<a class="term" href="(#[^"]+)"', section)
            assert len(targets) == len(set(targets))


class TestLinked:
    """Which words become links."""

    def linked(self, html):
        """The words that were linked, in order."""
        return re.findall(r"<abbr[^>]*>(.*?)</abbr>", str(Terms().linked(html)))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Log loss, and the AUC.", ["Log loss", "AUC"]),
            ("two clusters, one cluster", ["clusters"]),
            ("subcluster, pre-cluster, cluster-wise, aucs1", []),
            ("its value at a look", []),
            ("Student&#39;s t", ["Student&#39;s t"]),
            ("in log <b>loss</b>", []),
            ("&lt;auc&gt; &amp; nats", ["auc", "nats"]),
        ],
    )
    def test_whole_words_once(self, text, words):
        """Any case and number, the whole word, once; not across tags, nor what means other things too."""
        assert self.linked(f"<p>{text}</p>") == words

    @pytest.mark.parametrize("tag", ["a", "abbr", "code", "h2", "summary", "svg"])
    def test_where_nothing_is_linked(self, tag):
        """Inside a link, a heading or a picture the word stays as it is, and is linked after it."""
        html = f"<{tag}><i/><b>AUC</b></{tag}><p>AUC</p>"
        assert str(Terms().linked(html)).startswith(f"<{tag}><i/><b>AUC</b></{tag}><p><a class=")

    def test_all_but_links_is_as_it_was(self, make):
        """Taking the links out again gives the page back, hostile text included."""
        before = "<p title='AUC &gt;'>AUC &lt;script&gt; <br/>log loss</p>" + unlinked(render(make()))
        after = str(Terms().linked(before))
        assert after != before
        again = unlinked(after)
        assert again == before

    @pytest.mark.parametrize(
        ("own", "text", "words"),
        [
            ("threshold", "threshold drifted; the power", ["power"]),
            ("Power", "power, AUC", ["AUC"]),
            ("high power", "high power is no power", ["power"]),
            ("R&D power", "R&amp;D power", []),
            ("(auc", "(auc and (auc: AUC", ["AUC"]),
            ("churn", "churn · judged on 2025-01 by a churn-clause, nats", ["nats"]),
        ],
    )
    def test_what_the_user_has_named_is_left_alone(self, own, text, words):
        """A model, a column or a value has its own meaning, whatever a term of ours means."""
        html = str(Terms(own=[own, "unlike"]).linked(f"<p>{text}</p>"))
        assert re.findall(r"<abbr[^>]*>(.*?)</abbr>", html) == words

    def test_names_of_a_page_are_left_alone(self, make):
        """A model called churn and a slice value power are explained as nothing else."""
        inputs = make()
        slices = tuple(one.model_copy(update={"value": "power"}) for one in inputs.evidence.slices[:1])
        evidence = inputs.evidence.model_copy(update={"slices": slices})
        decision = inputs.decision.model_copy(update={"model": "churn"})
        html = render(replace(inputs, evidence=evidence, decision=decision))
        assert '<p class="where">churn ·' in html
        assert '<th scope="row">power' in html

    def test_meanings_are_escaped(self):
        """A meaning stands in an attribute: no quote of it may end it."""
        term = str(Terms().term("champion", '"><script>'))
        assert "<script>" not in term


class TestGlossary:
    """The words themselves."""

    def test_other_words_lead_to_a_term(self):
        """Plurals and synonyms are of terms that there are, and what is linked by hand is a term."""
        assert set(ALSO.values()) <= set(GLOSSARY)
        assert set(GLOSSARY) >= BY_HAND
        assert not set(ALSO) & BY_HAND

    def test_each_kind_of_clause_has_an_entry(self):
        """Of the contract's kinds none is without, each has one of its own, and there are no others."""
        assert set(KINDS) == set(KINDS_OF_CLAUSE)
        assert set(KINDS.values()) <= set(GLOSSARY)
        assert len(set(KINDS.values())) == len(KINDS)

    @pytest.mark.parametrize("name", [*get_args(Compared), *get_args(Rate)])
    def test_each_metric_and_measure_has_an_entry(self, name):
        """By the words in which a clause asks for it."""
        words = metric_words(name)
        assert ALSO.get(words.lower(), words) in GLOSSARY

    def test_a_word_linked_by_hand_is_not_linked_again(self):
        """Until the next section begins."""
        terms = Terms()
        html = f"<section><p>{terms.term('churn')}, then churn</p></section><section>churn</section>"
        assert str(terms.linked(html)).count("<a class=") == 2

    def test_what_numbers_are_told_has_no_word_of_probabilities(self):
        """Meanings of kinds that a regression may use speak of no alarm and no label 1."""
        for kind in REGRESSION.kinds:
            meaning = (GLOSSARY | OF_NUMBERS)[KINDS[kind]]
            assert [word for word in ("alarm", "label 1", "robabilit", "base rate") if word in meaning] == []

    def test_what_classes_are_told_has_no_word_of_two_labels(self):
        """Meanings of kinds that a model of classes may use speak of no alarm, and not of both labels."""
        for kind in MULTICLASS.kinds:
            meaning = (GLOSSARY | OF_NUMBERS | OF_CLASSES)[KINDS[kind]]
            assert [word for word in ("alarm", "label 1", "both", "base rate") if word in meaning] == []

    def test_used_are_those_and_no_others(self):
        """A page's glossary is as long as it has to be, in alphabetical order."""
        terms = Terms()
        terms.linked("<p>nats, AUC</p>")
        assert [name for _, name, _ in terms.used()] == ["AUC", "nats"]
