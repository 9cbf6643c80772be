"""A cycle with rows in quarantine: what is learned and told, and what a release or new rules change."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from asides import BAD, FEBRUARY, JANUARY, KEPT_ASIDE, MARCH, WIDER, batch
from commands import evergreen
from data_factories import changed, on_paper, put_batch, stage_bytes
from factories import MODEL, deliver, parquet, small_folder, small_frame
from roads import made, one_by_one, recorded

from tasks.drift.step import drift
from tasks.drift.words import against
from tasks.intake import Revision, intake, read_catalogue
from tasks.opening import open_ledger
from tasks.plan.traffic import read_traffic
from tasks.prepare.step import Preparation
from tasks.quarantine import listing, release
from tasks.run import Outcome, retrain
from tasks.run.context import inputs_of
from tasks.show import show as show_entry
from tasks.status import status
from tasks.validate import rules_hash
from tasks.validate.shelf import keep
from tasks.validate.step import check_batch
from tasks.version import Dataset
from tasks.workspace import Workspace

pytestmark = pytest.mark.usefixtures("paper")


@pytest.fixture(scope="module")
def crowned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A folder in which a January with three bad rows and a good February have made a champion, to copy."""
    folder = small_folder(tmp_path_factory.mktemp("crowned"), params=KEPT_ASIDE)
    deliver(folder, JANUARY, batch(JANUARY))
    deliver(folder, FEBRUARY)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        return folder, retrain(folder)


@pytest.fixture
def aside(crowned: tuple[Path, Outcome], folder: Path) -> tuple[Path, Outcome]:
    """A copy of it, and the outcome of its one run."""
    shutil.copytree(crowned[0], folder, dirs_exist_ok=True)
    return folder, crowned[1]


def artifact(folder: Path, name: str, entry: int | None) -> bytes:
    """What a decision was made from, as the ledger has it."""
    ledger = open_ledger(folder)[1]
    assert entry is not None
    ref = show_entry(ledger, entry).artifacts[name]
    found = ledger.store.get(f"artifacts/{MODEL}/{ref.sha256}")
    assert found is not None
    return found[0]


def preparation(folder: Path, entry: int | None) -> Preparation:
    return Preparation.parse(artifact(folder, "prepared.json", entry))


