"""A cycle from what has arrived to what the ledger says; safe to call again at any time."""

import json
import shutil
from pathlib import Path

import pytest
from data_factories import changed, on_paper, stage_bytes
from factories import deliver, parquet, small_batch, small_folder, small_frame
from model_folders import dataset_of, entries, ledger_of, no_workspace_left, statuses

from tasks.corrections import Correction
from tasks.documents import digest
from tasks.errors import EvergreenError, UnsafeStore
from tasks.run import Outcome, retrain
from tasks.steps import Steps
from tasks.store.directory import DirectoryStore

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"

pytestmark = pytest.mark.usefixtures("paper")


def bad_batch(period: str) -> bytes:
    """A month whose sensor is dead in 9 rows."""
    frame = small_frame(period)
    return parquet(frame.assign(x=frame["x"].mask(frame.index < 9, 9999.0)))


@pytest.fixture(scope="module")
def crowned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A folder in which two months arrived together and the first challenger was promoted, to copy."""
    folder = small_folder(tmp_path_factory.mktemp("crowned"))
    deliver(folder, JANUARY)
    deliver(folder, FEBRUARY)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        return folder, retrain(folder)


@pytest.fixture
def first(crowned: tuple[Path, Outcome], folder: Path) -> Outcome:
    """The outcome that put the first champion of `folder` into office."""
    shutil.copytree(crowned[0], folder, dirs_exist_ok=True)
    return crowned[1]


class TestTheYearBegins:
    """Nothing, one month, two months."""

    def test_nothing_has_arrived(self, folder):
        """An empty store is nothing new: no ledger entry, no workspace."""
        outcome = retrain(folder)
        assert (outcome.verdict, outcome.champion, outcome.entry) == ("nothing new", None, None)
        assert outcome.headline == f"nothing new has arrived in file://{folder}/store/incoming/small/"
        assert entries(folder) == []
        assert no_workspace_left(folder)

    def test_one_month_waits_and_two_decide(self, folder):
        """The first month is accepted and waits; the second brings a decision and a champion."""
        deliver(folder, JANUARY)
        waiting = retrain(folder)
        assert (waiting.verdict, waiting.arrived) == ("waiting", (JANUARY,))
        assert "1 of 2 periods have arrived" in waiting.headline
        assert statuses(folder) == [(JANUARY, 1, "accepted")]
        again = retrain(folder)
        assert again.verdict == "nothing new"
        assert "1 of 2 periods have arrived" in again.headline
        deliver(folder, FEBRUARY)
        outcome = retrain(folder)
        assert (outcome.verdict, outcome.arrived, outcome.holdout) == ("promote", (FEBRUARY,), (FEBRUARY,))
        assert entries(folder) == ["contract", "look", "registered", "decision", "promotion"]
        assert (outcome.entry, outcome.champion) == (4, 5)
        assert outcome.rehearsal
        assert no_workspace_left(folder)

    def test_again_is_nothing_new(self, folder, first):
        """After a decision the same data and settings give nothing new, and no entry."""
        before = entries(folder)
        again = retrain(folder)
        assert (again.verdict, again.entry, again.champion) == ("nothing new", first.entry, first.champion)
        assert entries(folder) == before

    @pytest.mark.usefixtures("first")
    @pytest.mark.row("duplicate delivery")
    def test_the_same_bytes_again_are_nothing_new(self, folder):
        """A month that is delivered again byte by byte is no new revision."""
        deliver(folder, FEBRUARY)
        assert retrain(folder).verdict == "nothing new"
        assert len(statuses(folder)) == 2

    def test_the_next_month_meets_the_champion(self, folder, first):
        """March is judged against the champion of February, in one more look."""
        deliver(folder, MARCH)
        outcome = retrain(folder)
        assert outcome.verdict in ("promote", "keep", "undecided")
        assert outcome.holdout == (MARCH,)
        kinds = entries(folder)[5:]
        assert kinds[:3] == ["look", "registered", "decision"]
        assert outcome.entry == 8
        assert (outcome.champion == first.champion) == (outcome.verdict != "promote")


@pytest.mark.usefixtures("first")
class TestGapsAndTheFuture:
    """What is missing is waited for, and what cannot be yet is left alone."""

    @pytest.mark.row("future period")
    def test_a_month_that_has_not_begun(self, folder, caplog):
        """It is not taken in, and does not stand in the way of those that come."""
        deliver(folder, "2131-01")
        assert retrain(folder).verdict == "nothing new"
        assert "2131-01 has not begun; left alone until it has" in caplog.text
        deliver(folder, MARCH)
        assert retrain(folder).verdict in ("promote", "keep", "undecided")

    @pytest.mark.row("gap")
    @pytest.mark.row("out-of-order arrival")
    def test_a_gap_waits(self, folder):
        """Without the month before it a holdout has no rows for selection: waiting, with the reason."""
        deliver(folder, "2024-04")
        outcome = retrain(folder)
        assert outcome.verdict == "waiting"
        assert "no batch has rows of the 7 days before 2024-04" in outcome.headline
        assert "the newest before it is 2024-02" in outcome.headline
        deliver(folder, MARCH)
        assert retrain(folder).holdout == ("2024-04",)


class TestBlocked:
    """A bad batch blocks itself, and nothing that was good."""

    def test_a_bad_month_and_its_correction(self, folder, first):
        """Blocked with its reason, said again while nothing changes, and forgotten with the good delivery."""
        deliver(folder, MARCH, bad_batch(MARCH))
        blocked = retrain(folder)
        assert (blocked.verdict, blocked.champion) == ("blocked", first.champion)
        assert "2024-03 of 400 rows: x: must lie between -10 and 10: 9 of 400 rows do not" in blocked.headline
        assert blocked.blocked == (blocked.headline,)
        assert len(entries(folder)) == 5
        again = retrain(folder)
        assert again.verdict == "nothing new"
        assert "still blocked: 2024-03 of 400 rows: x: " in again.headline
        deliver(folder, MARCH)
        good = retrain(folder)
        assert good.holdout == (MARCH,)
        assert statuses(folder)[2:] == [(MARCH, 1, "blocked"), (MARCH, 2, "accepted")]
        assert "still blocked" not in retrain(folder).headline

    @pytest.mark.usefixtures("first")
    def test_a_gap_that_is_a_blocked_month(self, folder):
        """Whoever waits for the month before the newest one is told that it came, and was blocked."""
        deliver(folder, MARCH, bad_batch(MARCH))
        retrain(folder)
        deliver(folder, "2024-04")
        outcome = retrain(folder)
        assert (outcome.verdict, outcome.blocked) == ("waiting", ())
        assert outcome.headline.endswith("; blocked: 2024-03")

    @pytest.mark.usefixtures("first")
    @pytest.mark.row("bad correction")
    def test_a_bad_revision_of_an_old_month_falls_back(self, folder):
        """January delivered anew and broken: the January that was good stays in the dataset."""
        before = dataset_of(folder).batches[0]
        deliver(folder, JANUARY, bad_batch(JANUARY))
        assert retrain(folder).verdict == "blocked"
        deliver(folder, MARCH)
        assert retrain(folder).holdout == (MARCH,)
        assert dataset_of(folder).batches[0] == before
        assert (JANUARY, 2, "blocked") in statuses(folder)

    @pytest.mark.usefixtures("first")
    def test_a_bad_and_a_good_month_at_once(self, folder):
        """The good one is judged in the same cycle, and the bad one is in the outcome."""
        deliver(folder, JANUARY, bad_batch(JANUARY))
        deliver(folder, MARCH)
        outcome = retrain(folder)
        assert outcome.holdout == (MARCH,)
        assert len(outcome.blocked) == 1
        assert outcome.blocked[0].startswith("2024-01 of 400 rows: x: ")
        assert [one.period for one in dataset_of(folder).batches] == [JANUARY, FEBRUARY, MARCH]

    def test_only_bad_months(self, folder):
        """Where the only batch is bad there is nothing to fall back on; the next good one starts afresh."""
        deliver(folder, JANUARY, b"<html>503</html>")
        outcome = retrain(folder)
        assert outcome.verdict == "blocked"
        assert "not a readable Parquet file" in outcome.headline
        assert entries(folder) == []
        deliver(folder, JANUARY)
        assert retrain(folder).verdict == "waiting"

    def test_other_rules_look_again(self, folder):
        """A month that was blocked is judged anew when the rules change, without being delivered again."""
        deliver(folder, JANUARY, bad_batch(JANUARY))
        assert retrain(folder).verdict == "blocked"
        (folder / "params.yaml").write_text(
            changed(("x: {type: number, min: -10, max: 10}", "x: {type: number, min: -10, max: 9999}"))
        )
        assert retrain(folder).verdict == "waiting"
        assert statuses(folder) == [(JANUARY, 1, "accepted")]

    def test_bytes_are_kept(self, folder):
        """What was blocked is in the store under its hash, as it came."""
        data = bad_batch(JANUARY)
        deliver(folder, JANUARY, data)
        retrain(folder)
        assert ledger_of(folder).store.get(f"batches/small/{digest(data)}.parquet")[0] == data


class TestExhausted:
    """A holdout is asked as often as the contract allows, whatever changes."""

    def test_settings_changed(self, folder, first):
        """Another seed would be another look at February: refused before anything is trained."""
        (folder / "params.yaml").write_text(changed(("seed: 7", "seed: 8")))
        steps = Steps(train=lambda *_, **__: pytest.fail("trained for a holdout that may not be asked"))
        outcome = retrain(folder, steps)
        assert (outcome.verdict, outcome.champion) == ("exhausted", first.champion)
        assert "looked at 1 of 1 times" in outcome.headline
        assert len(entries(folder)) == 5

    @pytest.mark.parametrize("looks", [2, 500])
    def test_more_looks_allowed(self, folder, first, looks):
        """A larger budget does not open February again, whose numbers are known; nothing is recorded."""
        raised = (f"looks_per_holdout: {one}" for one in (1, looks))
        (folder / "params.yaml").write_text(changed(("seed: 7", "seed: 8"), tuple(raised)))
        steps = Steps(train=lambda *_, **__: pytest.fail("trained for a holdout that may not be asked"))
        outcome = retrain(folder, steps)
        assert (outcome.verdict, outcome.champion) == ("exhausted", first.champion)
        assert "looked at 1 time, which spent all of its level" in outcome.headline
        assert f"takes 1/{looks} of it; a fresh one is due" in outcome.headline
        assert len(entries(folder)) == 5

    @pytest.mark.row("late correction")
    @pytest.mark.usefixtures("first")
    def test_old_data_corrected(self, folder):
        """A corrected January is accepted and kept for the next cycle; February is not asked again."""
        deliver(folder, JANUARY, small_batch(JANUARY, seed=3))
        outcome = retrain(folder)
        assert outcome.verdict == "exhausted"
        (correction,) = outcome.corrected
        assert correction == Correction(period=JANUARY, revision=2, decisions=(4,), champions=(5,))
        assert (JANUARY, 2, "accepted") in statuses(folder)
        assert entries(folder).count("look") == 1
        again = retrain(folder)
        assert (again.verdict, again.corrected) == ("exhausted", ())
        deliver(folder, MARCH)
        assert retrain(folder).holdout == (MARCH,)
        assert dataset_of(folder).batches[0].sha256 == digest(small_batch(JANUARY, seed=3))


class TestDrill:
    """A drill shows that the gate refuses; it leaves the folder and the champion alone."""

    def test_it_is_refused(self, folder, first):
        """Shuffled labels are not promoted, and neither is the folder's state touched."""
        before = {name: data for name, data in stage_bytes(folder).items() if not name.startswith("store/")}
        outcome = retrain(folder, drill=True)
        assert outcome.drill
        assert outcome.verdict in ("keep", "undecided")
        assert outcome.champion == first.champion
        after = {name: data for name, data in stage_bytes(folder).items() if not name.startswith("store/")}
        assert after == before
        assert retrain(folder).verdict == "nothing new"


