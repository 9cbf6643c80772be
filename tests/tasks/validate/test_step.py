"""Batches are checked once for their content and the rules; what could not be checked blocks."""

import subprocess
import sys
from io import BytesIO

import pytest
from data_factories import changed, put_batch, small_params, stage_bytes
from factories import PARAMS, parquet, small_folder, small_frame

import tasks.validate.step as validate_step
from tasks.errors import BadInput
from tasks.validate import needs_great_expectations, rules_hash, validate
from tasks.validate.suite import check, expectations
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


@pytest.fixture
def workspace(tmp_path):
    """A folder with a good January and a February whose sensor is dead."""
    workspace = Workspace(small_folder(tmp_path))
    put_batch(workspace, JANUARY, parquet(small_frame(JANUARY, rows=150)))
    put_batch(workspace, FEBRUARY, parquet(small_frame(FEBRUARY, rows=150).assign(x=9999.0)))
    return workspace


@pytest.fixture
def counted(monkeypatch):
    """The periods that were checked, in order; checking itself is as it is."""
    seen = []
    original = validate_step.check_batch

    def counting(path, batch, params, rules):
        seen.append(batch.period)
        return original(path, batch, params, rules)

    monkeypatch.setattr(validate_step, "check_batch", counting)
    return seen


class TestEachBatchOnce:
    """A report is kept under the batch's content, with the hash of the rules."""

    def test_a_second_call_checks_nothing(self, workspace, counted):
        """What was checked is not checked again, and its reports keep their bytes."""
        first = validate(workspace)
        reports = stage_bytes(workspace.validation)
        again = validate(workspace)
        assert (first.checked, again.checked, counted) == (2, 0, [JANUARY, FEBRUARY])
        assert again.reports == first.reports
        assert stage_bytes(workspace.validation) == reports

    def test_one_bad_batch_blocks_itself_only(self, workspace):
        """The good batch passes beside the bad one; nothing is deleted."""
        before = stage_bytes(workspace.batches)
        validation = validate(workspace)
        assert [(one.period, one.passed) for one in validation.reports] == [
            (JANUARY, True),
            (FEBRUARY, False),
        ]
        assert [one.period for one in validation.blocked] == [FEBRUARY]
        assert validation.blocked[0].failures[0].rows == 150
        assert stage_bytes(workspace.batches) == before

    def test_new_content_is_checked(self, workspace, counted):
        """A corrected revision is another content: it is checked, and the old report goes."""
        validate(workspace)
        put_batch(workspace, FEBRUARY, parquet(small_frame(FEBRUARY, rows=150)))
        validation = validate(workspace)
        assert not validation.blocked
        assert counted == [JANUARY, FEBRUARY, FEBRUARY]
        assert set(stage_bytes(workspace.validation)) == {
            "rules.json",
            *(batch.report for batch in workspace.batch_files()),
        }

    def test_changed_rules_check_again(self, workspace):
        """Another bound is another rule: both batches are checked under it."""
        validate(workspace)
        text = changed(("x: {type: number, min: -10, max: 10}", "x: {type: number, max: 99999}"))
        workspace.params_file.write_text(text)
        validation = validate(Workspace(workspace.root))
        assert (validation.checked, len(validation.blocked)) == (2, 0)

    def test_it_says_how_many_are_checked_again_and_why(self, workspace):
        """Each setting that has changed is named, with what it was and is; the first check is no second."""
        assert validate(workspace).again is None
        text = changed(("x: {type: number, min: -10, max: 10}", "x: {type: number, max: 99999}"))
        workspace.params_file.write_text(text)
        assert validate(Workspace(workspace.root)).again == (
            "the rules have changed (validate.columns.x.max: 10.0 -> 99999.0; "
            "validate.columns.x.min: -10.0 -> null): 2 batches checked again"
        )
        assert validate(Workspace(workspace.root)).again is None

    @pytest.mark.parametrize("damage", [b"", b"[]", b"\xff"])
    def test_rules_that_cannot_be_read(self, workspace, damage):
        """The batches are checked again all the same, and why is not known."""
        validate(workspace)
        workspace.params_file.write_text(
            changed(("rows: {min: 100, max: 5000}", "rows: {min: 99, max: 5000}"))
        )
        workspace.rules.write_bytes(damage)
        validation = validate(Workspace(workspace.root))
        assert validation.checked == 2
        assert "what they were before is not known" in validation.again

    @pytest.mark.parametrize("damage", [b"", b"{}", b"not json"])
    def test_a_damaged_report_is_made_again(self, workspace, damage):
        """A report that cannot be read counts for nothing."""
        validate(workspace)
        report = workspace.validation / workspace.batch_files()[0].report
        whole = report.read_bytes()
        report.write_bytes(damage)
        assert validate(workspace).checked == 1
        assert report.read_bytes() == whole


