"""The page of drift shows every column in every period, keeps three things apart, and needs only itself."""

import re
from dataclasses import replace

import numpy as np
from commands import evergreen
from factories import small_folder
from pages import HOSTILE, Page
from profile_factories import batch, month, numbers, text

from tasks.drift.covariates import comparisons, covariate_shift
from tasks.drift.findings import ConceptDrift, Drift, Meeting
from tasks.drift.labels import label_shift
from tasks.prepare.features import Feature, Schema
from tasks.report.drift import heat_map, render_drift

LEAD = month(0.2).mean()


def period(seed, shift=0.0, *, nulls=0):
    values = np.random.default_rng(seed).normal(shift, 1, 5000)
    return batch(month(0.2, seed=seed), x=numbers(values, nulls=nulls), colour=text(red=2500, blue=2500))


def found(*, name="x", colours=("red",), **changes):
    """Five months that the champion learned from and two more, in the last of which `x` has moved."""
    months = [f"2024-0{n}" for n in range(1, 8)]
    trained = {one: period(n) for n, one in enumerate(months[:5])}
    later = {months[5]: period(10, nulls=100), months[6]: period(11, shift=2)}
    compared = comparisons(trained, later)
    schema = Schema(features=(Feature(name=name), Feature(name="colour", categories=colours)))
    plain = Drift(
        model="small",
        champion=9,
        candidate="a" * 64,
        trained_on=tuple(trained),
        corrected=(),
        newest=months[6],
        covariate_shift=covariate_shift(compared, schema, {"x": 0.7, "colour": 0.3}),
        label_shift=label_shift("late", compared),
        concept_drift=concept(Meeting(entry=12, holdout=("2024-07",), champion=0.5, baseline=0.6, lead=LEAD)),
    )
    return plain.model_copy(update=changes)


def concept(*meetings):
    return ConceptDrift(
        metric="log_loss",
        unit="nats per row",
        promoted_on=("2024-06",),
        champion=0.5,
        baseline=0.6,
        lead=LEAD,
        withheld="",
        meetings=meetings,
    )


class TestNames:
    def test_of_the_user_are_explained_as_nothing_else(self):
        """A model called churn is no clause."""
        html = render_drift(found(model="churn"))
        assert '<p class="where">churn ·' in html


class TestHeatMap:
    def test_has_a_square_for_each_column_and_period(self):
        """In the order of time, those that the champion learned from marked."""
        rows = heat_map(found())
        assert [column.column for column, _ in rows] == ["x", "colour"]
        assert [[cell.trained for cell in cells] for _, cells in rows] == [[True] * 5 + [False] * 2] * 2

    def test_is_red_exactly_where_a_column_drifted(self):
        """Values that moved or went missing, and nothing else."""
        for column, cells in heat_map(found()):
            assert [one.shade >= 2 for one in cells] == [one.drifted for one in column.history]
        assert [cells[-2:][0].shade >= 2 for _, cells in heat_map(found())] == [True, False]
        assert heat_map(found())[0][1][-1].shade == 4

    def test_says_in_words_what_a_square_shows(self):
        """For a pointer, and for whoever sees no colours: the number stands in the square."""
        _, cells = heat_map(found())[0]
        assert re.fullmatch(
            r"x, 2024-06: effect 0\.\d\d, usual 0\.\d\d; missing \+2\.0 points", cells[-2].title
        )
        assert cells[-1].said.startswith("2.")
        assert cells[-2].said == "+2.0 pt"


class TestSaved:
    def test_the_command_says_where(self, tmp_path, monkeypatch):
        """In words; with --json there is nothing but the document."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        monkeypatch.setattr("tasks.drift.step.drift", lambda *_: found())
        folder, page = small_folder(tmp_path), tmp_path / "drift.html"
        said = evergreen("drift", "-C", folder, "--page", page).out
        assert f"page saved: {page}" in said.replace("\n", "")
        assert page.exists()
        assert "page saved" not in evergreen("drift", "-C", folder).out
        assert "page saved" not in evergreen("drift", "-C", folder, "--page", page, "--json").out


class TestThePage:
    def test_stands_alone(self):
        """No script, no address elsewhere, every element closed."""
        html = render_drift(found())
        page = Page(html)
        assert (page.unbalanced, page.open) == ([], [])
        assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe"}
        assert "http" not in html.replace("http-equiv", "")
        assert all(link.startswith("#") for link in page.all("href"))

    def test_the_heat_map_begins_with_the_newest_period(self):
        """What does not fit is older, and the caption is cut off by no table: it stands before its box."""
        html = render_drift(found())
        caption, table = html.index('id="heat"'), html.index('<table class="heat" aria-labelledby="heat">')
        assert caption < html.index('<div class="wide">') < table
        heat = html[table : html.index("</table>", table)]
        assert "<caption>" not in heat
        assert re.findall(r"2024-\d\d(?=</th>)", heat) == [f"2024-0{n}" for n in range(7, 0, -1)]
        _, cells = heat_map(found())[0]
        first = heat[heat.index('<th scope="row">x</th>') :]
        assert re.findall(r">([^<>]+)</td>", first)[:7] == [one.said for one in reversed(cells)]

    def test_keeps_three_things_apart(self):
        """Under a heading each, in words that are explained."""
        words = Page(render_drift(found())).words
        places = [words.index(f"{name}:") for name in ("Covariate shift", "Label shift", "Concept drift")]
        assert places == sorted(places)
        assert "1 of 2 columns drifted, with 70.0% of what moves the" in words
        assert "50.00% unseen" in words
        assert "Mean 0." in words

    def test_an_alarm_is_loud(self):
        """A champion below the naive baseline is said first."""
        sunk = Meeting(
            entry=12, holdout=("2024-07",), champion=0.7, baseline=0.6, lead=LEAD, baseline_wins="surely"
        )
        html = render_drift(found(concept_drift=concept(sunk)))
        assert html.index('class="alarm"') < html.index('id="inputs"')
        assert 'class="alarm"' not in render_drift(found())

    def test_without_a_later_batch(self):
        """It says that there is nothing to compare, and shows what decisions found."""
        html = render_drift(found(newest=None, covariate_shift=None, label_shift=None))
        assert "nothing to compare" in html
        assert "2024-07" in html

    def test_hostile_text_is_text(self):
        """Names from outside do not become markup."""
        meeting = Meeting(entry=1, holdout=(HOSTILE,), withheld=HOSTILE)
        page = Page(render_drift(found(model=HOSTILE, corrected=(HOSTILE,), concept_drift=concept(meeting))))
        assert (page.unbalanced, page.open) == ([], [])
        assert not {tag for tag, _ in page.elements} & {"script", "img"}
        assert page.text.count("<script>") >= 3

    def test_numbers_that_are_not_there_are_words(self):
        """No `nan`, `inf` or `None` anywhere."""
        bare = replace(LEAD, estimate=None, low=None, high=None, note="no rows")
        html = render_drift(found(concept_drift=concept(Meeting(entry=1, holdout=("x",), lead=bare))))
        assert not re.search(r"\b(nan|inf|None)\b", Page(html).words)

    def test_equal_findings_give_equal_bytes(self):
        """Nothing of the moment is in it."""
        assert render_drift(found()) == render_drift(found())
