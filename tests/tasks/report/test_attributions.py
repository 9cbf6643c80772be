"""The section shows the explanation's numbers, and says what it rests on and what it lacks."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from tasks.evaluate.groups import Group
from tasks.explain.attributions import (
    Attributed,
    changes,
    model_explanation,
    slice_explanations,
    top_features,
)
from tasks.explain.explanation import Explanation
from tasks.report.attributions import SHOWN, attributions
from tasks.report.changes import SHOWN as SHOWN_CHANGES
from tasks.report.environment import environment

HOSTILE = "<script>alert('x')</script>\"'&"
DAYS = np.repeat(np.arange(10), 6)


def model(seed, features, *, shift=0.0, threshold=0.3, rows=60, scale=1.0):
    """A model whose features weigh less and less; `shift` raises the first one everywhere."""
    values = scale * np.random.default_rng(seed).normal(size=(rows, len(features)))
    values *= 0.8 ** np.arange(len(features))
    values[:, 0] += shift
    alarms = 1 / (1 + np.exp(1 - values.sum(axis=1))) >= threshold
    return Attributed(tuple(features), threshold, -1.0, values, alarms)


def explanation(challenger, champion=None, *, holdout_rows=60):
    """As the step would make it, with one slice of each kind."""
    days = DAYS[: len(challenger.values)]
    models = {"challenger": challenger} | ({"champion": champion} if champion else {})
    top = top_features(models.values(), 3)
    groups = [Group("AA", days < 5), Group("rest", days > 50, ("X", "Y"))]
    return Explanation(
        holdout=("2013-03",),
        challenger="a" * 64,
        champion="b" * 64 if champion else None,
        cluster="day",
        holdout_rows=holdout_rows,
        rows=len(days),
        clusters=len(set(days)),
        seed=0,
        models={role: model_explanation(one, days) for role, one in models.items()},
        top=top,
        slices=tuple(slice_explanations("carrier", groups, models, days, top)),
        changes=changes(challenger, champion, days) if champion else (),
    )


def fragment(found):
    """The section as HTML; it needs nothing but `attributions`."""
    return environment().get_template("attributions.html.j2").render(attributions=attributions(found))


class Balanced(HTMLParser):
    """Whether every element that is opened is closed in its turn, and the text between."""

    def __init__(self, html):
        super().__init__()
        self.open, self.wrong, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, _):
        """Wait for its end, if it has one."""
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Nothing to wait for."""

    def handle_endtag(self, tag):
        """Note an end that is not of the last one opened."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        """Collect what a reader sees."""
        self.text += data

    @property
    def words(self):
        """The text on one line."""
        return " ".join(self.text.split())


class TestShares:
    """What each model goes by, as bars."""

    def test_bars_are_shares_of_the_widest(self):
        """The largest share of both models is 100 wide, and the others are in proportion."""
        found = explanation(model(1, "abc"), model(2, "abc"))
        shares = [
            one.share.estimate for role in ("challenger", "champion") for one in found.models[role].features
        ]
        drawn = {(bar.model, one.feature): bar.width for one in attributions(found).shown for bar in one.bars}
        for role in ("challenger", "champion"):
            for one in found.models[role].features:
                expected = 100 * one.share.estimate / max(shares)
                assert drawn[role, one.feature] == pytest.approx(expected, abs=0.005)
        assert max(drawn.values()) == 100

    def test_words_are_per_cent_with_their_error(self):
        """The share and its standard error stand beside the bar."""
        found = explanation(model(1, "abc"))
        share = found.models["challenger"].features[0].share
        words = attributions(found).shown[0].bars[0].words
        assert words.split() == [f"{100 * share.estimate:.2f}", "±", f"{100 * share.standard_error:.2f}"]

    def test_the_challenger_s_order_then_what_only_the_champion_has(self):
        """Features of one model carry a note that says whose they are."""
        found = explanation(model(1, "ab"), model(2, "zb"))
        views = attributions(found).shown
        order = [one.feature for one in found.models["challenger"].features]
        assert [one.feature for one in views] == [*order, "z"]
        assert {one.feature: one.note for one in views} == {
            "a": "only the challenger has it", "b": "", "z": "only the champion has it"
        }  # fmt: skip

    def test_small_ones_are_folded_and_none_is_lost(self):
        """All features are there, the largest at once."""
        names = [f"f{n:02d}" for n in range(20)]
        view = attributions(explanation(model(1, names), model(2, names)))
        assert len(view.shown) == SHOWN
        assert sorted(one.feature for one in view.shown + view.folded) == names
        words = Balanced(fragment(explanation(model(1, names), model(2, names)))).words
        assert "12 more features, with smaller shares" in words
        assert f"{20 - SHOWN_CHANGES} more features, with smaller differences" in words


class TestChanges:
    """What changed the challenger's mind, as intervals against zero."""

    def test_a_feature_that_speaks_more_lies_right_of_the_line(self):
        """A rise of 1 in every row is the first feature, drawn right; without variation it stays unclear."""
        view = attributions(explanation(model(1, "abc", shift=1.0), model(1, "abc"))).changes.groups[0]
        first = view.shown[0]
        assert (first.feature, first.reading) == ("a", "unclear")
        assert first.difference == "+1.00 (no interval: no variation between clusters)"
        assert first.bar.dot > view.zero

    @pytest.mark.parametrize(("sign", "reading"), [(1.0, "raises"), (-1.0, "lowers")])
    def test_the_reading_is_that_of_the_interval(self, sign, reading):
        """A change whose interval does not cross zero says its direction, on that side of the line."""
        noisy = model(3, "abc", shift=sign, scale=0.3)
        view = attributions(explanation(noisy, model(1, "abc", scale=0.3))).changes.groups[0]
        first = view.shown[0]
        assert (first.feature, first.reading) == ("a", reading)
        assert (first.bar.low > view.zero) if sign > 0 else (first.bar.high < view.zero)

    def test_an_interval_that_crosses_zero_is_unclear(self):
        """Exactly the features whose interval holds zero are unclear; the picture has both kinds."""
        found = explanation(model(1, "abc"), model(2, "abcd", shift=0.8))
        views = attributions(found).changes.groups[0].shown
        crossing = {
            one.feature for one in found.changes[0].features if one.difference.low <= 0 <= one.difference.high
        }
        assert {one.feature for one in views if one.reading == "unclear"} == crossing
        assert 0 < len(crossing) < len(views)

    def test_rows_and_directions_are_counted_in_words(self):
        """Each kind of rows says how many there are, of how many."""
        found = explanation(model(1, "abc"), model(2, "abc"))
        new, dropped = (one.log_odds.rows for one in found.changes[1:])
        assert min(new, dropped) > 1
        words = Balanced(fragment(found)).words
        assert f"New alarms. On {new} of 60 rows ({100 * new / 60:.1f}%) the challenger alone raises" in words
        assert f"Dropped alarms. On {dropped} of 60 rows" in words

    def test_no_alarm_changed(self):
        """A model against itself: no row, and nothing drawn."""
        words = Balanced(fragment(explanation(model(1, "abc"), model(1, "abc")))).words
        assert "On none of the 60 rows does the challenger alone raise an alarm." in words
        assert "On none of the 60 rows does the champion alone raise an alarm." in words
        assert "No row's attributions changed." in words

    @pytest.mark.parametrize(
        ("threshold", "words"),
        [
            (0.3, "Both models raise an alarm from the same probability."),
            (0.25, "The challenger raises an alarm from a probability of 25.0%, the champion from a"),
            (1.5, "The challenger raises an alarm never, the champion from a probability of 30.0%"),
        ],
    )
    def test_other_thresholds_are_part_of_it(self, threshold, words):
        """Where the thresholds differ, the page says that alarms differ by that too."""
        found = explanation(model(1, "abc", threshold=threshold), model(2, "abc"))
        assert words in Balanced(fragment(found)).words