class TestTheRulesHash:
    """It covers what a batch is judged by, and nothing else."""

    @pytest.mark.parametrize(
        "change",
        [
            ("rows: {min: 100, max: 5000}", "rows: {min: 101, max: 5000}"),
            ("z: {type: number, max_nulls: 0.2", "z: {type: number, max_nulls: 0.3"),
            ("timezone: UTC", "timezone: America/New_York"),
            ("row_id: {type: string, unique: true}", "row_id: {type: string}"),
        ],
    )
    def test_rules(self, change):
        """A bound, a share, the zone in which a month is a month: another hash."""
        assert rules_hash(small_params(change)) != rules_hash(small_params())

    @pytest.mark.parametrize("change", [("seed: 7", "seed: 8"), ("threshold: 0.6", "threshold: 0.7")])
    def test_other_settings(self, change):
        """A seed or a clause does not bring a batch back to validation."""
        assert rules_hash(small_params(change)) == rules_hash(small_params())


class TestCouldNotCheck:
    """An expectation that raises is not bad data, and blocks all the same."""

    def test_it_blocks_and_says_so(self):
        """A comparison that cannot be made is 'could not check', with the reason in one line."""
        params = small_params()
        frame = small_frame(rows=150).assign(x="a word")
        failures = [one for one in check(frame, expectations(params, JANUARY)) if one.column == "x"]
        assert len(failures) == 1
        assert failures[0].message.startswith("x: could not check be_between: ")
        assert "\n" not in failures[0].message
        assert failures[0].rows is None

    def test_a_column_that_is_gone(self):
        """A column that an expectation needs and the frame lacks could not be checked either."""
        failures = check(small_frame(rows=150).drop(columns="z"), expectations(small_params(), JANUARY))
        assert failures
        assert all(one.column == "z" and "could not check" in one.message for one in failures)


class TestWhoChecks:
    """The engine checks what it knows; Great Expectations is asked for the rest, and imported for it only."""

    def test_what_only_great_expectations_knows(self, tmp_path):
        """A bound on text is judged by Great Expectations, the rest of the suite as ever."""
        params = small_params(("day: {type: string}", "day: {type: string, min: 5}"))
        workspace = Workspace(small_folder(tmp_path))
        batch = put_batch(workspace, JANUARY, parquet(small_frame(JANUARY, rows=150).assign(x=9999.0)))
        report = validate_step.check_batch(workspace.batches / batch.name, batch, params, rules_hash(params))
        assert needs_great_expectations(params, JANUARY)
        assert [(one.column, one.rows) for one in report.failures] == [("x", 150), ("day", None)]
        assert report.failures[1].message.startswith("day: could not check be_between: ")

    def test_it_sees_a_column_that_was_an_index(self, tmp_path, monkeypatch):
        """pandas writes which columns were its index, and takes them out again; here they are columns."""
        seen = []
        monkeypatch.setattr(
            "tasks.validate.suite.in_great_expectations", lambda frame, _: seen.append(frame) or []
        )
        workspace, sink = Workspace(small_folder(tmp_path)), BytesIO()
        small_frame(JANUARY, rows=150).set_index("day").to_parquet(sink)
        batch = put_batch(workspace, JANUARY, sink.getvalue())
        params = small_params(("day: {type: string}", "day: {type: string, min: 5}"))
        validate_step.check_batch(workspace.batches / batch.name, batch, params, rules_hash(params))
        assert list(seen[0].columns) == list(params.validation.columns)

    def test_what_the_engine_knows(self, workspace):
        """Such a suite is checked by a process that never imports Great Expectations."""
        assert not needs_great_expectations(workspace.params, JANUARY)
        script = (
            "import sys; from pathlib import Path; from tasks.validate import validate; "
            "from tasks.workspace import Workspace; "
            "print(len(validate(Workspace(Path(sys.argv[1]))).blocked), 'great_expectations' in sys.modules)"
        )
        command = [sys.executable, "-c", script, str(workspace.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["1", "False"]


class TestNames:
    """What lies among the batches is a batch, by its name."""

    @pytest.mark.parametrize("name", ["2024-01.parquet", "notes.txt", "2024-01.abc.parquet"])
    def test_strangers_are_refused(self, workspace, name):
        """A file that intake did not name is an error, not a batch that goes unchecked."""
        (workspace.batches / name).write_bytes(b"")
        with pytest.raises(BadInput, match="as intake names batches"):
            validate(workspace)

    def test_a_period_that_does_not_exist(self, tmp_path):
        """A thirteenth month is refused by name."""
        workspace = Workspace(small_folder(tmp_path, params=PARAMS))
        put_batch(workspace, "2024-13", parquet(small_frame(rows=150)))
        with pytest.raises(BadInput, match="expected a month like 2013-04, found '2024-13'"):
            validate(workspace)