class TestPinned:
    """The same cycle again, against the champion that was pinned."""

    def test_the_same_decision(self, folder, first):
        """The digest is the first decision's, and nothing is appended."""
        before = entries(folder)
        again = retrain(folder, pinned=True)
        assert (again.decision, again.verdict) == (first.decision, "promote")
        assert again.entry is None
        assert entries(folder) == before

    def test_in_another_folder(self, folder, first, tmp_path):
        """A copy of the folder without its data comes to the same digest from the store alone."""
        other = tmp_path / "copy"
        shutil.copytree(folder, other, ignore=shutil.ignore_patterns("data", ".evergreen", ".dvc", "store"))
        text = (other / "params.yaml").read_text()
        (other / "params.yaml").write_text(text.replace("url: store", f"url: {folder / 'store'}"))
        assert retrain(other, pinned=True).decision == first.decision

    def test_without_a_pin(self, folder):
        """A folder in which nothing is pinned says what to run."""
        deliver(folder, JANUARY)
        deliver(folder, FEBRUARY)
        with pytest.raises(EvergreenError, match="evergreen fetch"):
            retrain(folder, pinned=True)
        assert no_workspace_left(folder)


class TestTheOutcome:
    """One document says what a cycle came to."""

    def test_it_round_trips(self, first):
        """The outcome is JSON of finite numbers, with the seconds of every step."""
        assert Outcome.model_validate(json.loads(first.model_dump_json())) == first
        steps = {
            "intake",
            "validate",
            "version",
            "prepare",
            "train",
            "evaluate",
            "measure",
            "decide",
            "promote",
        }
        assert steps <= set(first.spent)
        assert 0 < first.seconds < 300


class TestLyingStore:
    """A store on which two could win."""

    def test_a_store_that_ignores_conditions_gets_no_entry(self, tmp_path, monkeypatch):
        """Where two creators can both win the ledger gets no entry, and the batches stay acknowledged."""
        folder = small_folder(tmp_path)
        for period in (JANUARY, FEBRUARY, MARCH):
            deliver(folder, period)
        monkeypatch.setattr(DirectoryStore, "create", DirectoryStore.put)
        with pytest.raises(UnsafeStore, match="refuses to promote"):
            retrain(folder)
        monkeypatch.undo()
        assert entries(folder) == []
        assert len(statuses(folder)) == 3
        assert no_workspace_left(folder)
        assert retrain(folder).verdict in ("promote", "keep", "undecided")