class TestWhatItRestsOn:
    """How many rows, of how many, in which clusters."""

    def test_a_sample_is_called_one(self):
        """60 of 28,000 rows are said to be drawn."""
        view = attributions(explanation(model(1, "ab"), holdout_rows=28_000))
        assert view.basis == "60 rows drawn at random from the 28,000 of the holdout, in 10 clusters by day"

    def test_all_rows_are_called_all(self):
        """Without sampling there is no talk of it."""
        assert attributions(explanation(model(1, "ab"))).basis.startswith("all 60 rows of the holdout")


class TestSlices:
    """What the top features add on a slice."""

    def test_the_largest_first_with_sign_and_error(self):
        """A slice's words are its means, by size, and a slice without sampled rows says none."""
        found = explanation(model(1, "abcd"))
        ((column, (first, second)),) = attributions(found).slices
        means = sorted(found.slices[0].attributions["challenger"], key=lambda one: -abs(one.mean.estimate))
        assert column == "carrier"
        ((role, words),) = first.words
        assert role == "challenger"
        assert [part.split()[0] for part in words.split(", ")] == [one.feature for one in means]
        told = f"{means[0].mean.estimate:+.3f} ± {means[0].mean.standard_error:.3f}".replace("-", "−")
        assert " ".join(words.split()).startswith(f"{means[0].feature} {told}")
        assert (second.rows, second.words) == ("0", (("challenger", "none"),))


class TestTheFragment:
    """HTML that stands in any page."""

    @pytest.mark.parametrize(
        "found",
        [
            explanation(model(1, "abc"), model(2, "bcd")),
            explanation(model(1, "abc")),
            explanation(model(1, "abc", rows=1), model(2, "abc", rows=1)),
            explanation(model(1, "abc", scale=0), model(2, "abc", scale=0)),
        ],
        ids=["two models", "no champion", "one row", "nothing moves"],
    )
    def test_whole_and_without_a_number_that_is_none(self, found):
        """Elements are balanced, and no text holds nan, inf or None."""
        page = Balanced(fragment(found))
        assert (page.wrong, page.open) == ([], [])
        assert page.words.startswith("What the models go by")
        assert not re.search(r"\b(nan|inf|None)\b", fragment(found))

    def test_without_an_explanation_there_is_no_section(self):
        """Where nothing was explained, nothing is drawn."""
        assert attributions(None) is None
        assert fragment(None).strip() == ""

    def test_without_a_champion_nobody_is_compared(self):
        """The champion is not mentioned."""
        assert "champion" not in Balanced(fragment(explanation(model(1, "abc")))).words

    def test_names_from_outside_are_text(self):
        """A feature, a cluster or a slice that tries to be markup is shown as it is."""
        found = explanation(model(1, [HOSTILE, "b"]), model(2, [HOSTILE, "c"]))
        hostile = found.slices[0].model_copy(
            update={"column": HOSTILE, "value": HOSTILE, "pooled": (HOSTILE,)}
        )
        html = fragment(found.model_copy(update={"cluster": HOSTILE, "slices": (hostile,)}))
        assert "<script" not in html
        assert Balanced(html).words.count(HOSTILE) > 8
        assert (Balanced(html).wrong, Balanced(html).open) == ([], [])