class TestACycle:
    """The batch goes on without its bad rows; each row is in a part or in a count."""

    def test_counts_them_by_name(self, aside):
        """Three of January's 400 rows are in quarantine, and the sum over both months is whole."""
        folder, outcome = aside
        assert outcome.verdict == "promote"
        found = preparation(folder, outcome.entry)
        assert found.rows_in == 800
        assert found.excluded["quarantined"] == 3
        assert sum(part.rows for part in found.parts.values()) + sum(found.excluded.values()) == 800

    @pytest.mark.long
    def test_learns_what_it_would_without_them(self, aside, tmp_path):
        """The model is the one of a January in which these rows never were."""
        folder, outcome = aside
        other = small_folder(tmp_path, name="other", params=KEPT_ASIDE)
        deliver(other, JANUARY, parquet(small_frame(JANUARY).drop(index=list(BAD))))
        deliver(other, FEBRUARY)
        clean = retrain(other)
        assert artifact(folder, "model.ubj", outcome.entry) == artifact(other, "model.ubj", clean.entry)

    def test_names_them_in_the_dataset(self, aside):
        """The manifest, which the decision keeps, says which rows of which content were left out."""
        folder, outcome = aside
        january, february = Dataset.parse(artifact(folder, "dataset.json", outcome.entry)).batches
        assert (january.rows, january.quarantined, january.released) == (400, "3-4 300", 0)
        assert february.quarantined is None
        assert b"released" not in artifact(folder, "dataset.json", outcome.entry)

    def test_tells_it(self, aside):
        """The outcome, and from then on the status."""
        folder, outcome = aside
        (line,) = outcome.quarantined
        assert line.startswith(
            "2024-01: 3 of 400 rows in quarantine: x: must lie between -10 and 10: 3 of 400"
        )
        found = status(*open_ledger(folder))
        assert (found.quarantined, found.accepted) == ({JANUARY: line}, (JANUARY, FEBRUARY))

    def test_tells_it_in_words(self, aside):
        """`evergreen run` of the new month, `evergreen status` of both."""
        folder, _ = aside
        deliver(folder, MARCH, batch(MARCH, {7: 9999.0}))
        said = evergreen("run", "-C", folder)
        assert (said.status, "2024-03: 1 of 400 rows in quarantine: x: must" in said.out) == (0, True)
        told = " ".join(evergreen("status", "-C", folder).out.split())
        assert "quarantine 2024-01: 3 of 400 rows in quarantine" in told
        assert "quarantine 2024-03: 1 of 400 rows in quarantine" in told

    @pytest.mark.long
    def test_tells_a_new_batch_only(self, aside):
        """A later run speaks of what is new to it; nothing is told twice."""
        folder, _ = aside
        deliver(folder, MARCH)
        assert retrain(folder).quarantined == ()

    def test_leaves_the_rows_for_people(self, aside):
        """Under `quarantine/`, as they arrived, each with its number and what it breaks."""
        folder, _ = aside
        (path,) = (folder / "store" / "quarantine" / MODEL).iterdir()
        assert path.name.startswith("2024-01.")
        rows = pq.read_table(path)
        assert rows["quarantine.row"].to_pylist() == [3, 4, 300]
        assert set(rows["quarantine.rules"].to_pylist()) == {"x be_between"}
        assert rows["x"].to_pylist() == list(BAD.values())
        assert rows["row_id"].to_pylist() == [f"2024-01-{row:05d}" for row in BAD]

    def test_a_bad_label_stops_no_cycle(self, aside):
        """What `prepare`, which goes ahead of validation, cannot read is kept aside before it counts."""
        folder, _ = aside
        deliver(folder, MARCH, batch(MARCH, {}, label={5: 7}, event_time={9: None}))
        outcome = retrain(folder)
        assert outcome.verdict in ("promote", "keep", "undecided")
        assert preparation(folder, outcome.entry).excluded["quarantined"] == 5
        assert read_traffic(open_ledger(folder)[1].store, Workspace(folder).params).labels.max() == 1

    def test_too_many_block_the_batch(self, aside):
        """A twentieth of 400 rows are 20: with 21 bad ones the month stays out, and has no quarantine."""
        folder, _ = aside
        deliver(folder, MARCH, batch(MARCH, dict.fromkeys(range(21), 9999.0)))
        outcome = retrain(folder)
        assert outcome.verdict == "blocked"
        assert "keeps at most 5.00% of 400 rows aside" in outcome.headline
        assert len(list((folder / "store" / "quarantine" / MODEL).iterdir())) == 1

    def test_a_warning(self, aside):
        """It is told by the run and by the status, and the row counts."""
        folder, _ = aside
        text = KEPT_ASIDE.replace("max: 10}\n    z", "max: 10, level: warn}\n    z")
        (folder / "params.yaml").write_text(text)
        deliver(folder, MARCH, batch(MARCH))
        outcome = retrain(folder)
        assert [line[:30] for line in outcome.warnings] == [
            f"{period}: x: must lie between -10"[:30] for period in (JANUARY, MARCH)
        ]
        assert outcome.quarantined == ()
        assert "quarantined" not in preparation(folder, outcome.entry).excluded
        assert sorted(status(*open_ledger(folder)).warnings) == [JANUARY, MARCH]


