"""A cycle with rows in quarantine: what is learned and told, and what a release or new rules change."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import evergreen
from data_factories import changed, on_paper, put_batch, stage_bytes
from factories import MODEL, deliver, parquet, small_folder, small_frame
from roads import made, one_by_one, recorded

import tasks.quarantine
from tasks.drift.step import drift
from tasks.drift.words import against
from tasks.errors import BadInput, Refused
from tasks.intake import Revision, intake, read_catalogue
from tasks.opening import open_ledger
from tasks.plan.traffic import read_traffic
from tasks.prepare.step import Preparation
from tasks.quarantine import listing, release, show
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

JANUARY, FEBRUARY, MARCH = "2024-01", "2024-02", "2024-03"
KEPT_ASIDE = changed(
    ("  rows: {min: 100, max: 5000}", "  rows: {min: 100, max: 5000}\n  quarantine: {max_share: 0.05}")
)
WIDER = ("x: {type: number, min: -10, max: 10}", "x: {type: number, min: -10, max: 99999}")
BAD = {3: 9999.0, 4: 9999.0, 300: -9999.0}


def batch(period: str, x: dict[int, float] = BAD, **columns: dict[int, object]) -> bytes:
    """A month in which some rows break a rule."""
    frame = small_frame(period)
    for column, places in {"x": x, **columns}.items():
        for row, value in places.items():
            frame.loc[row, column] = value
    return parquet(frame)


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
        found = drift(home.params, ledger).covariate_shift
        assert (found.rows, found.reference_rows) == (398, 397)
        assert not any(column.drifted for column in found.columns)
        release(home, ledger, MARCH, reason="a real storm")
        found = drift(home.params, ledger).covariate_shift
        assert (found.rows, found.columns[0].column, found.columns[0].drifted) == (400, "x", True)

    def test_names_what_is_not_checked(self, aside):
        """A month that no run has judged by today's rules counts whole."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        deliver(folder, MARCH, batch(MARCH, {7: 9999.0}))
        intake(home.params, ledger.store)
        found = drift(home.params, ledger)
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

    @pytest.mark.parametrize(
        ("period", "reason", "error", "message"),
        [
            (FEBRUARY, "x", BadInput, "expected a batch with rows in quarantine"),
            ("2031-01", "x", BadInput, "expected a batch with rows in quarantine"),
            (JANUARY, "  ", BadInput, "expected why, found nothing"),
        ],
    )
    def test_of_nothing(self, aside, period, reason, error, message):
        """Where nothing is kept aside there is nothing to release; nobody's word goes without a reason."""
        with pytest.raises(error, match=message):
            release(*open_ledger(aside[0]), period, reason=reason)

    def test_twice(self, aside):
        """The first word stands."""
        home, ledger = open_ledger(aside[0])
        release(home, ledger, JANUARY, reason="a real storm")
        with pytest.raises(Refused, match="released already"):
            release(home, ledger, JANUARY, reason="another")
        assert listing(home, ledger).batches[0].released.reason == "a real storm"

    def test_while_a_correction_arrives(self, aside, monkeypatch):
        """A word about rows that are no longer in use is not written."""
        folder, _ = aside
        home, ledger = open_ledger(folder)
        original = tasks.quarantine.update_catalogue

        def late(*arguments):
            deliver(folder, JANUARY, batch(JANUARY, {8: 9999.0}))
            intake(home.params, ledger.store)
            return original(*arguments)

        monkeypatch.setattr(tasks.quarantine, "update_catalogue", late)
        with pytest.raises(Refused, match="another batch came meanwhile, and nothing was released"):
            release(home, ledger, JANUARY, reason="a real storm")
        assert not any(one.released for one in read_catalogue(ledger.store, MODEL).revisions)

    def test_of_labels(self, aside):
        """A label that is none cannot be learned from, whatever anybody says."""
        folder, _ = aside
        deliver(folder, MARCH, batch(MARCH, {}, label={5: 7}))
        retrain(folder)
        with pytest.raises(Refused, match="label is the label, and no model can learn one that is none"):
            release(*open_ledger(folder), MARCH, reason="x")

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


