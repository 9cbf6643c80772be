"""Every term is explained where a reader meets it, by pointer and by touch, and nothing else is changed."""

import re
from html import escape
from html.parser import HTMLParser

import pytest

from tasks.report import render
from tasks.report.glossary import ALSO, BY_HAND, GLOSSARY
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

    def test_used_are_those_and_no_others(self):
        """A page's glossary is as long as it has to be, in alphabetical order."""
        terms = Terms()
        terms.linked("<p>nats, AUC</p>")
        assert [name for _, name, _ in terms.used()] == ["AUC", "nats"]
