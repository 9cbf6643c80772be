"""What `evergreen drift` says of a model folder: of the right champion, the right bytes, and no row twice."""

import numpy as np
import pytest
from class_factories import CLASS_PARAMS, class_frame, class_months
from data_factories import in_office
from factories import deliver, parquet, small_batch, small_folder, small_frame
from ledgers import Meddled
from rich.console import Console

from tasks.documents import digest
from tasks.drift.findings import Drift
from tasks.drift.step import drift
from tasks.drift.terminal import drift_text
from tasks.errors import Refused
from tasks.intake import bytes_key, intake
from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.report.drift import render_drift


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """A champion that learned from January, and three months since, in the last of which x has moved."""
    workspace, ledger = in_office(tmp_path_factory.mktemp("drift"))
    for month in ("2024-01", "2024-02", "2024-03"):
        deliver(workspace.root, month)
    moved = small_frame("2024-04")
    deliver(workspace.root, "2024-04", parquet(moved.assign(x=(moved["x"] + 2).clip(-9, 9))))
    intake(workspace.params, ledger.store)
    return workspace, ledger


def said(found: Drift) -> str:
    console = Console(width=110)
    with console.capture() as captured:
        console.print(drift_text(found))
    return captured.get()


class TestDrift:
    def test_tells_the_column_that_moved(self, life):
        """x, since April, by two standard deviations; a fixed threshold, since it learned from one month."""
        workspace, ledger = life
        found = drift(workspace.params, ledger, workspace.near)
        first = found.covariate_shift.columns[0]
        assert (found.trained_on, found.newest) == (("2024-01",), "2024-04")
        assert (first.column, first.drifted, first.since) == ("x", True, "2024-04")
        assert first.effect == pytest.approx(2, abs=0.3)
        assert first.weight is None
        assert not found.covariate_shift.learned

    def test_is_a_document(self, life):
        """What it says survives JSON."""
        workspace, ledger = life
        found = drift(workspace.params, ledger, workspace.near)
        assert Drift.parse(found.to_bytes()) == found

    def test_reads_no_batch_twice(self, life, tmp_path):
        """On another machine profiles alone, of exactly the bytes that the champion learned from."""
        workspace, ledger = life
        first = drift(workspace.params, ledger, workspace.near)
        watched = Meddled(ledger.store)
        assert drift(workspace.params, Ledger(watched, ledger.model), tmp_path) == first
        asked = [key for operation, key in watched.calls if operation == "get"]
        assert not [key for key in asked if key.endswith(".parquet")]
        assert sum(digest(small_batch("2024-01")) in key for key in asked) == 1

    def test_asks_for_no_profile_twice(self, life):
        """On the same machine the store is asked for the ledger, and for none that was asked for before."""
        workspace, ledger = life
        first = drift(workspace.params, ledger, workspace.near)
        watched = Meddled(ledger.store)
        assert drift(workspace.params, Ledger(watched, ledger.model), workspace.near) == first
        assert watched.calls
        assert not [key for _, key in watched.calls if key.endswith(".profile.json")]
        assert len(list(workspace.near.iterdir())) == 4

    def test_in_words_under_three_headings(self, life):
        """Kept apart, in this order."""
        workspace, ledger = life
        text = said(drift(workspace.params, ledger, workspace.near))
        places = [text.index(name) for name in ("Covariate shift", "Label shift", "Concept drift")]
        assert places == sorted(places)
        assert "2024-04 against 2024-01, which the champion learned from" in text
        assert "The thresholds are fixed" in text
        assert "no later decision has met this champion yet" in text


class TestClasses:
    """A model that tells classes apart."""

    def test_are_told_by_their_shares(self, tmp_path):
        """A month in which all that was low came high: as shares, on the terminal and on the page."""
        frames = class_months("2024-01", "2024-02")
        workspace, ledger = in_office(tmp_path, frames, params=CLASS_PARAMS)
        moved = class_frame("2024-03").assign(label=lambda one: one["label"].replace("low", "high"))
        for month, frame in {**frames, "2024-03": moved}.items():
            deliver(workspace.root, month, parquet(frame))
        intake(workspace.params, ledger.store)
        found = drift(workspace.params, ledger, workspace.near)
        assert (found.label_shift, found.class_shift.shifted) == (None, True)
        assert [one.clear for one in found.class_shift.classes] == [True, False, True]
        assert Drift.parse(found.to_bytes()) == found
        assert "label: shifted" in said(found)
        assert "Label shift: which classes come" in render_drift(found)

    def test_others_have_none(self, life):
        """Their documents keep their bytes."""
        assert b"class_shift" not in drift(life[0].params, life[1], life[0].near).to_bytes()


class TestLife:
    def test_a_corrected_training_month_is_named(self, tmp_path):
        """The champion is compared with what it learned from, and not with the correction."""
        workspace, ledger = in_office(tmp_path)
        deliver(workspace.root, "2024-01")
        intake(workspace.params, ledger.store)
        deliver(workspace.root, "2024-01", small_batch("2024-01", seed=5))
        deliver(workspace.root, "2024-03")
        intake(workspace.params, ledger.store)
        found = drift(workspace.params, ledger, workspace.near)
        assert found.corrected == ("2024-01",)
        assert "corrected since it learned from them: 2024-01" in said(found)
        correction = bytes_key(ledger.model, digest(small_batch("2024-01", seed=5)))
        assert not list(ledger.store.list(correction.replace(".parquet", ".") + "p"))[1:]

    def test_nothing_new_is_said(self, tmp_path):
        """Without a later batch there is nothing to compare, and what decisions found is still told."""
        workspace, ledger = in_office(tmp_path)
        deliver(workspace.root, "2024-01")
        intake(workspace.params, ledger.store)
        found = drift(workspace.params, ledger, workspace.near)
        assert (found.newest, found.covariate_shift, found.label_shift) == (None, None, None)
        assert found.concept_drift.lead.estimate > 0
        assert "nothing to compare" in said(found)

    def test_without_a_champion_it_is_refused(self, tmp_path):
        """Nobody has learned anything that could drift."""
        workspace, ledger = open_ledger(small_folder(tmp_path))
        with pytest.raises(Refused, match="has no champion yet"):
            drift(workspace.params, ledger, workspace.near)

    def test_a_month_without_values(self, tmp_path):
        """A sensor that is gone, and labels that have not come: told as such, and no number is made up."""
        workspace, ledger = in_office(tmp_path)
        deliver(workspace.root, "2024-01")
        gone = small_frame("2024-03").assign(z=np.nan, label=np.nan)
        deliver(workspace.root, "2024-03", parquet(gone))
        intake(workspace.params, ledger.store)
        found = drift(workspace.params, ledger, workspace.near)
        z = next(one for one in found.covariate_shift.columns if one.column == "z")
        assert (z.effect, z.drifted) == (None, True)
        assert z.missing > 0.9
        assert "not known: no labelled rows" in said(found)