class TestChangedRules:
    """Quarantine is a matter of the rules of today."""

    def test_rows_come_back(self, aside):
        """With a wider bound the high rows count again; the low one stays aside."""
        folder, _ = aside
        (folder / "params.yaml").write_text(changed(WIDER, params=KEPT_ASIDE))
        deliver(folder, MARCH)
        outcome = retrain(folder)
        assert preparation(folder, outcome.entry).excluded["quarantined"] == 1
        assert outcome.quarantined[0].startswith("2024-01: 1 of 400 rows in quarantine")

    def test_a_release_lapses(self, aside):
        """Whoever gave it did not know of the new rules."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        release(home, ledger, JANUARY, reason="a real storm")
        (folder / "params.yaml").write_text(changed(WIDER, params=KEPT_ASIDE))
        deliver(folder, MARCH)
        outcome = retrain(folder)
        assert preparation(folder, outcome.entry).excluded["quarantined"] == 1


class TestDrift:
    """It is told of the rows that a model learns from."""

    def test_is_without_rows_in_quarantine(self, aside, tmp_path):
        """The champion's January has 397 rows, and March 398: what is not learned from has not drifted."""
        home, ledger = open_ledger(aside[0])
        bad = batch(MARCH, {7: 9999.0, 8: 9999.0})
        deliver(aside[0], MARCH, bad)
        (march,) = intake(home.params, ledger.store).new
        one = put_batch(Workspace(tmp_path / "elsewhere"), MARCH, bad)
        path = tmp_path / "elsewhere" / "data" / "batches" / one.name
        report = check_batch(path, one, home.params, rules_hash(home.params))
        keep(ledger.store, MODEL, [report], {march.file: march.sha256})
        found = drift(home.params, ledger, home.near).covariate_shift
        assert (found.rows, found.reference_rows) == (398, 397)
        assert not any(column.drifted for column in found.columns)
        release(home, ledger, MARCH, reason="a real storm")
        found = drift(home.params, ledger, home.near).covariate_shift
        assert (found.rows, found.columns[0].column, found.columns[0].drifted) == (400, "x", True)

    def test_names_what_is_not_checked(self, aside):
        """A month that no run has judged by today's rules counts whole."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        deliver(folder, MARCH, batch(MARCH, {7: 9999.0}))
        intake(home.params, ledger.store)
        found = drift(home.params, ledger, home.near)
        assert (found.unchecked, found.covariate_shift.rows) == ((MARCH,), 400)
        assert "not checked by today's rules yet, so all rows count: 2024-03" in against(found)


class TestRelease:
    """A person's word counts for one content under one set of rules, on every road."""

    def test_rows_count_again(self, aside):
        """The next run is not idle, has them all, and the dataset says how many were released."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        done = release(home, ledger, JANUARY, reason="a real storm")
        assert (done.batch.rows, done.batch.of) == (3, 400)
        deliver(folder, MARCH)
        outcome = retrain(folder)
        assert "quarantined" not in preparation(folder, outcome.entry).excluded
        january = Dataset.parse(artifact(folder, "dataset.json", outcome.entry)).batches[0]
        assert (january.quarantined, january.released) == (None, 3)
        assert status(home, ledger).quarantined == {}
        (listed,) = listing(home, ledger).batches
        assert listed.released is not None
        assert listed.released.reason == "a real storm"

    def test_is_an_input_of_the_cycle(self, aside):
        """What was decided without these rows is not what would be decided with them."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        before = read_catalogue(ledger.store, MODEL).revisions
        release(home, ledger, JANUARY, reason="a real storm")
        after = read_catalogue(ledger.store, MODEL).revisions
        assert inputs_of(before, "p") != inputs_of(after, "p")
        assert retrain(folder).verdict != "nothing new"

    def test_without_one_inputs_are_what_they_were(self):
        """The identity of a cycle without releases has not changed its form."""
        one = Revision(period=JANUARY, revision=1, sha256="a" * 64, size=1, source="s", arrived="t")
        expected = "7d235bfbd85aedf34c7f84f95e8409b3"
        assert inputs_of((one,), "p")[:32] == expected
        assert not {"note", "released"} & set(one.model_dump())

    def test_of_a_batch_that_was_corrected(self, aside):
        """A corrected month has other rows: the old word is not theirs."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        release(home, ledger, JANUARY, reason="a real storm")
        deliver(folder, JANUARY, batch(JANUARY, {8: 9999.0}))
        deliver(folder, MARCH)
        outcome = retrain(folder)
        assert preparation(folder, outcome.entry).excluded["quarantined"] == 1


class TestRoads:
    """Whoever handles the same batches under the same rules leaves the same bytes."""

    @pytest.mark.parametrize("released", [pytest.param(False, marks=pytest.mark.long), True])
    def test_stage_by_stage(self, aside, tmp_path, monkeypatch, released):
        """The commands of dvc.yaml, from an empty folder, make each artifact that a run records."""
        home, _ = aside
        monkeypatch.setenv("EVERGREEN_STORE", str(home / "store"))
        if released:
            release(*open_ledger(home), JANUARY, reason="a real storm")
        deliver(home, MARCH, batch(MARCH, {7: 9999.0}))
        stages, run = (small_folder(tmp_path, name=name, params=KEPT_ASIDE) for name in ("stages", "run"))
        assert evergreen("intake", "-C", stages).status == 0
        assert evergreen("fetch", "-C", stages).status == 0
        one_by_one(stages)
        found = recorded(run, retrain(run).entry)
        assert {"dataset.json", "prepared.json", "model.ubj", "decision.json"} <= set(found)
        assert made(stages, found) == found
        assert (stages / "data" / "validation" / "released.json").exists() is released
        assert ("; released: they count" in evergreen("validate", "-C", stages).out) is released

    def test_reports_from_the_shelf(self, aside, tmp_path, monkeypatch):
        """Another machine takes the report, its rows and all, from the store."""
        folder, _ = aside
        monkeypatch.setenv("EVERGREEN_STORE", str(folder / "store"))
        other = small_folder(tmp_path, name="other", params=KEPT_ASIDE)
        evergreen("fetch", "-C", other)
        reports = stage_bytes(other / "data" / "validation")
        assert sum(b'"places": "3-4 300"' in data for data in reports.values()) == 1
        said = evergreen("validate", "-C", other)
        assert (said.status, "3 of 400 rows in quarantine" in said.out) == (0, True)
