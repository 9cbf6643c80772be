"""A run tells what has drifted since the champion learned, and decides the same with or without it."""

import shutil

import pytest
from data_factories import on_paper
from factories import deliver, parquet, small_batch, small_folder, small_frame

from tasks.drift.findings import Drift
from tasks.drift.step import drift
from tasks.drift.told import MovedColumn, Told
from tasks.drift.words import baseline_words
from tasks.errors import Corrupt
from tasks.intake import bytes_key, read_catalogue
from tasks.opening import open_ledger
from tasks.report.drift import render_drift
from tasks.run import Outcome, retrain
from tasks.terminal import outcome_text

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"

pytestmark = pytest.mark.usefixtures("paper")


@pytest.fixture(scope="module")
def crowned(tmp_path_factory):
    """A folder whose first champion learned from January, to copy."""
    folder = small_folder(tmp_path_factory.mktemp("crowned"))
    deliver(folder, JANUARY)
    deliver(folder, FEBRUARY)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        assert retrain(folder).drift is None
    return folder


@pytest.fixture
def office(crowned, folder):
    """A copy of it."""
    shutil.copytree(crowned, folder, dirs_exist_ok=True)
    return folder


def moved(period):
    frame = small_frame(period)
    return parquet(frame.assign(x=(frame["x"] + 2).clip(-9, 9)))


class TestARun:
    def test_tells_the_column_that_moved(self, office):
        """Of March, against January alone: whatever this run decides, it is the champion before it."""
        deliver(office, MARCH, moved(MARCH))
        outcome = retrain(office)
        assert outcome.verdict in ("promote", "keep", "undecided")
        assert (outcome.drift.newest, outcome.drift.columns[0].column) == (MARCH, "x")
        assert f"drift of {MARCH}: more than usual: x" in outcome_text(outcome).plain
        assert f"{MARCH} against {JANUARY}, which the champion learned from." in outcome.drift.lines
        assert Outcome.parse(outcome.to_bytes()) == outcome
        assert "drift" in outcome.spent

    def test_writes_profiles_and_nothing_else(self, office, monkeypatch):
        """The ledger's entries and the decision are what they are without it."""
        other = office.parent / "without"
        shutil.copytree(office, other)
        for folder in (office, other):
            deliver(folder, MARCH, moved(MARCH))
        told = retrain(office)
        monkeypatch.setattr("tasks.run.acceptance._look_for_drift", lambda _: None)
        untold = retrain(other)
        assert untold.drift is None
        assert b'"drift"' not in untold.model_copy(update={"spent": {}}).to_bytes()
        assert told.decision == untold.decision

    def test_that_finds_nothing_says_so(self, office):
        """An ordinary month."""
        deliver(office, MARCH)
        outcome = retrain(office)
        assert not outcome.drift.drifted
        assert f"drift of {MARCH}: nothing more than usual" in outcome_text(outcome).plain

    def test_with_nothing_new_has_nothing_to_tell(self, office):
        """And imports nothing for it."""
        assert retrain(office).drift is None

    def test_a_drill_tells_none(self, office):
        """It is about shuffled labels."""
        deliver(office, MARCH)
        assert retrain(office, drill=True).drift is None


class TestAWorldThatTurnedRound:
    def test_is_told_by_baseline_and_calibration(self, office):
        """The alarm is named first; each score's bin says how far off it is, on the terminal and the page."""
        deliver(office, MARCH, small_batch(MARCH, signal=-0.5))
        assert retrain(office).verdict == "keep"
        home, ledger = open_ledger(office)
        found = drift(home.params, ledger, home.near)
        calibration = found.concept_drift.calibration
        assert Drift.parse(found.to_bytes()) == found
        assert (calibration.holdout, calibration.drifted) == ((MARCH,), True)
        assert [one.drifted for one in calibration.bins][::4] == [True, True]
        assert calibration.bins[0].change.estimate > 0.5 > -0.5 > calibration.bins[4].change.estimate
        assert baseline_words(found.concept_drift)[0].startswith(
            "BELOW THE NAIVE BASELINE on 2024-03 (surely)"
        )
        page = render_drift(found)
        assert page.count("BELOW THE NAIVE BASELINE") >= 1
        assert "score from</th>" in page
        self.is_not_known_without_the_batch(office, found)

    def is_not_known_without_the_batch(self, office, found):
        """Bytes that are gone: why is told, and all else as before."""
        home, ledger = open_ledger(office)
        (march,) = (one for one in read_catalogue(ledger.store, "small").revisions if one.period == MARCH)
        (office / "store" / bytes_key("small", march.sha256)).unlink()
        again = drift(home.params, ledger, home.near)
        assert "found nothing" in again.concept_drift.calibration.withheld
        assert again.concept_drift.meetings == found.concept_drift.meetings


class TestTrouble:
    @pytest.mark.parametrize(
        ("trouble", "said"),
        [
            (Corrupt("a profile is lost"), "a profile is lost"),
            (IndexError("no such row"), "IndexError: no such row"),
        ],
    )
    def test_stops_no_run(self, office, monkeypatch, caplog, trouble, said):
        """Bytes that are gone, a defect: the decision is made all the same, and why no drift is told."""

        def lost(*_):
            raise trouble

        monkeypatch.setattr("tasks.drift.step.told_of", lost)
        deliver(office, MARCH)
        outcome = retrain(office)
        assert outcome.entry is not None
        assert outcome.drift == Told(unknown=said)
        assert f"drift: not known: {said}" in outcome_text(outcome).plain
        assert "drift: not known" in caplog.text


class TestInPrefect:
    def test_it_is_two_artifacts(self, monkeypatch):
        """Sentences, and a table of the columns, under keys of the model's own."""
        from flows import retrain as flow

        shown = {}

        def keep(content, key, description):
            shown[key] = (content, description)

        monkeypatch.setattr(flow, "create_markdown_artifact", keep)
        monkeypatch.setattr(flow, "create_table_artifact", keep)
        column = MovedColumn(
            column="x", effect="2.0 sd", usual="0.3", missing="", usual_missing="1.0", weight="40%"
        )
        drift = Told(newest=MARCH, columns=(column,), rows=True, lines=("1 of 3 columns drifted.",))
        flow._show_drift("small", drift)
        assert set(shown) == {"drift-small", "drift-columns-small"}
        text, said = shown["drift-small"]
        assert said == f"drift of {MARCH}: more than usual: x, the number of rows (`evergreen drift`)"
        assert "1 of 3 columns drifted." in text
        assert shown["drift-columns-small"][0] == [column.model_dump(mode="json")]