class TestCommands:
    """`evergreen quarantine list`, `show` and `release`, in words and as documents."""

    def say(self, folder: Path, *arguments: str) -> str:
        """What a person reads."""
        said = evergreen("quarantine", *arguments, "-C", folder)
        assert said.status == 0, said.err
        return said.out

    def test_a_person_s_way(self, aside):
        """The list names the month and the rule, `show` the rows, and after a release the list says who."""
        folder, _ = aside
        out = " ".join(self.say(folder, "list").split())
        assert "2024-01: 3 of 400 rows, in quarantine/small/2024-01." in out
        assert "x: must lie between -10 and 10: 3 of 400 rows do not" in out
        shown = self.say(folder, "show", JANUARY)
        assert "row 300 (x be_between): row_id=2024-01-00300" in shown
        said = self.say(folder, "release", JANUARY, "--reason", "a real storm")
        assert said.strip() == "2024-01: 3 rows count again from the next `evergreen run` on"
        assert "a real storm" in self.say(folder, "list")

    def test_as_documents(self, aside):
        """Each with its version; numbers are numbers, values that are no JSON are text."""
        folder, _ = aside
        shown = evergreen("quarantine", "show", JANUARY, "-C", folder, "--json").document
        assert (shown["schema_version"], len(shown["first"])) == (1, 3)
        assert shown["first"][0]["event_time"].startswith("2024-01-")
        assert shown["first"][0]["x"] == 9999.0

    def test_a_lost_copy(self, aside):
        """The rows are shown from the batch itself: the file in quarantine is a copy for people."""
        folder, _ = aside
        for path in (folder / "store" / "quarantine" / MODEL).iterdir():
            path.unlink()
        assert "row 3 (x be_between)" in self.say(folder, "show", JANUARY)

    def test_nothing_in_quarantine(self, tmp_path, monkeypatch):
        """Said in words."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        assert self.say(small_folder(tmp_path), "list").strip() == "no rows are in quarantine"

    def test_not_checked_yet(self, aside):
        """After the rules have changed, and before a run, the list says what it does not know."""
        folder, _ = aside
        (folder / "params.yaml").write_text(changed(WIDER, params=KEPT_ASIDE))
        assert "not checked by today's rules yet: 2024-01, 2024-02" in self.say(folder, "list")

    @pytest.mark.parametrize(
        "arguments",
        [["list", JANUARY], ["show"], ["release", JANUARY], ["show", JANUARY, "--reason", "x"], ["drop"], []],
        ids=" ".join,
    )
    def test_bad_usage(self, tmp_path, arguments):
        """A period where none belongs, none where one does, a reason for what needs none."""
        said = evergreen("quarantine", *arguments, "-C", small_folder(tmp_path))
        assert said.status == 2
        assert "Usage: evergreen quarantine" in said.err


class TestHostileFiles:
    """What is set aside is as bad as data can be, and is written all the same."""

    def test_columns_that_nobody_declared(self, tmp_path, monkeypatch):
        """Only the declared columns, which were read and found whole, go into the copy for people."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        folder = small_folder(tmp_path, params=KEPT_ASIDE)
        table = pa.Table.from_pandas(
            small_frame(JANUARY).assign(x=[9999.0, *[0.0] * 399]), preserve_index=False
        )
        broken = pa.Array.from_buffers(pa.string(), 400, pa.array([b"\xff"] * 400, pa.binary()).buffers())
        table = table.append_column("quarantine.rules", broken)
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        deliver(folder, JANUARY, sink.getvalue().to_pybytes())
        outcome = retrain(folder)
        assert (outcome.verdict, len(outcome.quarantined)) == ("waiting", 1)
        shown = show(*open_ledger(folder), JANUARY)
        assert shown.first[0]["quarantine.rules"] == "x be_between"

    def test_a_damaged_release(self, aside):
        """A file that is no list of releases is not read around."""
        folder, _ = aside
        evergreen("fetch", "-C", folder)
        evergreen("validate", "-C", folder)
        (folder / "data" / "validation" / "released.json").write_text(json.dumps({"batches": {"a": "b"}}))
        said = evergreen("version", "--manifest-only", "-C", folder)
        assert said.status == 1
        assert "not a document that this version of Evergreen writes" in said.err
